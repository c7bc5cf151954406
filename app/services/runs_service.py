"""What can be done with runs."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from app.clock import utc_now
from app.errors import (
    CheckpointMismatchError,
    CheckpointNotFoundError,
    DiskFullError,
    GameNotFoundError,
    IdempotencyReusedError,
    RunNotFoundError,
    RunStateError,
)
from app.json_values import JsonObject
from app.paths import DataFolder
from app.services.checkpoint_files import (
    copy_checkpoint,
    find_checkpoint,
    listed_checkpoints,
    pin_checkpoint,
    unpin_checkpoint,
)
from app.services.designs_service import DesignsService
from app.services.run_feed import RunFeed
from app.services.run_hub import RunHub
from app.services.run_metrics import read_rows
from app.services.run_record import run_detail, state_of, wire_data
from app.services.run_request import (
    RunNumbers,
    RunWish,
    check_live_settings,
    check_teaching,
    check_wish,
    default_steps,
)
from app.services.teacher_files import copy_teacher, inherit_teacher
from app.services.training_floor import TrainingFloor
from app.store.protocol import Page, Store
from app.training.game_files import list_games, read_game
from app.training.run_states import RunState
from app.training.training_manager import run_state_data
from weightslab.atomic_files import write_file
from weightslab.checkpoints import CheckpointInfo
from weightslab.retention import Keeping

RUN_SCHEMA_VERSION = 1


@dataclass(frozen=True)
class _Blueprint:
    """What a new run trains, from a design or from another run."""

    design_id: str
    design_name: str
    design_revision: int
    design: JsonObject
    source: str
    source_sha256: str
    config: JsonObject


@dataclass(frozen=True)
class RunsService:
    """Runs from the order to their curves."""

    store: Store
    designs: DesignsService
    hub: RunHub
    floor: TrainingFloor
    folder: DataFolder
    home: str
    _key_locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def recover(self) -> None:
        """After a restart: nothing is lost, nothing pretends to train, what waited waits again."""
        for record in await self.store.runs.open_runs(self.home):
            feed = self.hub.open(record)
            await feed.catch_up(self.store)
            self.floor.recover(feed)

    async def train(self, design_id: str, wish: RunWish, key: str | None) -> str:
        """Starts a run of a design and returns its id.

        Raises RunRequestError, IdempotencyReusedError, and what `DesignsService.compiled` raises.
        """
        check_wish(wish)
        self.floor.check_room()
        if key is None:
            return await self._train(design_id, wish, uuid.uuid4().hex)
        async with self._only_one(key):
            fingerprint = wish.fingerprint(design_id)
            reserved = await self.store.idempotency.reserve(key, fingerprint, uuid.uuid4().hex)
            if reserved["fingerprint"] != fingerprint:
                raise IdempotencyReusedError(
                    "This Idempotency-Key came with another request. Use a new one."
                )
            run_id = str(reserved["run_id"])
            found = await self._find(run_id)
            if found is None or found["last_seq"] == 0:  # nothing, or an order cut off halfway
                await self._train(design_id, wish, run_id)
            return run_id

    async def branch(self, run_id: str, wish: RunWish) -> str:
        """A new run that goes on from a checkpoint of another one. Returns its id."""
        parent = await self.get(run_id)
        self.floor.check_room()
        checkpoint = self._checkpoint(run_id, wish.from_step)
        inherited = RunNumbers(
            max(parent["total_steps"], 1),
            parent.get("minutes"),
            parent["seed"],
            parent["hyperparameters"],
        )
        numbers = check_wish(wish, inherited)
        if wish.total_steps is None and numbers.total_steps <= checkpoint.step:
            numbers = replace(numbers, total_steps=checkpoint.step + numbers.total_steps)
        source = (self.folder.run(run_id) / "model.py").read_text(encoding="utf-8")
        copied = {name: parent[name] for name in _Blueprint.__annotations__ if name != "source"}
        blueprint = _Blueprint(source=source, **copied)
        new_id = uuid.uuid4().hex
        await self._create(new_id, blueprint, numbers, (parent, checkpoint))
        return new_id

    async def get(self, run_id: str) -> JsonObject:
        """The record of a run. Raises RunNotFoundError."""
        record = await self._find(run_id)
        if record is None:
            raise RunNotFoundError("There is no run with this id.")
        return record

    async def page(self, limit: int, before: int | None, design_id: str | None) -> Page[JsonObject]:
        """RunDetails, newest first."""
        page = await self.store.runs.page(limit, before, design_id)
        items = [run_detail(self._newest(record)) for record in page.items]
        return Page(items, page.next)

    async def pause(self, run_id: str) -> JsonObject:
        """Asks for a pause. Raises RunNotFoundError, RunStateError."""
        self.floor.pause(await self._open_feed(run_id, "pause"))
        return await self.get(run_id)

    async def resume(self, run_id: str) -> JsonObject:
        """Goes on. Raises RunNotFoundError, RunStateError."""
        self.floor.resume(await self._open_feed(run_id, "resume"))
        return await self.get(run_id)

    async def stop(self, run_id: str) -> JsonObject:
        """Asks for the end; a run that ended already stays as it is. Raises RunNotFoundError."""
        record = await self.get(run_id)
        if not state_of(record).is_terminal:
            self.floor.stop(await self._open_feed(run_id, "stop"))
        return await self.get(run_id)

    async def set_hyperparameters(self, run_id: str, values: Mapping[str, object]) -> JsonObject:
        """Changes settings from the next update on. Raises RunRequestError, RunStateError."""
        checked = check_live_settings(values)
        feed = await self._open_feed(run_id, "change")
        self.floor.set_hyperparameters(feed, checked)
        return await self.get(run_id)

    async def checkpoints(self, run_id: str) -> JsonObject:
        """The checkpoints on disk, oldest first. Raises RunNotFoundError."""
        settings = (await self.get(run_id))["hyperparameters"]
        keeping = Keeping(
            last=settings.get("keep_last", Keeping.last),
            every_s=60.0 * settings.get("keep_every_minutes", 0.0),
        )
        return await asyncio.to_thread(listed_checkpoints, self.folder.run(run_id), keeping)

    async def pin(self, run_id: str, step: int, *, pinned: bool) -> JsonObject:
        """Pins or unpins a checkpoint; returns the list. Raises what `pin_checkpoint` raises."""
        await self.get(run_id)
        change = pin_checkpoint if pinned else unpin_checkpoint
        await asyncio.to_thread(change, self.folder.run(run_id), step)
        return await self.checkpoints(run_id)

    async def games(self, run_id: str) -> Sequence[JsonObject]:
        """The recorded games that are kept. Raises RunNotFoundError."""
        await self.get(run_id)
        return await asyncio.to_thread(list_games, self.folder.run(run_id))

    async def game(self, run_id: str, game_id: str) -> JsonObject:
        """One recorded game. Raises RunNotFoundError, GameNotFoundError."""
        await self.get(run_id)
        game = await asyncio.to_thread(read_game, self.folder.run(run_id), game_id)
        if game is None:
            raise GameNotFoundError("This game is not kept: see the run's list of games.")
        return game

    async def evaluations(self, run_id: str) -> Sequence[JsonObject]:
        """Every evaluation, oldest first. Raises RunNotFoundError."""
        record = await self.get(run_id)
        rows = await read_rows(self.store.events, self.hub.feeds.get(run_id), run_id, "evaluation")
        return [wire_data(record, row) for row in rows]

    async def _train(self, design_id: str, wish: RunWish, run_id: str) -> str:
        record, compiled = await self.designs.compiled(design_id)
        numbers = check_wish(wish, default_steps=default_steps(record.architecture))
        start: tuple[JsonObject, CheckpointInfo] | None = None
        if wish.from_run_id is not None:
            start = await self._start_from(wish, compiled.source_sha256)
        blueprint = _Blueprint(
            design_id=design_id,
            design_name=record.name,
            design_revision=record.revision,
            design=record.architecture,
            source=compiled.source,
            source_sha256=compiled.source_sha256,
            config=compiled.config,
        )
        teacher = None
        if wish.teacher_run_id is not None:
            check_teaching(numbers.hyperparameters, record.architecture)
            lender = await self.get(wish.teacher_run_id)
            teacher = lender["id"], self._checkpoint(lender["id"], wish.teacher_step)
        await self._create(run_id, blueprint, numbers, start, teacher)
        return run_id

    async def _start_from(
        self, wish: RunWish, source_sha256: str
    ) -> tuple[JsonObject, CheckpointInfo]:
        parent = await self.get(str(wish.from_run_id))
        if parent["source_sha256"] != source_sha256:
            raise CheckpointMismatchError(
                "The checkpoint is of another network. Branch from that run instead."
            )
        return parent, self._checkpoint(parent["id"], wish.from_step)

    def _checkpoint(self, run_id: str, step: int | None) -> CheckpointInfo:
        checkpoint = find_checkpoint(self.folder.run(run_id), step)
        if checkpoint is None:
            raise CheckpointNotFoundError(
                "The run has no checkpoint of this step: see its list of checkpoints."
            )
        return checkpoint

    async def _create(
        self,
        run_id: str,
        blueprint: _Blueprint,
        numbers: RunNumbers,
        start: tuple[JsonObject, CheckpointInfo] | None,
        teacher: tuple[str, CheckpointInfo] | None = None,
    ) -> None:
        run_folder = self.folder.run(run_id)
        try:
            run_folder.mkdir(parents=True, exist_ok=True)
            write_file(run_folder / "model.py", blueprint.source.encode())
        except OSError as error:
            raise DiskFullError(
                f"The run's folder could not be written ({error.strerror}). Free some space."
            ) from error
        record = self._new_record(run_id, blueprint, numbers)
        with ExitStack() as undo:
            undo.callback(shutil.rmtree, run_folder, ignore_errors=True)
            if start is not None:
                parent, checkpoint = start
                await asyncio.to_thread(copy_checkpoint, checkpoint, run_folder)
                record["parent"] = {"run_id": parent["id"], "step": checkpoint.step}
                record["kickstart"] = parent.get("kickstart")  # what it learnt so stays so
                record["kickstart_from"] = parent.get("kickstart_from")
                await asyncio.to_thread(inherit_teacher, self.folder.run(parent["id"]), run_folder)
                record |= {"step": checkpoint.step, "update": checkpoint.update}
            if teacher is not None:
                lender, checkpoint = teacher
                await asyncio.to_thread(
                    copy_teacher, self.folder.run(lender), checkpoint, run_folder
                )
                record["kickstart_from"] = {"run_id": lender, "step": checkpoint.step}
            kept = await self.store.runs.create(record)
            undo.pop_all()
        feed = self.hub.open(kept)
        feed.emit("run_state", run_state_data(RunState.QUEUED, None, None))
        self.floor.enqueue(feed)

    def _new_record(self, run_id: str, plan: _Blueprint, numbers: RunNumbers) -> JsonObject:
        ordered = {name: value for name, value in vars(plan).items() if name != "source"}
        return {
            "id": run_id,
            "schema_version": RUN_SCHEMA_VERSION,
            "home": self.home,
            **ordered,
            **vars(numbers),
            "state": str(RunState.QUEUED),
            "reason": None,
            "created_at": utc_now(),
            "started_at": None,
            "ended_at": None,
            "step": 0,
            "update": 0,
            "latest": None,
            "algorithm": None,
            "kickstart": None,
            "kickstart_from": None,
            "latest_evaluation": None,
            "best_evaluation": None,
            "best_checkpoint": None,
            "latest_checkpoint": None,
            "parent": None,
            "history": [],
            "last_seq": 0,
            "closed": False,
        }

    def _newest(self, record: JsonObject) -> JsonObject:
        feed = self.hub.feeds.get(record["id"])
        return feed.record if feed else record

    async def _find(self, run_id: str) -> JsonObject | None:
        feed = self.hub.feeds.get(run_id)
        return feed.record if feed else await self.store.runs.get(run_id)

    async def _open_feed(self, run_id: str, action: str) -> RunFeed:
        """The feed of a run that is not over. Raises RunNotFoundError, RunStateError."""
        feed = self.hub.feeds.get(run_id)
        if feed is not None and not feed.is_over:
            return feed
        record = await self.get(run_id)
        if not state_of(record).is_terminal:
            raise RunStateError("The run belongs to another server's data folder.")
        raise RunStateError(f"The run is {record['state']}: there is nothing to {action}.")

    @asynccontextmanager
    async def _only_one(self, key: str) -> AsyncIterator[None]:
        """Two requests with one key at the same time: the second waits for the first."""
        lock = self._key_locks.setdefault(key, asyncio.Lock())
        async with lock:
            yield
        if not lock.locked():
            self._key_locks.pop(key, None)

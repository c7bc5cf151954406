"""Which runs train now and which wait: starts them, asks things of them, ends them."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import deque
from dataclasses import dataclass

from app.errors import RunStateError, ShuttingDownError, TooManyError
from app.json_values import JsonObject
from app.paths import DataFolder
from app.services.checkpoint_files import find_checkpoint
from app.services.run_feed import RunFeed
from app.services.run_hub import RunHub
from app.services.run_record import state_of
from app.training.run_states import ACTIONS, RunState, next_state
from app.training.training_manager import (
    ExternalTrainer,
    Patience,
    TrainingManager,
    run_state_data,
)

log = logging.getLogger(__name__)


@dataclass
class _Live:
    manager: TrainingManager
    task: asyncio.Task[None]


class TrainingFloor:
    """At most `most_at_once` managers; further runs wait in the order in which they came."""

    def __init__(
        self,
        hub: RunHub,
        folder: DataFolder,
        *,
        most_at_once: int,
        most_waiting: int,
        patience: Patience,
    ) -> None:
        self._hub = hub
        self._folder = folder
        self._most_at_once = most_at_once
        self._most_waiting = most_waiting
        self._patience = patience
        self._waiting: deque[str] = deque()
        self._live: dict[str, _Live] = {}
        self._ending = False

    @property
    def live_count(self) -> int:
        """How many workers there are."""
        return len(self._live)

    def check_room(self) -> None:
        """Raises TooManyError when the queue is full, ShuttingDownError when the server ends."""
        if self._ending:
            raise ShuttingDownError
        if len(self._waiting) >= self._most_waiting:
            raise TooManyError("Too many runs are waiting. Stop one first.", retry_after_s=30)

    def enqueue(self, feed: RunFeed) -> None:
        """Puts a queued run at the end of the line."""
        self._waiting.append(feed.run_id)
        self._fill()

    def recover(self, feed: RunFeed) -> None:
        """What becomes of a run whose server ended: it waits again, or was interrupted."""
        state = state_of(feed.record)
        if state is RunState.QUEUED:
            self.enqueue(feed)
        elif state is RunState.STOPPING:
            self._change(feed, "worker_stopped", "The server ended before the final checkpoint.")
        elif state.is_live:
            self._change(feed, "interrupt", "The server ended while it trained. Resume to go on.")

    def pause(self, feed: RunFeed) -> None:
        """Asks for a pause; nothing to do where the run is paused. Raises RunStateError."""
        state = state_of(feed.record)
        if state is RunState.PAUSED:
            return
        self._require(state, "pause")
        self._manager(feed).request_pause()

    def resume(self, feed: RunFeed) -> None:
        """Lets a paused run go on, or queues an interrupted one. Raises RunStateError."""
        state = state_of(feed.record)
        if state in (RunState.QUEUED, RunState.STARTING, RunState.RUNNING):
            if feed.run_id in self._live:
                self._manager(feed).request_resume()
            return
        self._require(state, "resume")
        if state is RunState.PAUSED:
            self._manager(feed).request_resume()
            return
        self.check_room()
        self._change(feed, "requeue", None)
        self.enqueue(feed)

    def stop(self, feed: RunFeed) -> None:
        """Asks for a final checkpoint and the end; nothing to do where that is under way."""
        state = state_of(feed.record)
        if state.is_terminal or state is RunState.STOPPING:
            return
        if feed.run_id in self._live:
            self._manager(feed).request_stop()
            return
        if feed.run_id in self._waiting:
            self._waiting.remove(feed.run_id)
        self._change(feed, "cancel", None)

    def set_hyperparameters(self, feed: RunFeed, values: JsonObject) -> None:
        """Changes settings of a run, at its next update if it is live. Raises RunStateError."""
        self._require(state_of(feed.record), "set_hyperparameters")
        if feed.run_id in self._live:
            self._manager(feed).set_hyperparameters(values)
        else:
            feed.emit("hyperparameters", {"values": values, "step": feed.record["step"]})

    async def end(self, grace_s: float) -> None:
        """Final checkpoints for all, then no worker is left."""
        self._ending = True
        self._waiting.clear()
        for live in self._live.values():
            live.manager.end_with_server(grace_s)
        tasks = [live.task for live in self._live.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=grace_s + 1.0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _fill(self) -> None:
        while self._waiting and len(self._live) < self._most_at_once and not self._ending:
            feed = self._hub.feeds[self._waiting.popleft()]
            manager = self._prepare(feed)
            task = manager.start()
            self._live[feed.run_id] = _Live(manager, task)
            task.add_done_callback(functools.partial(self._ended, feed.run_id))

    def _prepare(self, feed: RunFeed) -> TrainingManager:
        record = feed.record
        run_folder = self._folder.run(feed.run_id)
        manager = TrainingManager(run_folder, feed, patience=self._patience)
        manager.adopt_external_trainer(
            ExternalTrainer(
                run_id=record["id"],
                design_id=record["design_id"],
                design=record["design"],
                source_sha256=record["source_sha256"],
                config=record["config"],
                total_steps=record["total_steps"],
                minutes=record.get("minutes"),
                seed=record["seed"],
                hyperparameters=record["hyperparameters"],
            )
        )
        checkpoint = find_checkpoint(run_folder, None)
        if checkpoint is None:
            manager.reset_to_fresh_model()
        else:
            manager.continue_from(checkpoint.path)
        return manager

    def _ended(self, run_id: str, task: asyncio.Task[None]) -> None:
        self._live.pop(run_id, None)
        error = None if task.cancelled() else task.exception()
        feed = self._hub.feeds.get(run_id)
        if error is not None:
            log.error("the supervision of run %s failed", run_id, exc_info=error)
        if feed is not None and state_of(feed.record).is_live:
            self._change(feed, "fail", "The supervision of this run failed. The log says why.")
        self._fill()

    def _manager(self, feed: RunFeed) -> TrainingManager:
        live = self._live.get(feed.run_id)
        if live is None:
            raise RunStateError("The run has no training process just now.")
        return live.manager

    def _require(self, state: RunState, action: str) -> None:
        if state not in ACTIONS[action]:
            words = action.replace("_", " ")
            raise RunStateError(f"A run that is {state} cannot do this: {words}.")

    def _change(self, feed: RunFeed, transition: str, reason: str | None) -> None:
        previous = state_of(feed.record)
        state = next_state(previous, transition)
        feed.emit("run_state", run_state_data(state, previous, reason))

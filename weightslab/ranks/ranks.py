"""The ranks of one training: which part each has, and what goes from one to another.

Rank 0 writes. The others send it what they recorded; at the same step boundaries it tells them
what was edited and whether to go on, so that all ranks change at the same step.
"""

from __future__ import annotations

import threading
import time
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weightslab.control.control import NEVER, Control
from weightslab.hyperparameters.steering import FLEETING
from weightslab.hyperparameters.values import leaves, plain, same, value_at
from weightslab.logs import logger
from weightslab.ranks import follower, leader
from weightslab.ranks.mail import Mail
from weightslab.ranks.row_map import RowMap
from weightslab.samples import edits as sample_edits
from weightslab.samples.identity import runs_of

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

_EVERY = 10  # boundaries between two exchanges
_POLL_S = 0.002
_PATIENCE_S = 30.0


class Ranks:
    """This rank among the others.

    Attributes:
        rank, size: its number, and how many there are.
        leads: it is rank 0.
        edits: of rank 0, waiting for the next exchange: kind, rows, fields.
    """

    def __init__(self, experiment: Experiment, rank: int, size: int) -> None:
        self.rank, self.size, self.leads = rank, size, rank == 0
        self.edits: list[tuple[str, Any, dict[str, Any]]] = []
        self._experiment = experiment
        self._mail = Mail()
        self._lock = threading.RLock()
        self._collecting = False
        self._calls: list[tuple[str, tuple[Any, ...]]] = []
        self._maps: dict[int, RowMap] = {}
        self._gone: set[int] = set()
        self._told_version = -1
        self._log: Any = None

    def part(self, name: str) -> Any:
        """The part of this name as this rank has it."""
        experiment, root = self._experiment, self._experiment.root
        match name:
            case "control":
                return SharedControl(experiment, self)
            case "history" if self.leads:
                return leader.LeaderHistory(self, root)
            case "history":
                return follower.FollowerHistory(self, root)
            case "samples":
                return (leader.LeaderSamples if self.leads else follower.FollowerSamples)(
                    experiment
                )
            case "journal" if not self.leads:
                return follower.FollowerJournal(root)
            case "checkpoints" if not self.leads:
                return follower.FollowerKeeper(experiment)
        return None

    def identity_log(self, root: Path | str) -> Any:
        """Where this rank's identities go."""
        self._log = leader.LeaderLog(root) if self.leads else follower.FollowerLog(root)
        return self._log

    def tell(self, name: str, *args: Any) -> None:
        """Have rank 0 make a call, at the next `send`."""
        with self._lock:
            self._calls.append((name, args))

    def send(self, *, last: bool = False) -> bool:
        """Send rank 0 what waits; whether it was possible."""
        with self._lock:
            if self._mail.store is None:
                return False
            new = [] if self._log is None else self._log.take()
            calls, self._calls = self._calls, []
            if new or calls or last:
                self._mail.send(f"calls/{self.rank}", (new, calls, last))
            return True

    def collect(self) -> None:
        """Rank 0: make the calls that the others sent until now."""
        with self._lock:
            if self._collecting or self._mail.store is None:
                return
            self._collecting = True
            try:
                for rank in range(1, self.size):
                    for new, calls, last in self._mail.receive(f"calls/{rank}"):
                        self._make(rank, new, calls)
                        if last:
                            self._gone.add(rank)
            finally:
                self._collecting = False

    def exchange(self) -> None:
        """Rank 0 tells what was edited since the last time; the others wait for it and follow."""
        if self._mail.store is None:
            return
        if self.leads:
            self.collect()
            self._mail.send("plan", self._plan())
            return
        self._mail.announce(f"here/{self.rank}")
        began, warned = time.monotonic(), False
        while not (plans := self._mail.receive("plan", keep=True, most=1)):
            if self._mail.announced("closed"):
                return
            time.sleep(_POLL_S)
            if not warned and time.monotonic() - began > _PATIENCE_S:
                warned = True
                logger.warning("rank %d waits for rank 0, which is paused or behind", self.rank)
        self._follow(plans[0])

    def finish(self) -> None:
        """Send the last; rank 0: wait for that of the others, but not for ever."""
        if not self.leads:
            self.send(last=True)
            return
        if self._mail.store is None:
            return
        self._mail.announce("closed")
        end = time.monotonic() + _PATIENCE_S
        present = {r for r in range(1, self.size) if self._mail.announced(f"here/{r}")}
        self.collect()
        while present - self._gone and time.monotonic() < end:
            time.sleep(_POLL_S)
            self.collect()
        if present - self._gone:
            logger.warning("the last values of ranks %s did not come", sorted(present - self._gone))

    def _make(self, rank: int, new: list[bytes], calls: list[tuple[str, tuple[Any, ...]]]) -> None:
        known = self._map(rank)
        known.learn(new)
        for name, args in calls:
            leader.make(self._experiment, known, name, args)

    def _map(self, rank: int) -> RowMap:
        if rank not in self._maps:
            self._maps[rank] = RowMap(self._experiment.samples)
        return self._maps[rank]

    def _plan(self) -> dict[str, Any]:
        experiment = self._experiment
        values = experiment.hyperparameters
        plan: dict[str, Any] = {"mode": "audit" if experiment.control.auditing else "train"}
        if values is not None and values.version != self._told_version:
            self._told_version = values.version
            plan["values"] = plain(values)
        with self._lock:
            plan["edits"], self.edits = self.edits, []
            plan["new"] = [] if self._log is None else self._log.take()
        return plan

    def _follow(self, plan: dict[str, Any]) -> None:
        experiment = self._experiment
        if experiment.control.mode != plan["mode"]:
            experiment.control.set_mode(plan["mode"])
        known = experiment.hyperparameters
        for path, value in leaves(plan.get("values", {})):
            if known is None or path[0] in FLEETING | {"root_log_dir"}:
                continue
            if not same(value_at(known, path), value):
                reduce(getitem, path[:-1], known)[path[-1]] = value
        rows_here = self._map(0)
        rows_here.learn(plan["new"])
        samples = experiment.samples
        for kind, rows, fields in plan["edits"]:
            if rows is not None:
                fields = {**fields, "rows": runs_of(np.unique(rows_here.here(rows)))}
            with samples.lock:
                sample_edits.apply(samples, kind, fields)
                samples.version += 1


class SharedControl(Control):
    """Step boundaries of a training of several ranks: every tenth is one, for all of them.

    A pause is rank 0's: it waits there before it lets the others go on, so that none waits in a
    collective. Boundaries are counted, which all ranks do alike.
    """

    def __init__(self, experiment: Experiment, ranks: Ranks) -> None:
        super().__init__(experiment)
        self._ranks = ranks
        self._passed = 0

    def boundary(self, place: object = None) -> None:
        """Pass a boundary; every tenth in step with the other ranks."""
        if self.phase.name == "testing":
            return
        self._passed += 1
        if self._passed % _EVERY:
            self._thread = threading.get_ident()
            self.place = place
            self._call_scheduled(self._experiment.step)
            return
        if self._ranks.leads:
            super().boundary(place)
        self._ranks.exchange()
        if not self._ranks.leads:
            super().boundary(place)

    def _call_scheduled(self, step: int) -> None:
        """Work that is due by step, such as checkpoints, waits for no exchange."""
        with self._changed:
            due = [c for c, at in self._callbacks.items() if at <= step]
        for callback in due:
            following = callback(step)
            self._callbacks[callback] = NEVER if following is None else following

    def between_steps(self) -> bool:
        """Never: what is edited waits for the next exchange."""
        return self._nobody_trains()

    def _set_paused(self, paused: bool) -> None:
        if self._ranks.leads:
            super()._set_paused(paused)

"""What a rank other than 0 has instead of the parts that write: it keeps nothing on the disk.

Every call that would write is kept as a name and arguments, and rank 0 makes it in its stead, its
rows translated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weightslab.checkpointing.keeper import CheckpointKeeper
from weightslab.checkpoints import CheckpointInfo, folder_name
from weightslab.samples.identity_log import read_identity
from weightslab.samples.samples import Samples
from weightslab.store.history_reader import HistoryReader
from weightslab.store.journal import Entry, read_journal

if TYPE_CHECKING:
    from weightslab.ranks.ranks import Ranks


class FollowerJournal:
    """Reads rank 0's journal; what is appended here is rank 0's to write."""

    def __init__(self, root: Path | str) -> None:
        self._root = root

    def append(self, kind: str, /, **fields: Any) -> int:
        """Nothing: rank 0 does the same, or is told."""
        return 0

    @contextmanager
    def grouped(self) -> Iterator[None]:
        """Nothing to wait for."""
        yield

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Those of rank 0."""
        yield from read_journal(self._root, after)

    def close(self) -> None:
        """Nothing to let go of."""


class FollowerLog:
    """Identities of former sessions, and those met here, which wait for rank 0."""

    def __init__(self, root: Path | str) -> None:
        self.found = read_identity(root)
        self._waiting = [bytes(payload) for payload in self.found]

    def append(self, payload: bytes) -> None:
        """Keep an entry for rank 0."""
        self._waiting.append(payload)

    def take(self) -> list[bytes]:
        """The entries that were not taken yet."""
        taken, self._waiting = self._waiting, []
        return taken

    def sync(self) -> None:
        """Nothing to wait for."""

    def close(self) -> None:
        """Nothing to let go of."""


class FollowerHistory:
    """Values for rank 0; what it wrote can be read here. Curves are rank 0's own."""

    def __init__(self, ranks: Ranks, root: Path | str) -> None:
        self._ranks, self._root = ranks, root

    @cached_property
    def reader(self) -> HistoryReader:
        """Reads what rank 0 wrote."""
        return HistoryReader(self._root)

    def add_samples(
        self, experiment_hash: str, signal: str, steps: Any, rows: Any, values: Any
    ) -> None:
        """Hand a value per sample to rank 0."""
        arrays = np.array(rows), np.array(steps), np.array(values)
        self._ranks.tell("add_samples", experiment_hash, signal, *arrays)

    def add_instances(
        self,
        experiment_hash: str,
        signal: str,
        steps: Any,
        rows: Any,
        annotations: Any,
        values: Any,
    ) -> None:
        """Hand a value per instance to rank 0."""
        arrays = np.array(rows), np.array(steps), np.array(annotations), np.array(values)
        self._ranks.tell("add_instances", experiment_hash, signal, *arrays)

    def add_global(self, experiment_hash: str, signal: str, step: Any, value: Any) -> None:
        """Nothing: rank 0 has the curve of its own share of every batch."""

    def keep_up(self) -> bool:
        """Send what waits."""
        return self._ranks.send()

    def flush(self, durable: bool = False) -> None:
        """Send what waits."""
        self._ranks.send()

    def compact(self) -> None:
        """Nothing: rank 0 does it."""

    def close(self) -> None:
        """Nothing: what was left was sent."""


class FollowerSamples(Samples):
    """The samples as this rank knows them; rank 0 is told what is set and edited."""

    def set_latest(self, column: str, rows_B: Any, values_B: Any, step: Any) -> None:
        """Here and at rank 0."""
        super().set_latest(column, rows_B, values_B, step)
        self._ranks.tell("set_latest", column, np.array(rows_B), np.array(values_B), step)

    def set_latest_instances(
        self, column: str, rows_B: Any, annotations_B: Any, values_B: Any, step: int
    ) -> None:
        """Here and at rank 0."""
        super().set_latest_instances(column, rows_B, annotations_B, values_B, step)
        arrays = np.array(rows_B), np.array(annotations_B), np.array(values_B)
        self._ranks.tell("set_latest_instances", column, *arrays, step)

    def set_objects(self, column: str, rows_B: Any, values_B: Any, annotations: Any = None) -> None:
        """At rank 0, which writes them."""
        self._ranks.tell("set_objects", column, np.array(rows_B), _sendable(values_B), annotations)

    def edit(self, kind: str, rows: Any = None, **fields: Any) -> None:
        """Here at once, and at rank 0, from where it reaches the other ranks."""
        super().edit(kind, rows, **fields)
        rows = np.empty(0, np.int32) if rows is None else np.unique(rows)
        self._ranks.tell("edit", kind, rows, fields)

    def flush(self, *, durable: bool = False) -> None:
        """Nothing: rank 0 writes."""

    @property
    def _ranks(self) -> Ranks:
        ranks = self._experiment.ranks
        assert ranks is not None
        return ranks


class FollowerKeeper(CheckpointKeeper):
    """Loads what rank 0 saved, and saves nothing itself."""

    def begin(self) -> None:
        """Nothing: rank 0 saves by the policy."""

    def save(self) -> CheckpointInfo:
        """What rank 0 saves; its files are not known here."""
        step = self._experiment.step
        return CheckpointInfo(self.folder / folder_name(step), step, step, "", None, {})

    def pin(self, step: int, pinned: bool = True) -> None:
        """Nothing: rank 0 does it."""

    def prune(self) -> None:
        """Nothing: rank 0 does it."""


def _sendable(values: Any) -> Any:
    """Without tensors: pickled, each would take its whole storage along."""
    if hasattr(values, "detach"):
        return values.detach().cpu().numpy().copy()
    return [_sendable(value) for value in values] if isinstance(values, list) else values

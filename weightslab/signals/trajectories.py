"""All former values of a signal, per sample, in memory: each value points at the one before it.

Appending a batch and reading the histories of a batch are both a few numpy operations, however long
the training is; a value takes 24 bytes. Kept only for signals whose history somebody asks for
while they are recorded. Legend: B samples of a batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Values = NDArray[np.float32] | NDArray[np.float64]
NONE = -1
_FIRST_CAPACITY = 4096


class Trajectories:
    """The values of one signal so far, by row of the sample."""

    def __init__(self) -> None:
        self._last = np.full(0, NONE, np.int64)  # by row: its newest entry
        self._previous = np.empty(_FIRST_CAPACITY, np.int64)
        self._values = np.empty(_FIRST_CAPACITY, np.float64)
        self._steps = np.empty(_FIRST_CAPACITY, np.int32)
        self._hashes = np.empty(_FIRST_CAPACITY, np.int32)
        self._names: list[str] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, rows_B: Int32, values_B: Values, step: int, experiment_hash: str) -> None:
        """Add a value per sample of a batch; a sample that is twice in it gets two."""
        if len(rows_B) == 0:
            return
        self._reserve(len(rows_B), int(rows_B.max()) + 1)
        if not self._names or self._names[-1] != experiment_hash:
            self._names.append(experiment_hash)
        begin, end = self._size, self._size + len(rows_B)
        self._values[begin:end] = values_B
        self._steps[begin:end] = step
        self._hashes[begin:end] = len(self._names) - 1
        self._link(rows_B, begin)
        self._size = end

    def of(self, row: int) -> tuple[list[int], list[float], list[str]]:
        """Steps, values and experiment hashes of one sample, oldest first."""
        entries = []
        entry = int(self._last[row]) if row < len(self._last) else NONE
        while entry != NONE:
            entries.append(entry)
            entry = int(self._previous[entry])
        entries.reverse()
        hashes = [self._names[index] for index in self._hashes[entries]]
        return self._steps[entries].tolist(), self._values[entries].tolist(), hashes

    def of_batch(self, rows_B: Int32) -> list[tuple[list[int], list[float]]]:
        """Steps and values of each sample of a batch, oldest first."""
        histories: list[tuple[list[int], list[float]]] = []
        for row in rows_B.tolist():
            steps, values, _ = self.of(row)
            histories.append((steps, values))
        return histories

    def _link(self, rows_B: Int32, begin: int) -> None:
        entries = np.arange(begin, begin + len(rows_B))
        order = np.argsort(rows_B, kind="stable")
        rows, entries = rows_B[order], entries[order]
        repeated = np.flatnonzero(rows[1:] == rows[:-1]) + 1
        previous = self._last[rows]
        previous[repeated] = entries[repeated - 1]
        self._previous[entries] = previous
        self._last[rows] = entries  # of equal rows the last assignment, the newest entry, stays

    def _reserve(self, entries: int, rows: int) -> None:
        if rows > len(self._last):
            grown = np.full(max(rows, 2 * len(self._last)), NONE, np.int64)
            grown[: len(self._last)] = self._last
            self._last = grown
        capacity = len(self._values)
        if self._size + entries > capacity:
            capacity = max(self._size + entries, 2 * capacity)
            for name in ("_previous", "_values", "_steps", "_hashes"):
                setattr(self, name, np.resize(getattr(self, name), capacity))


def from_rows(
    rows: Int32, values: Values, steps: Int32, experiment_hashes: Sequence[str]
) -> Trajectories:
    """The trajectories of what history holds, in any order of rows; equal steps keep theirs."""
    known = Trajectories()
    order = np.argsort(steps, kind="stable")
    bounds = np.flatnonzero(np.diff(steps[order])) + 1
    for part in np.split(order, bounds) if len(order) else []:
        hashes = np.asarray(experiment_hashes, dtype=object)[part]
        for name in dict.fromkeys(hashes):
            chosen = part[hashes == name]
            known.append(rows[chosen], values[chosen], int(steps[chosen[0]]), name)
    return known

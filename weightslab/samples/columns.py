"""The latest value of every signal, per sample and per instance.

Legend: N samples or instances held, B values of a call.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from weightslab.samples.growing import Growing
from weightslab.samples.sorted_runs import Int32, Int64, SortedRuns

Floats = NDArray[np.float32] | NDArray[np.float64]
_ANNOTATION_BITS = 32


class Columns:
    """Named columns of float32 or float64 with one entry per row, NaN where nothing was set."""

    def __init__(self) -> None:
        self._columns: dict[str, Growing] = {}

    @property
    def names(self) -> list[str]:
        """The columns, in the order they came."""
        return list(self._columns)

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return sum(column.nbytes for column in self._columns.values())

    def set(self, name: str, length: int, rows_B: Int32, values_B: Floats) -> None:
        """Set entries of a column of `length` rows; of a row given twice the last counts."""
        dtype = values_B.dtype if values_B.dtype in (np.float32, np.float64) else np.float64
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = Growing(dtype, np.nan)
        if dtype == np.float64 and column.values.dtype == np.float32:
            column.widen(np.float64)
        column.grow(length)[rows_B] = values_B

    def get(self, name: str, length: int) -> Floats:
        """A column [length]; a view that the next `set` may change.

        Raises:
            KeyError: there is none of this name.
        """
        return self._columns[name].grow(length)


class Instances:
    """Values per instance: which (row, annotation) pairs there are, and their columns."""

    def __init__(self) -> None:
        self.columns = Columns()
        self._rows = Growing(np.int32)
        self._annotations = Growing(np.int32)
        self._index = SortedRuns()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        own = self._rows.nbytes + self._annotations.nbytes + self._index.nbytes
        return own + self.columns.nbytes

    @property
    def rows(self) -> Int32:
        """The sample's row of each instance [N]."""
        return self._rows.values

    @property
    def annotations(self) -> Int32:
        """The number of each instance within its sample [N], from 1 on."""
        return self._annotations.values

    def set(self, name: str, rows_B: Int32, annotations_B: Int32, values_B: Floats) -> None:
        """Set entries of a column; instances that are new are added."""
        places = self.places(rows_B, annotations_B)
        self.columns.set(name, len(self), places, values_B)

    def places(self, rows_B: Int32, annotations_B: Int32) -> Int32:
        """Where each instance is held [B]; new ones are added."""
        keys = _keys(rows_B, annotations_B)
        places = self._index.find(keys)
        missing = np.unique(keys[places < 0])
        if len(missing):
            numbers = np.arange(len(self), len(self) + len(missing), dtype=np.int32)
            self._rows.extend((missing >> _ANNOTATION_BITS).astype(np.int32))
            self._annotations.extend((missing & 0xFFFFFFFF).astype(np.int32))
            self._index.add(missing, numbers)
            places = self._index.find(keys)
        return places


def _keys(rows: Int32, annotations: Int32) -> Int64:
    keys = (rows.astype(np.int64) << _ANNOTATION_BITS) | annotations.astype(np.int64)
    return np.asarray(keys, np.int64)

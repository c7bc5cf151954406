"""Between numpy's columns and Arrow's, without copies and without pandas.

`pyarrow.array` and `to_numpy` do the same, but import pandas, which takes a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.store.series import KEYS, Columns, Kind

if TYPE_CHECKING:
    import pyarrow

_NUMPY = {"int32": np.dtype(np.int32), "float": np.dtype(np.float32), "double": np.dtype(float)}


def schema_of(kind: Kind, dtype: str) -> pyarrow.Schema:
    """The columns of a kind: whole numbers, then "value"."""
    import pyarrow

    value = pyarrow.float32() if dtype == "float32" else pyarrow.float64()
    keys = [pyarrow.field(name, pyarrow.int32(), nullable=False) for name in KEYS[kind]]
    return pyarrow.schema([*keys, pyarrow.field("value", value, nullable=False)])


def batch_of(columns: Columns, schema: pyarrow.Schema) -> pyarrow.RecordBatch:
    """Columns as a record batch of this schema, without a copy."""
    import pyarrow

    arrays = [array_of(columns[field.name], field.type) for field in schema]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


def array_of(column: NDArray[Any], dtype: pyarrow.DataType) -> pyarrow.Array:
    """A column as an array of this type, without a copy where it is contiguous and of it."""
    import pyarrow

    contiguous = np.ascontiguousarray(column, _NUMPY[str(dtype)])
    return pyarrow.Array.from_buffers(dtype, len(column), [None, pyarrow.py_buffer(contiguous)])


def column_of(array: pyarrow.Array | pyarrow.ChunkedArray) -> NDArray[Any]:
    """An array of numbers, none missing, as a column; a view where it is of one piece."""
    import pyarrow

    if isinstance(array, pyarrow.ChunkedArray):
        array = array.combine_chunks()
    dtype = _NUMPY[str(array.type)]
    values = array.buffers()[1]
    if not len(array):
        return np.empty(0, dtype)
    return np.frombuffer(values, dtype, len(array), array.offset * dtype.itemsize)


def texts_of(words: Sequence[str]) -> pyarrow.Array:
    """Texts, none missing, as an array."""
    import pyarrow

    encoded = [word.encode() for word in words]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(b"".join(encoded))]
    return pyarrow.Array.from_buffers(pyarrow.string(), len(encoded), buffers)

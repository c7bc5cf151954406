"""Rows as Arrow tables that carry the names they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from weightslab.store.arrow import array_of, schema_of, texts_of
from weightslab.store.series import Columns, Kind, length

if TYPE_CHECKING:
    import pyarrow

_SHARED = 1 << 17


def table_schema(kind: Kind, dtypes: Sequence[str]) -> pyarrow.Schema:
    """Columns signal, experiment, those of the kind; the wider of the value types."""
    import pyarrow

    schema = schema_of(kind, "float64" if "float64" in dtypes else "float32")
    names = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    for place, name in enumerate(("signal", "experiment")):
        schema = schema.insert(place, pyarrow.field(name, names, nullable=False))
    return schema


def batch_with_names(
    columns: Columns,
    signal: str,
    signals: Sequence[str],
    experiments: Sequence[str],
    schema: pyarrow.Schema,
) -> pyarrow.RecordBatch:
    """Columns of one signal as a batch; "experiment", a place in them, is there for several."""
    import pyarrow

    size = length(columns)
    experiment = columns.get("experiment")
    arrays = [
        _named(_same(signals.index(signal), size), signals),
        _named(_same(0, size) if experiment is None else experiment, experiments),
        *(array_of(columns[field.name], field.type) for field in list(schema)[2:]),
    ]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


def _named(codes: NDArray[np.int32], words: Sequence[str]) -> pyarrow.DictionaryArray:
    import pyarrow

    encoded = array_of(codes, pyarrow.int32())
    return pyarrow.DictionaryArray.from_arrays(encoded, texts_of(words), safe=False)


def _same(number: int, size: int) -> NDArray[np.int32]:
    """A column of one number; those of common sizes share their memory."""
    return _shared(number)[:size] if size <= _SHARED else np.full(size, number, np.int32)


@lru_cache(maxsize=16)
def _shared(number: int) -> NDArray[np.int32]:
    return np.full(_SHARED, number, np.int32)

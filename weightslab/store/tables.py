"""Rows as Arrow tables that carry the names they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from weightslab.store.arrow import array_of, schema_of, texts_of
from weightslab.store.series import Columns, Kind, length

if TYPE_CHECKING:
    import pyarrow


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
    """Columns of one signal as a batch; their "experiment" is a place in `experiments`."""
    import pyarrow

    codes = np.full(length(columns), signals.index(signal), np.int32)
    arrays = [
        _named(codes, signals),
        _named(columns["experiment"], experiments),
        *(array_of(columns[field.name], field.type) for field in list(schema)[2:]),
    ]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


def _named(codes: NDArray[np.int32], words: Sequence[str]) -> pyarrow.DictionaryArray:
    import pyarrow

    encoded = array_of(codes, pyarrow.int32())
    return pyarrow.DictionaryArray.from_arrays(encoded, texts_of(words), safe=False)

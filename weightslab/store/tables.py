"""Rows as Arrow tables that carry the names they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from weightslab.store.segments import schema_of
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

    codes = {
        "signal": pyarrow.array(np.full(length(columns), signals.index(signal), np.int32)),
        "experiment": pyarrow.array(columns["experiment"]),
    }
    arrays = [
        pyarrow.DictionaryArray.from_arrays(codes["signal"], _words(tuple(signals))),
        pyarrow.DictionaryArray.from_arrays(codes["experiment"], _words(tuple(experiments))),
        *(pyarrow.array(columns[name], type=schema.field(name).type) for name in schema.names[2:]),
    ]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


@lru_cache(maxsize=16)
def _words(words: tuple[str, ...]) -> pyarrow.Array:
    import pyarrow

    return pyarrow.array(words, pyarrow.string())

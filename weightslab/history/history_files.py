"""The three forms of a history file.

Arrow puts the rows into words, a batch at a time; Python touches only names and sample ids, each
once per batch.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    import pyarrow

    from weightslab.experiment import Experiment
    from weightslab.store.series import Kind

# What a kind of the store is called in files.
TYPES: dict[Kind, str] = {"global": "global", "samples": "sample", "instances": "instance"}
_CSV_HEAD = b"type,graph_name,experiment_hash,step,metric_value,sample_id,annotation_id\n"


@dataclass(frozen=True)
class Excerpt:
    """Which part of the history is written; None: all."""

    experiment: Experiment
    kinds: tuple[Kind, ...]
    signals: list[str] | None
    experiments: list[str] | None
    rows: list[int] | None
    annotations: list[int] | None

    def has_series(self) -> bool:
        """Whether anything was recorded of it."""
        return bool(self.value_types())

    def value_types(self) -> set[str]:
        """float32, float64 or both."""
        reader = self.experiment.history.reader
        several = [reader.series(kind, self.signals, self.experiments) for kind in self.kinds]
        return {series.dtype for some in several for series in some}

    def batches(self, kind: Kind) -> Iterator[Columns]:
        """Its rows, in order."""
        rows = None if kind == "global" else self.rows
        annotations = self.annotations if kind == "instances" else None
        for batch in self.experiment.history.reader.batches(
            kind, self.signals, self.experiments, rows, annotations
        ):
            yield Columns(self.experiment, batch)


class Columns:
    """The columns of a batch as files have them; names in a form that the caller chooses."""

    def __init__(self, experiment: Experiment, batch: pyarrow.RecordBatch) -> None:
        self._experiment = experiment
        self._batch = batch

    def names(self, column: str, form: Callable[[str], str]) -> pyarrow.DictionaryArray:
        """ "signal", "experiment" or "sample_id", each name in its form."""
        import pyarrow

        if column != "sample_id":
            encoded = self._batch.column(column)
            words = [form(word) for word in encoded.dictionary.to_pylist()]
            return pyarrow.DictionaryArray.from_arrays(encoded.indices, words)
        rows, codes = np.unique(self._batch.column("row").to_numpy(), return_inverse=True)
        words = [form(word) for word in self._experiment.samples.ids_of(rows)]
        return pyarrow.DictionaryArray.from_arrays(codes.astype(np.int32), words)

    def words(self, column: str, form: Callable[[str], str]) -> pyarrow.Array:
        """The same as plain texts."""
        return self.names(column, form).dictionary_decode()

    def numbers(self, column: str) -> pyarrow.Array:
        """ "step", "annotation" or "value" as texts: the shortest that give the numbers back."""
        import pyarrow
        import pyarrow.compute as compute

        texts = compute.cast(self._batch.column(column), pyarrow.string())
        if column != "value":
            return texts
        is_whole = compute.match_substring_regex(texts, "^-?[0-9]+$")
        whole = compute.binary_join_element_wise(texts, "0", ".")
        return compute.if_else(is_whole, whole, texts)

    def raw(self, column: str) -> pyarrow.Array:
        """The numbers themselves."""
        return self._batch.column(column)

    def __len__(self) -> int:
        return int(self._batch.num_rows)


def write_json(excerpt: Excerpt, file: BinaryIO) -> None:
    """An object with a list of rows per type of history; NaN and infinities are null."""
    import pyarrow.compute as compute

    for place, kind in enumerate(excerpt.kinds):
        file.write(b'{\n  "' if place == 0 else b',\n  "')
        file.write(TYPES[kind].encode() + b'": [')
        separator = b"\n    "
        for columns in excerpt.batches(kind):
            values = compute.if_else(
                compute.is_finite(columns.raw("value")), columns.numbers("value"), "null"
            )
            cells = ['{"graph_name": ', columns.words("signal", json.dumps)]
            cells += [', "experiment_hash": ', columns.words("experiment", json.dumps)]
            if kind != "global":
                cells += [', "sample_id": ', columns.words("sample_id", json.dumps)]
            if kind == "instances":
                cells += [', "annotation_id": ', columns.numbers("annotation")]
            cells += [', "step": ', columns.numbers("step"), ', "metric_value": ', values, "}"]
            file.write(separator + _joined(cells, ",\n    "))
            separator = b",\n    "
        file.write(b"\n  ]" if separator[:1] == b"," else b"]")
    file.write(b"\n}\n")


def write_csv(excerpt: Excerpt, file: BinaryIO) -> None:
    """One table for all types; what a type has not is empty."""
    file.write(_CSV_HEAD)
    for kind in excerpt.kinds:
        for columns in excerpt.batches(kind):
            cells = [TYPES[kind], ",", columns.words("signal", _csv_cell)]
            cells += [",", columns.words("experiment", _csv_cell), ",", columns.numbers("step")]
            cells += [",", columns.numbers("value"), ","]
            cells += ["" if kind == "global" else columns.words("sample_id", _csv_cell), ","]
            cells += [columns.numbers("annotation") if kind == "instances" else ""]
            file.write(_joined(cells, "\n") + b"\n")


def write_parquet(excerpt: Excerpt, file: BinaryIO) -> None:
    """The columns of the CSV form; what a type has not is null."""
    import pyarrow
    import pyarrow.parquet

    word = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    is_wide = "float64" in excerpt.value_types()
    value = pyarrow.float64() if is_wide else pyarrow.float32()
    names = ("type", "graph_name", "experiment_hash", "step", "metric_value", "sample_id")
    types = (word, word, word, pyarrow.int32(), value, word, pyarrow.int32())
    schema = pyarrow.schema(list(zip((*names, "annotation_id"), types, strict=True)))
    encodings = {"step": "DELTA_BINARY_PACKED", "metric_value": "BYTE_STREAM_SPLIT"}
    with pyarrow.parquet.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=["type", "graph_name", "experiment_hash", "sample_id"],
        column_encoding=encodings,
    ) as writer:
        for kind in excerpt.kinds:
            for columns in excerpt.batches(kind):
                writer.write_table(_parquet_table(columns, kind, schema))


def _parquet_table(columns: Columns, kind: Kind, schema: pyarrow.Schema) -> pyarrow.Table:
    import pyarrow

    size = len(columns)
    codes = np.zeros(size, np.int32)
    arrays = [
        pyarrow.DictionaryArray.from_arrays(codes, [TYPES[kind]]),
        columns.names("signal", str),
        columns.names("experiment", str),
        columns.raw("step"),
        columns.raw("value").cast(schema.field("metric_value").type),
        pyarrow.nulls(size, schema.field("sample_id").type)
        if kind == "global"
        else columns.names("sample_id", str),
        columns.raw("annotation") if kind == "instances" else pyarrow.nulls(size, pyarrow.int32()),
    ]
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _joined(cells: list[Any], separator: str) -> bytes:
    """Rows of cells, arrays or texts that stand in every row, with a separator between rows."""
    import pyarrow
    import pyarrow.compute as compute

    rows = compute.binary_join_element_wise(*cells, "")
    one_list = pyarrow.ListArray.from_arrays([0, len(rows)], rows)
    return bytes(compute.binary_join(one_list, separator)[0].as_buffer())


def _csv_cell(text: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([text])
    return line.getvalue()

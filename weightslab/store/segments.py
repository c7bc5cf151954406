"""Segments: what was recorded lately, as it came, in frames that hold Arrow streams.

A frame holds Arrow IPC streams one after another, one per kind and value type. Each record batch is
of one series; the batch's own metadata names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from weightslab.store.arrow import batch_of, column_of, schema_of
from weightslab.store.series import Columns, Series

if TYPE_CHECKING:
    import pyarrow

FOLDER = "history/segments"
_SUFFIX = ".segment"


def segment_name(number: int) -> str:
    """The name of a segment within the root."""
    return f"{FOLDER}/{number:012d}{_SUFFIX}"


def segment_numbers(names: list[str]) -> list[int]:
    """The numbers of the segments among the names of FOLDER, in order."""
    return sorted(int(name.removesuffix(_SUFFIX)) for name in names if name.endswith(_SUFFIX))


def encode(blocks: Mapping[Series, list[Columns]]) -> memoryview:
    """The payload of one frame, so that a flush is there as a whole or not at all."""
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    options = pyarrow.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    for kind, dtype in sorted({(series.kind, series.dtype) for series in blocks}):
        schema = schema_of(kind, dtype).with_metadata({"kind": kind, "dtype": dtype})
        with pyarrow.ipc.new_stream(sink, schema, options=options) as stream:
            for series, pieces in blocks.items():
                if (series.kind, series.dtype) != (kind, dtype):
                    continue
                named = {"experiment": series.experiment, "signal": series.signal}
                for piece in pieces:
                    stream.write_batch(batch_of(piece, schema), custom_metadata=named)
    return memoryview(sink.getvalue()).cast("B")


def decode(payload: memoryview) -> Iterator[tuple[Series, Columns]]:
    """The blocks of one frame, in the order they were written; views of the payload."""
    import pyarrow

    source = pyarrow.BufferReader(pyarrow.py_buffer(payload))
    while source.tell() < len(payload):
        with pyarrow.ipc.open_stream(source) as stream:
            yield from _blocks_of(stream)


def _blocks_of(stream: pyarrow.ipc.RecordBatchStreamReader) -> Iterator[tuple[Series, Columns]]:
    metadata = {key.decode(): value.decode() for key, value in stream.schema.metadata.items()}
    while True:
        try:
            batch, named = stream.read_next_batch_with_custom_metadata()
        except StopIteration:
            return
        columns = {name: column_of(batch.column(name)) for name in batch.schema.names}
        experiment, signal = named[b"experiment"].decode(), named[b"signal"].decode()
        yield Series(metadata["kind"], experiment, signal, metadata["dtype"]), columns

"""Segments: what was recorded lately, as it came, in frames that hold Arrow streams.

A frame holds one Arrow IPC stream of one kind and value type. Each of its record batches is of one
series; the batch's own metadata names it.
"""

from __future__ import annotations

from collections.abc import Mapping

from weightslab.store.arrow import batch_of, column_of, schema_of
from weightslab.store.series import Columns, Series

FOLDER = "history/segments"
_SUFFIX = ".segment"


def segment_name(number: int) -> str:
    """The name of a segment within the root."""
    return f"{FOLDER}/{number:012d}{_SUFFIX}"


def segment_numbers(names: list[str]) -> list[int]:
    """The numbers of the segments among the names of FOLDER, in order."""
    return sorted(int(name.removesuffix(_SUFFIX)) for name in names if name.endswith(_SUFFIX))


def encode(blocks: Mapping[Series, list[Columns]]) -> list[memoryview]:
    """Payloads of frames: one per kind and value type."""
    import pyarrow

    payloads = []
    types = sorted({(series.kind, series.dtype) for series in blocks})
    for kind, dtype in types:
        sink = pyarrow.BufferOutputStream()
        schema = schema_of(kind, dtype).with_metadata({"kind": kind, "dtype": dtype})
        with pyarrow.ipc.new_stream(sink, schema) as stream:
            for series, pieces in blocks.items():
                if (series.kind, series.dtype) != (kind, dtype):
                    continue
                named = {"experiment": series.experiment, "signal": series.signal}
                for piece in pieces:
                    stream.write_batch(batch_of(piece, schema), custom_metadata=named)
        payloads.append(memoryview(sink.getvalue()).cast("B"))
    return payloads


def decode(payload: memoryview) -> list[tuple[Series, Columns]]:
    """The blocks of one frame, in the order they were written; views of the payload."""
    import pyarrow

    blocks: list[tuple[Series, Columns]] = []
    with pyarrow.ipc.open_stream(pyarrow.py_buffer(payload)) as stream:
        metadata = {key.decode(): value.decode() for key, value in stream.schema.metadata.items()}
        while True:
            try:
                batch, named = stream.read_next_batch_with_custom_metadata()
            except StopIteration:
                return blocks
            columns = {name: column_of(batch.column(name)) for name in batch.schema.names}
            series = Series(
                metadata["kind"],
                named[b"experiment"].decode(),
                named[b"signal"].decode(),
                metadata["dtype"],
            )
            blocks.append((series, columns))

"""Parts: sorted Parquet files, one series each, that any engine reads."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from weightslab.errors import StoreDamagedError
from weightslab.store.arrow import batch_of, column_of, schema_of
from weightslab.store.manifest import Part, part_name
from weightslab.store.series import KEYS, Columns, Filter, Series, joined, length, taken
from weightslab.store.storage import Create, Storage

# Small enough that one sample's values are read in a third of a millisecond, large enough that
# 100 million rows have a footer of a megabyte.
ROW_GROUP = 32_768


def write_part(
    create: Create, series: Series, number: int, level: int, runs: Iterable[Columns]
) -> Part:
    """Write sorted columns, one after another, as a part.

    Args:
        create: see `Storage.together`.

    Raises:
        OSError: the disk is full or refuses; there is no part then.
    """
    import pyarrow.parquet

    name = part_name(series, number)
    schema = schema_of(series.kind, series.dtype)
    named = {"experiment": series.experiment, "signal": series.signal}
    keys = KEYS[series.kind]
    rows = 0
    with (
        create(name) as file,
        pyarrow.parquet.ParquetWriter(
            file,
            schema.with_metadata(named),
            compression="zstd",
            compression_level=1,
            use_dictionary=False,
            column_encoding={
                **dict.fromkeys(keys, "DELTA_BINARY_PACKED"),
                "value": "BYTE_STREAM_SPLIT",
            },
            write_statistics=list(keys),
            write_page_checksum=True,
        ) as writer,
    ):
        for columns in _in_groups(runs):
            table = pyarrow.Table.from_batches([batch_of(columns, schema)])
            writer.write_table(table.replace_schema_metadata(named), row_group_size=ROW_GROUP)
            rows += length(columns)
    return Part(name, series, number, level, rows)


def _in_groups(runs: Iterable[Columns]) -> Iterator[Columns]:
    """The same rows in pieces of whole row groups, except the last."""
    held: list[Columns] = []
    rows = 0
    for columns in runs:
        held.append(columns)
        rows += length(columns)
        if rows >= ROW_GROUP:
            whole = joined(held)
            at = rows - rows % ROW_GROUP
            yield taken(whole, slice(0, at))
            held, rows = [taken(whole, slice(at, None))], rows - at
    if rows:
        yield joined(held)


class OpenPart:
    """A part that is open for reading: it can be read even when it was removed meanwhile.

    Raises:
        FileNotFoundError: it was removed already: the manifest has changed.
    """

    def __init__(self, storage: Storage, part: Part) -> None:
        import pyarrow.parquet

        self.part = part
        self._place = f"{storage.root}/{part.name}"
        self._lock = threading.Lock()
        with self._damage_named():
            self._file = pyarrow.parquet.ParquetFile(
                storage.open(part.name), page_checksum_verification=True
            )
        self._first, self._last = self._row_ranges()

    def runs(self, wanted: Filter) -> Iterator[Columns]:
        """The wanted rows in order, a row group at a time.

        Raises:
            StoreDamagedError: a page is not what was written.
        """
        for group in wanted.overlapping(self._first, self._last):
            with self._lock, self._damage_named():
                table = self._file.read_row_group(int(group), use_threads=False)
            columns = wanted.of({name: column_of(table[name]) for name in table.column_names})
            if length(columns):
                yield columns

    def _row_ranges(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """First and last row of each row group; zeros for what has no rows."""
        metadata = self._file.metadata
        ranges = np.zeros((metadata.num_row_groups, 2), np.int32)
        if "row" in KEYS[self.part.series.kind]:
            for group in range(len(ranges)):
                statistics = metadata.row_group(group).column(0).statistics
                ranges[group] = statistics.min, statistics.max
        return ranges[:, 0], ranges[:, 1]

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        """What a reader of Parquet finds wrong becomes an error that names the file."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            raise StoreDamagedError(f"{self._place} is not what was written: {error}") from error

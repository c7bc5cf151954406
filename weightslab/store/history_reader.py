"""Reading the history, from any process, while another one writes.

What is read is a snapshot: a manifest, its parts, and the segments behind them. A file that went
away in between was compacted: the snapshot is taken anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightslab.errors import StoreDamagedError, StoreError
from weightslab.store.manifest import NAME, Manifest, Part, read_manifest
from weightslab.store.merge import merged
from weightslab.store.parts import OpenPart
from weightslab.store.series import KEYS, Columns, Filter, Kind, Series, length
from weightslab.store.storage import storage_at
from weightslab.store.tables import batch_with_names, table_schema
from weightslab.store.tail import Tail

if TYPE_CHECKING:
    import pyarrow

_ATTEMPTS = 20
_MOST_OPEN = 256
Names = Sequence[str] | None


class HistoryReader:
    """What was recorded under a root; empty where nothing was.

    Args:
        root: a folder, or an address fsspec knows.
        before_read: called before each question; the writing process flushes there.
    """

    def __init__(
        self, root: Path | str, *, before_read: Callable[[], object] | None = None
    ) -> None:
        self._storage = storage_at(root)
        self._before_read = before_read
        self._lock = threading.RLock()
        self._seen: object = None
        self._manifest = Manifest()
        self._parts: dict[Series, list[Part]] = {}
        self._tail = Tail(self._storage, 1)
        self._open: dict[str, OpenPart] = {}

    def signals(self, kind: Kind | None = None) -> list[str]:
        """The names of what was recorded, of one kind or of all, sorted."""
        return sorted({series.signal for series in self.series(kind)})

    def experiments(self, kind: Kind | None = None) -> list[str]:
        """The hashes under which something was recorded, sorted."""
        return sorted({series.experiment for series in self.series(kind)})

    def series(
        self, kind: Kind | None = None, signals: Names = None, experiments: Names = None
    ) -> list[Series]:
        """The series there are of a kind, of some signals and experiments (None: all), sorted."""
        if self._before_read is not None:
            self._before_read()
        with self._lock:
            self._refresh()
            known = self._parts.keys() | self._tail.series()
        return sorted(
            series
            for series in known
            if (kind is None or series.kind == kind)
            and (signals is None or series.signal in signals)
            and (experiments is None or series.experiment in experiments)
        )

    def global_rows(self, signals: Names = None, experiments: Names = None) -> pyarrow.Table:
        """Columns signal, experiment, step, value; ordered by signal and step.

        The names are dictionary-encoded. Of several value types among the signals the wider one.
        """
        return self._table("global", signals, experiments, Filter())

    def sample_rows(
        self, signals: Names = None, experiments: Names = None, rows: ArrayLike | None = None
    ) -> pyarrow.Table:
        """Columns signal, experiment, row, step, value; ordered by signal, row and step."""
        return self._table("samples", signals, experiments, Filter(_wanted(rows)))

    def instance_rows(
        self,
        signals: Names = None,
        experiments: Names = None,
        rows: ArrayLike | None = None,
        annotations: ArrayLike | None = None,
    ) -> pyarrow.Table:
        """Columns signal, experiment, row, annotation, step, value; ordered in this way."""
        wanted = Filter(_wanted(rows), _wanted(annotations))
        return self._table("instances", signals, experiments, wanted)

    def batches(
        self,
        kind: Kind,
        signals: Names = None,
        experiments: Names = None,
        rows: ArrayLike | None = None,
        annotations: ArrayLike | None = None,
    ) -> Iterator[pyarrow.RecordBatch]:
        """The same piece by piece, in flat memory; "value" has the type of each signal.

        Raises:
            StoreDamagedError: a part is not what was written; the message names it.
        """
        wanted = Filter(_wanted(rows), _wanted(annotations))
        return self._batches(kind, self.series(kind, signals, experiments), wanted)

    def sql(self, query: str, parameters: Sequence[object] | None = None) -> pyarrow.Table:
        """The answer of DuckDB to a question over views of the history.

        Args:
            query: a SELECT. There are global_rows, sample_rows and instance_rows, with the columns
                of the methods of their names, in no order.
            parameters: what its question marks stand for.

        Raises:
            duckdb.Error: it is no SQL, or names what is not there.
        """
        from weightslab.store.sql import ask

        for _ in range(_ATTEMPTS):
            self.series()
            with self._lock:
                parts = list(self._manifest.parts)
                tails = {kind: self._tail_table(kind) for kind in KEYS}
            answer = ask(self._storage, parts, tails, query, parameters)
            if answer is not None:
                return answer
        raise StoreError(f"{self._storage.root}: files of the history vanish while they are read.")

    def _tail_table(self, kind: Kind) -> pyarrow.Table:
        """What is in no part yet, as a table; not in order."""
        import pyarrow

        several = [series for series in self._tail.series() if series.kind == kind]
        schema = table_schema(kind, [series.dtype for series in several])
        signals = sorted({series.signal for series in several})
        experiments = sorted({series.experiment for series in several})
        batches = []
        for series in several:
            for run in self._tail.runs(series, Filter()):
                place = experiments.index(series.experiment)
                for columns in _told(run, place, len(experiments)):
                    batches.append(
                        batch_with_names(columns, series.signal, signals, experiments, schema)
                    )
        return pyarrow.Table.from_batches(batches, schema)

    def _table(
        self, kind: Kind, signals: Names, experiments: Names, wanted: Filter
    ) -> pyarrow.Table:
        import pyarrow

        chosen = self.series(kind, signals, experiments)
        schema = table_schema(kind, [series.dtype for series in chosen])
        batches = (batch.cast(schema) for batch in self._batches(kind, chosen, wanted))
        return pyarrow.Table.from_batches(batches, schema)

    def _batches(
        self, kind: Kind, chosen: list[Series], wanted: Filter
    ) -> Iterator[pyarrow.RecordBatch]:
        signals = sorted({series.signal for series in chosen})
        experiments = sorted({series.experiment for series in chosen})
        for signal in signals:
            several = [series for series in chosen if series.signal == signal]
            schema = table_schema(kind, [series.dtype for series in several])
            runs = self._runs(several, experiments, wanted)
            for columns in merged(runs):
                if length(columns):
                    yield batch_with_names(columns, signal, signals, experiments, schema)

    def _runs(
        self, several: list[Series], experiments: list[str], wanted: Filter
    ) -> list[Iterator[Columns]]:
        """Sorted runs of these series; of several experiments, each row tells its place."""
        for _ in range(_ATTEMPTS):
            with self._lock:
                try:
                    return [
                        _told(run, experiments.index(series.experiment), len(experiments))
                        for series in several
                        for run in self._runs_of(series, wanted)
                    ]
                except FileNotFoundError as error:
                    before = self._seen
                    self._refresh()
                    if self._seen == before:
                        raise StoreDamagedError(f"{self._storage.root}: {error}") from error
        raise StoreError(f"{self._storage.root}: files of the history vanish while they are read.")

    def _runs_of(self, series: Series, wanted: Filter) -> list[Iterator[Columns]]:
        runs = [self._opened(part).runs(wanted) for part in self._parts.get(series, ())]
        return runs + self._tail.runs(series, wanted)

    def _opened(self, part: Part) -> OpenPart:
        if part.name not in self._open:
            while len(self._open) >= _MOST_OPEN:
                del self._open[next(iter(self._open))]
            self._open[part.name] = OpenPart(self._storage, part)
        return self._open[part.name]

    def _refresh(self) -> None:
        """Take the newest snapshot: segments are read between two looks at the same manifest."""
        for _ in range(_ATTEMPTS):
            version = self._storage.version(NAME)
            if version != self._seen:
                self._take(read_manifest(self._storage))
                self._seen = version
            if self._manifest.first_segment != self._tail.first:
                self._tail = Tail(self._storage, self._manifest.first_segment)
            try:
                self._tail.catch_up()
            except FileNotFoundError:
                continue
            if self._storage.version(NAME) == version:
                return
        raise StoreError(f"{self._storage.root}: the history changes faster than it can be read.")

    def _take(self, manifest: Manifest) -> None:
        self._manifest, self._parts = manifest, {}
        for part in manifest.parts:
            self._parts.setdefault(part.series, []).append(part)
        live = {part.name for part in manifest.parts}
        self._open = {name: part for name, part in self._open.items() if name in live}


def _told(run: Iterator[Columns], place: int, of: int) -> Iterator[Columns]:
    """Add which of several experiments the rows are of."""
    for columns in run:
        if of > 1:
            columns = {**columns, "experiment": np.full(length(columns), place, np.int32)}
        yield columns


def _wanted(numbers: ArrayLike | None) -> NDArray[np.int32] | None:
    return None if numbers is None else np.unique(np.asarray(numbers, np.int32))

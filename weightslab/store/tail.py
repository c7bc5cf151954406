"""The tail of the history: what is in segments and in no part yet, sorted as it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from weightslab.store.frames import MAGIC, read_frames
from weightslab.store.segments import FOLDER, decode, segment_name, segment_numbers
from weightslab.store.series import Columns, Filter, Series, in_order, joined, length
from weightslab.store.storage import Storage

_log = logging.getLogger(__name__)


class SeriesTail:
    """The tail of one series: blocks as they came, and sorted runs of those asked for before."""

    def __init__(self) -> None:
        self._blocks: list[Columns] = []
        self._runs: list[Columns] = []

    def append(self, columns: Columns) -> None:
        """Add what came after everything before."""
        self._blocks.append(columns)

    def runs(self) -> list[Columns]:
        """Sorted runs, oldest first: few, since a new one takes in those not far larger."""
        if self._blocks:
            run = in_order(joined(self._blocks))
            self._blocks = []
            while self._runs and length(self._runs[-1]) < 2 * length(run):
                run = in_order(joined([self._runs.pop(), run]))
            self._runs.append(run)
        return self._runs


class Tail:
    """What the segments from `first` on hold; `catch_up` reads what is new in them."""

    def __init__(self, storage: Storage, first: int) -> None:
        self._storage = storage
        self.first = first
        self._ends: dict[int, int] = {}
        self._series: dict[Series, SeriesTail] = {}
        self._warned: set[int] = set()

    def catch_up(self) -> None:
        """Read what was appended since the last call.

        Raises:
            FileNotFoundError: a segment is gone: it was compacted meanwhile.
        """
        names = self._storage.names(FOLDER)
        for number in (n for n in segment_numbers(names) if n >= self.first):
            start = self._ends.get(number, 0)
            content = self._storage.read(segment_name(number), start)
            found = read_frames(content, start=start)
            if found.damaged or (found.end == 0 and not MAGIC.startswith(content)):
                self._warn(number)
            for payload in found.payloads:
                for series, columns in decode(payload):
                    self._series.setdefault(series, SeriesTail()).append(columns)
            self._ends[number] = found.end

    def series(self) -> set[Series]:
        """Which series have a tail."""
        return set(self._series)

    def runs(self, series: Series, wanted: Filter) -> list[Iterator[Columns]]:
        """The wanted rows of a series, oldest run first."""
        tail = self._series.get(series)
        runs = [] if tail is None else [wanted.of(run) for run in tail.runs()]
        return [iter([run]) for run in runs if length(run)]

    def _warn(self, number: int) -> None:
        if number not in self._warned:
            self._warned.add(number)
            place = f"{self._storage.root}/{segment_name(number)}"
            _log.warning("%s is damaged: what its checksums refuse is left out", place)

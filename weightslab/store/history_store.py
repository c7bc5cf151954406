"""The history of signals on disk: taken in blocks, appended to segments, compacted to Parquet.

What was recorded waits in memory until `flush`, which any process can read after; `flush` with
`durable` also outlives the machine. A full disk loses nothing while the waiting rows fit in memory.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from functools import cached_property
from pathlib import Path

from numpy.typing import ArrayLike

from weightslab.errors import StoreClosedError, StoreError
from weightslab.store.arguments import aligned_length, floats, whole_numbers
from weightslab.store.buffers import Buffers
from weightslab.store.compaction import compact, remove_orphans
from weightslab.store.history_reader import HistoryReader
from weightslab.store.lock import WriterLock
from weightslab.store.manifest import read_manifest
from weightslab.store.segment_writer import SegmentWriter
from weightslab.store.segments import encode
from weightslab.store.series import Columns, Kind, Series
from weightslab.store.storage import refusals, storage_at

_log = logging.getLogger(__name__)
MIB = 1 << 20
_SHORTEST_DELAY, _LONGEST_DELAY = 0.5, 30.0  # seconds between tries of a full disk


class HistoryStore:
    """Takes rows, and writes them; the only writer under its root.

    Args:
        root: a folder, or an address fsspec knows (appending is slower there: a new object each).
        flush_bytes: so many bytes of waiting rows are written without being asked to.
        segment_bytes: so many written ones are compacted, in the background.
        most_bytes: so many wait while the disk refuses; what comes then is dropped, and counted.

    Attributes:
        lost_rows: rows that were dropped so.

    Raises:
        StoreLockedError: another process, or another HistoryStore, writes to this root.
        StoreError: the folder cannot be written.
    """

    def __init__(
        self,
        root: Path | str,
        *,
        flush_bytes: int = 16 * MIB,
        segment_bytes: int = 64 * MIB,
        most_bytes: int = 256 * MIB,
    ) -> None:
        self._storage = storage_at(root)
        self._flush_bytes, self._segment_bytes = flush_bytes, segment_bytes
        self._most_bytes = most_bytes
        self._pid = os.getpid()
        self._buffers = Buffers()
        self._lock = threading.Lock()  # of the buffers
        self._files = threading.RLock()  # of the segments
        self._compacting = threading.Lock()
        self._background: threading.Thread | None = None
        self._retry_at, self._retry_delay = 0.0, _SHORTEST_DELAY
        self._is_refused = False
        self._is_open = False
        self.lost_rows = 0
        self._writer = WriterLock(self._storage, "history")
        try:
            with refusals(f"{self._storage.root}/history"):
                manifest = read_manifest(self._storage)
                remove_orphans(self._storage, manifest)
                self._segments = SegmentWriter(self._storage, manifest.first_segment)
        except BaseException:
            self._writer.release()
            raise
        self._is_open = True

    @cached_property
    def reader(self) -> HistoryReader:
        """Reads what is here, what still waits too."""
        return HistoryReader(self._storage.root, before_read=self.keep_up)

    def add_samples(
        self,
        experiment_hash: str,
        signal: str,
        steps: ArrayLike,
        rows: ArrayLike,
        values: ArrayLike,
    ) -> None:
        """A value per sample; all arrays are copied.

        Args:
            experiment_hash: under which they are kept.
            signal: name.
            steps: one number for all, or one per value.
            rows: of the samples.
            values: float32 or float64 are kept as they are, others become one of them.

        Raises:
            MisalignedError: lengths differ.
            ArgumentError: a step or row is no 32-bit number, a value is no number.
            StoreClosedError: the store is closed, or another process's.
        """
        columns = {
            "row": whole_numbers(rows, "row"),
            "step": whole_numbers(steps, "step"),
            "value": floats(values, signal),
        }
        self._add("samples", experiment_hash, signal, columns)

    def add_instances(
        self,
        experiment_hash: str,
        signal: str,
        steps: ArrayLike,
        rows: ArrayLike,
        annotations: ArrayLike,
        values: ArrayLike,
    ) -> None:
        """A value per instance of a sample; arguments and errors as in `add_samples`."""
        columns = {
            "row": whole_numbers(rows, "row"),
            "annotation": whole_numbers(annotations, "annotation"),
            "step": whole_numbers(steps, "step"),
            "value": floats(values, signal),
        }
        self._add("instances", experiment_hash, signal, columns)

    def add_global(
        self, experiment_hash: str, signal: str, step: ArrayLike, value: ArrayLike
    ) -> None:
        """Values of no sample: one, or as many as there are steps; errors as in `add_samples`."""
        values = floats(value, signal)
        columns = {"step": whole_numbers(step, "step"), "value": values.reshape(values.shape or 1)}
        self._add("global", experiment_hash, signal, columns)

    def _add(self, kind: Kind, experiment: str, signal: str, columns: Columns) -> None:
        count = aligned_length(columns, signal)
        series = Series(kind, experiment, signal, columns["value"].dtype.name)
        self._check_open()
        if not count:
            return
        with self._lock:
            if self._buffers.bytes < self._most_bytes:
                self._buffers.add(series, count, columns)
            else:
                self._lose(count)
        if self._buffers.bytes >= self._flush_bytes:
            self.keep_up()

    def _check_open(self) -> None:
        if not self._is_open or os.getpid() != self._pid:
            raise StoreClosedError(f"the history of {self._storage.root} is closed here.")

    def _lose(self, count: int) -> None:
        if not self.lost_rows:
            _log.error("%s: memory is full of rows: new ones are dropped", self._storage.root)
        self.lost_rows += count

    def keep_up(self) -> bool:
        """Flush; whether it was possible. What the disk refuses is logged once and tried again."""
        if time.monotonic() < self._retry_at or not self._is_open:
            return False
        try:
            self.flush()
        except StoreError as error:
            if not self._is_refused:
                _log.error("%s. Rows wait in memory until it can be.", error)
            self._is_refused = True
            self._retry_delay = min(2 * self._retry_delay, _LONGEST_DELAY)
            self._retry_at = time.monotonic() + self._retry_delay
            return False
        return True

    def flush(self, durable: bool = False) -> None:
        """Write what waits, so that other processes see it; `durable`: and so that it stays.

        Raises:
            StoreError: the disk is full or refuses; what waits goes on waiting.
        """
        with self._files:
            self._write(durable)
            if self._segments.bytes >= self._segment_bytes:
                self._compact_in_background()

    def _write(self, durable: bool) -> None:
        if not self._is_open:
            return
        with self._lock:
            buffers, self._buffers = self._buffers, Buffers()
        try:
            with refusals(f"{self._storage.root}/history"):
                payload = encode(buffers.blocks())
                self._segments.append(payload, buffers.bytes, durable=durable)
        except BaseException:
            with self._lock:
                self._buffers = buffers.followed_by(self._buffers)
            raise
        self._retry_at, self._retry_delay = 0.0, _SHORTEST_DELAY
        if self._is_refused:
            self._is_refused = False
            lost = self.lost_rows
            _log.warning("%s is written again; %d rows were lost", self._storage.root, lost)

    def compact(self) -> None:
        """Flush, and move everything to Parquet.

        Raises:
            StoreClosedError: the store is closed, or another process's.
            StoreError: the disk is full or refuses; nothing is lost.
        """
        self._check_open()
        with self._compacting:
            with self._files:
                self._write(durable=False)
                segments = self._segments.seal()
            try:
                with refusals(f"{self._storage.root}/history"):
                    compact(self._storage, segments)
            finally:
                with self._files:
                    self._segments.forget_before(read_manifest(self._storage).first_segment)

    def _compact_in_background(self) -> None:
        if self._background is None or not self._background.is_alive():
            self._background = threading.Thread(target=self._compact_behind, name="compaction")
            self._background.start()

    def _compact_behind(self) -> None:
        with contextlib.suppress(AttributeError, OSError):  # training goes first; Linux only
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        self._try_to_compact()

    def _try_to_compact(self) -> None:
        try:
            self.compact()
        except StoreError as error:
            _log.warning("%s. Compaction is tried again later.", error)

    def close(self) -> None:
        """Flush, compact, let go of the root. Closing twice is no error.

        Raises:
            StoreError: what waits could not be written; the store stays open.
        """
        if not self._is_open:
            return
        if self._background is not None:
            self._background.join()
        with self._files:
            self._write(durable=True)
        self._try_to_compact()
        with self._files, self._lock:
            self._is_open = False
            self._segments.close()
            self._writer.release()

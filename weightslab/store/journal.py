"""The journal of edits: tags, discards, hyperparameters, names. On disk before it is acknowledged.

An entry is a frame of JSON, `{"kind": ..., "fields": {...}}`; its number is its place, from 1 on.
On a local disk all are in one file; on an object store, which cannot append, each is its own.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weightslab.errors import ArgumentError, StoreClosedError, StoreDamagedError
from weightslab.store.frames import FrameFile, file_of, read_frames
from weightslab.store.lock import WriterLock
from weightslab.store.storage import LocalStorage, refusals, storage_at

_log = logging.getLogger(__name__)
_FOLDER = "journal"
_FILE = "journal/journal.frames"


@dataclass(frozen=True)
class Entry:
    """One edit: its number, from 1 on, what it is, and its fields as they were given."""

    number: int
    kind: str
    fields: dict[str, Any]


class Journal:
    """Appends entries; one writer per root.

    Raises:
        StoreLockedError: another process, or another Journal, writes to this root.
        StoreDamagedError: an entry that others follow is not what was written.
        StoreError: the folder cannot be written.
    """

    def __init__(self, root: Path | str) -> None:
        self._storage = storage_at(root)
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._grouping = 0
        self._file: FrameFile | None = None
        self._count = 0
        self._is_open = False
        self._writer = WriterLock(self._storage, _FOLDER)
        try:
            self._open()
        except BaseException:
            self._writer.release()
            raise
        self._is_open = True

    def _open(self) -> None:
        if not isinstance(self._storage, LocalStorage):
            self._count = len(self._storage.names(_FOLDER))
            return
        path = self._storage.path / _FILE
        with refusals(str(path)):
            size = path.stat().st_size if path.exists() else 0
            self._file = FrameFile(path)
        found = self._file.found
        if found.damaged:
            self._file.close()
            raise _damaged(path, found.damaged[0])
        self._count = len(found.payloads)
        if size > found.end:
            _log.warning("%s: cut %d torn bytes at its end", path, size - found.end)

    def append(self, kind: str, /, **fields: Any) -> int:
        """Write one edit and wait until it is on the disk.

        Args:
            kind: what it is, for those who read it.
            **fields: anything JSON can hold; NaN and infinities too.

        Returns:
            its number. Within `grouped` it is on the disk when that block ends.

        Raises:
            ArgumentError: a field is nothing for JSON.
            StoreClosedError: the journal is closed, or another process's.
            StoreError: the disk is full or refuses; the entry was not written.
        """
        try:
            payload = json.dumps({"kind": kind, "fields": fields}, separators=(",", ":")).encode()
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"journal entry {kind!r}: {error}") from error
        with self._lock:
            self._check_open()
            with refusals(f"{self._storage.root}/{_FOLDER}"):
                self._write(payload)
            self._count += 1
            return self._count

    def _write(self, payload: bytes) -> None:
        if self._file is None:
            name = f"{_FOLDER}/{self._count + 1:012d}.frames"
            self._storage.replace(name, file_of(payload))
            return
        size = self._file.size
        self._file.append(payload)
        if not self._grouping:
            try:
                self._file.sync()
            except OSError:
                self._file.cut(size)
                raise

    @contextmanager
    def grouped(self) -> Iterator[None]:
        """Wait for the disk once, at the end of the block, for all that is appended in it.

        Raises:
            StoreError: at the end: the disk refuses; the block's entries may be lost.
        """
        with self._lock:
            self._grouping += 1
            try:
                yield
            finally:
                self._grouping -= 1
                if self._file is not None and self._is_open and not self._grouping:
                    with refusals(f"{self._storage.root}/{_FOLDER}"):
                        self._file.sync()

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries with a number above `after`, in order; those of a closed journal too.

        Raises:
            StoreDamagedError: one that others follow is not what was written.
        """
        yield from read_journal(self._storage.root, after)

    def close(self) -> None:
        """Let go of the root. Closing twice is no error."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                if self._file is not None:
                    self._file.close()
                self._writer.release()

    def _check_open(self) -> None:
        if not self._is_open or os.getpid() != self._pid:
            raise StoreClosedError(f"the journal of {self._storage.root} is closed here.")


def read_journal(root: Path | str, after: int = 0) -> Iterator[Entry]:
    """The journal's entries with a number above `after`, in order; any process may read.

    Raises:
        StoreDamagedError: an entry that others follow is not what was written.
    """
    storage = storage_at(root)
    number = 0
    for name in storage.names(_FOLDER):
        if not name.endswith(".frames"):
            continue
        found = read_frames(storage.read(f"{_FOLDER}/{name}"))
        if found.damaged:
            raise _damaged(f"{storage.root}/{_FOLDER}/{name}", found.damaged[0])
        for payload in found.payloads:
            number += 1
            if number > after:
                document = json.loads(bytes(payload))
                yield Entry(number, document["kind"], document["fields"])


def _damaged(path: object, at: int) -> StoreDamagedError:
    return StoreDamagedError(
        f"{path}: the entry at byte {at} is not what was written. Restore the file from a copy, "
        "or move it away to start without its edits."
    )

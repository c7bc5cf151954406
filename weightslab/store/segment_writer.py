"""Where the writer puts frames: a growing local segment, or a new object each time elsewhere."""

from __future__ import annotations

import logging

from weightslab.errors import StoreDamagedError
from weightslab.store.frames import FrameFile, file_of
from weightslab.store.segments import FOLDER, segment_name, segment_numbers
from weightslab.store.storage import LocalStorage, Storage

_log = logging.getLogger(__name__)


class SegmentWriter:
    """Appends frames to the newest segment.

    Args:
        first: the smallest number a segment may have: those before it are compacted.

    Attributes:
        bytes: in segments that are not compacted.

    Raises:
        OSError: the folder cannot be written.
    """

    def __init__(self, storage: Storage, first: int) -> None:
        self._storage = storage
        self._file: FrameFile | None = None
        self._sealed: dict[int, FrameFile] = {}  # open, since they may have to be synced yet
        self._numbers = [n for n in segment_numbers(storage.names(FOLDER)) if n >= first]
        self._next = max([first - 1, *self._numbers]) + 1
        self.bytes = 0
        if isinstance(storage, LocalStorage):
            for number in self._numbers:
                self.bytes += (storage.path / segment_name(number)).stat().st_size
            if self._numbers:
                self._reopen(storage, self._numbers[-1])

    def _reopen(self, storage: LocalStorage, number: int) -> None:
        """Go on with the last segment; what a kill tore is cut off."""
        path = storage.path / segment_name(number)
        size = path.stat().st_size
        try:
            self._file = FrameFile(path)
        except StoreDamagedError as error:
            _log.warning("%s A new segment is begun.", error)
            return
        if self._file.size < size:
            _log.warning("%s: cut %d torn bytes at its end", path, size - self._file.size)

    def append(self, payloads: list[memoryview], *, durable: bool) -> None:
        """Write frames, all or none.

        Args:
            durable: wait until they, and all before them, are on the disk.

        Raises:
            OSError: the disk is full or refuses; nothing was added.
        """
        if not isinstance(self._storage, LocalStorage):
            if payloads:
                content = file_of(payloads)
                self._storage.replace(segment_name(self._next), content)
                self._count(len(content))
            return
        if payloads:
            if self._file is None:
                path = self._storage.path / segment_name(self._next)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = FrameFile(path)
                self._count(0)
            before = self._file.size
            self._file.append(*payloads)
            self.bytes += self._file.size - before
        if durable:
            for file in (*self._sealed.values(), *([self._file] if self._file else ())):
                file.sync()

    def _count(self, size: int) -> None:
        self._numbers.append(self._next)
        self._next += 1
        self.bytes += size

    def seal(self) -> list[int]:
        """Begin a new segment with the next frames; the numbers of all that are complete now."""
        if self._file is not None:
            self._sealed[self._numbers[-1]] = self._file
            self._file = None
        return list(self._numbers)

    def forget(self, numbers: list[int]) -> None:
        """These were compacted: what is in them is on the disk elsewhere."""
        for number in numbers:
            if number in self._sealed:
                self._sealed.pop(number).close()
        self._numbers = [number for number in self._numbers if number not in numbers]
        if not self._numbers:
            self.bytes = 0

    def close(self) -> None:
        """Let go of the segments."""
        self.seal()
        for file in self._sealed.values():
            file.close()
        self._sealed.clear()

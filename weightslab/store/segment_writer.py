"""Where the writer puts frames: a growing local segment, or a new object each time elsewhere."""

from __future__ import annotations

import logging
from pathlib import Path

from weightslab.errors import StoreDamagedError
from weightslab.store.frames import FrameFile, file_of
from weightslab.store.segments import FOLDER, segment_name, segment_numbers
from weightslab.store.storage import LocalStorage, Storage

_log = logging.getLogger(__name__)


class SegmentWriter:
    """Appends frames to the newest segment.

    Args:
        first: the smallest number a segment may have: those before it are compacted.

    Raises:
        OSError: the folder cannot be written.
    """

    def __init__(self, storage: Storage, first: int) -> None:
        self._storage = storage
        self._file: FrameFile | None = None
        self._sealed: dict[int, FrameFile] = {}  # open, since they may have to be synced yet
        numbers = [n for n in segment_numbers(storage.names(FOLDER)) if n >= first]
        self._sizes = {n: len(storage.read(segment_name(n))) for n in numbers}
        self._next = max([first - 1, *numbers]) + 1
        if numbers and isinstance(storage, LocalStorage):
            self._reopen(storage, numbers[-1])

    @property
    def bytes(self) -> int:
        """Of rows in segments that are not compacted, as in memory; at least, after a restart."""
        return sum(self._sizes.values())

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

    def append(self, payload: memoryview, size: int, *, durable: bool) -> None:
        """Write a frame, whole or not at all.

        Args:
            payload: of the frame; an empty one is not written.
            size: bytes of its rows in memory.
            durable: wait until it, and all before it, are on the disk.

        Raises:
            OSError: the disk is full or refuses; nothing was added.
        """
        if isinstance(self._storage, LocalStorage):
            self._append(self._storage.path, payload, durable)
        elif payload:
            self._storage.replace(segment_name(self._next), file_of(payload))
            self._begin()
        if payload:
            self._sizes[self._next - 1] += size

    def _append(self, folder: Path, payload: memoryview, durable: bool) -> None:
        if payload and self._file is None:
            path = folder / segment_name(self._next)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FrameFile(path)
            self._begin()
        before = self._file.size if self._file else 0
        if payload and self._file:
            self._file.append(payload)
        try:
            for file in (*self._sealed.values(), self._file) if durable else ():
                if file is not None:
                    file.sync()
        except OSError:
            if self._file:
                self._file.cut(before)
            raise

    def _begin(self) -> None:
        self._sizes[self._next] = 0
        self._next += 1

    def seal(self) -> list[int]:
        """Begin a new segment with the next frames; the numbers of all that are complete now."""
        if self._file is not None:
            self._sealed[self._next - 1] = self._file
            self._file = None
        return sorted(self._sizes)

    def forget_before(self, first: int) -> None:
        """Segments with smaller numbers were compacted: they are on the disk elsewhere."""
        for number in [number for number in self._sealed if number < first]:
            self._sealed.pop(number).close()
        self._sizes = {n: size for n, size in self._sizes.items() if n >= first}

    def close(self) -> None:
        """Let go of the segments."""
        self.seal()
        for file in self._sealed.values():
            file.close()
        self._sealed.clear()

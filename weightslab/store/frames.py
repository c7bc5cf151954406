"""Append-only files of checksummed frames: what a kill leaves half-written is found, never read.

A file is an 8-byte magic and then frames: a marker, the CRC-32 of what follows it, the payload's
length (8 bytes, little-endian), the payload. The marker lets a reader go on behind damage.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from weightslab.atomic_files import sync
from weightslab.errors import StoreDamagedError

Bytes = bytes | memoryview
MAGIC = b"WLFRAMES"
_MARKER = b"\xf5WL\x1a"
_LENGTH = struct.Struct("<Q")
_HEAD = struct.Struct("<4sIQ")


@dataclass(frozen=True)
class Frames:
    """What a stretch of a file holds.

    Attributes:
        payloads: of the frames whose checksums hold, in order; views of what was read.
        end: where the next frame would start; what follows is torn.
        damaged: where unreadable bytes start that whole frames follow.
    """

    payloads: list[memoryview]
    end: int
    damaged: list[int]


def head_of(payload: Bytes) -> bytes:
    """What stands before a payload in its frame."""
    checksum = zlib.crc32(payload, zlib.crc32(_LENGTH.pack(len(payload))))
    return _HEAD.pack(_MARKER, checksum, len(payload))


def file_of(payload: Bytes) -> bytes:
    """A whole file of one frame."""
    return b"".join([MAGIC, head_of(payload), payload])


def read_frames(content: Bytes, *, start: int = 0) -> Frames:
    """Split what was read of a file from byte `start` on: 0 or the `end` of a former read.

    What cannot be a file of frames at all reads as damaged from its first byte.
    """
    view = memoryview(content)
    at = 0
    payloads, damaged = [], []
    if start == 0:
        at = len(MAGIC) if bytes(view[: len(MAGIC)]) == MAGIC else 0
    while at < len(view):
        end = _frame_end(view, at)
        if end is None:
            following = next(_later_frames(view, at + 1), None)
            if following is None:
                break
            damaged.append(start + at)
            at = following
            continue
        payloads.append(view[at + _HEAD.size : end])
        at = end
    return Frames(payloads, start + at, damaged)


def _frame_end(view: memoryview, at: int) -> int | None:
    """Where the frame ends that starts here; None where none does, or not whole."""
    if len(view) - at < _HEAD.size:
        return None
    marker, checksum, length = _HEAD.unpack_from(view, at)
    end = at + _HEAD.size + int(length)
    if marker != _MARKER or end > len(view):
        return None
    return end if zlib.crc32(view[at + _HEAD.size - _LENGTH.size : end]) == checksum else None


def _later_frames(view: memoryview, at: int) -> Iterator[int]:
    for found in re.finditer(re.escape(_MARKER), view[at:]):
        if _frame_end(view, at + found.start()) is not None:
            yield at + found.start()


class FrameFile:
    """Appends frames to one local file; the only writer of it.

    Attributes:
        found: the frames that were there when it was opened.
        size: bytes in the file.

    Raises:
        StoreDamagedError: the file is none of frames.
        OSError: the file cannot be opened for writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        content = path.read_bytes() if path.exists() else b""
        self.found = read_frames(content)
        if self.found.end == 0 and not MAGIC.startswith(content):
            raise StoreDamagedError(f"{path} is no file of frames: move it away.")
        self._is_new = not path.exists()
        self._file = path.open("x+b" if self._is_new else "r+b", buffering=0)
        self._durable = False
        try:
            self._start(len(content))
        except OSError:
            self._file.close()
            raise

    def _start(self, size: int) -> None:
        """Cut what a killed writer left half-written; write the magic of a new file."""
        self.size = self.found.end
        if size > self.size:
            self._file.truncate(self.size)
        if self.size == 0:
            self._write([MAGIC])

    def append(self, payload: Bytes) -> None:
        """Write a frame; it outlives the process at once, the machine after `sync`.

        Raises:
            OSError: the disk is full or refuses; the file is as it was.
        """
        self._write([head_of(payload), payload])

    def _write(self, pieces: list[Bytes]) -> None:
        self._file.seek(self.size)
        self._durable = False
        try:
            for piece in pieces:
                rest = memoryview(piece)
                while rest:
                    rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(self.size)
            raise
        self.size += sum(len(piece) for piece in pieces)

    def cut(self, size: int) -> None:
        """Take back what was appended behind `size`, a former `size` of this file."""
        self._file.truncate(size)
        self.size = size

    def sync(self) -> None:
        """Wait until everything appended is on the disk.

        Raises:
            OSError: the disk refuses; what was appended since the last call may be lost.
        """
        if self._durable:
            return
        os.fsync(self._file.fileno())
        if self._is_new:  # its name, and that of a new folder, have to stay too
            sync(self.path.parent)
            sync(self.path.parent.parent)
            self._is_new = False
        self._durable = True

    def close(self) -> None:
        """Let go of the file; nothing is pending, since appending writes through."""
        self._file.close()

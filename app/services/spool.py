"""The events of one run on disk: appended line by line, read from any sequence number.

It is what a run's story rests on while MongoDB is away. A line that a crash cut off is dropped at
the next opening; what a full disk refuses waits in memory and is tried again.
"""

from __future__ import annotations

import bisect
import json
import logging
import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.json_values import JsonObject, dumps

log = logging.getLogger(__name__)

_INDEX_EVERY = 128
_MOST_WAITING = 10_000


class Spool:
    """One append-only file of `{seq, time, event, data}` lines; `seq` counts from 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: deque[JsonObject] = deque(maxlen=_MOST_WAITING)
        self._offsets: list[tuple[int, int]] = []
        self._size = 0
        self.last_seq = 0
        self._scan()

    @property
    def waiting(self) -> int:
        """Events that the disk did not take yet."""
        return len(self._waiting)

    def append(self, event: JsonObject) -> None:
        """Keeps an event that has its number; a full disk is logged and tried again later."""
        self._waiting.append(event)
        self.last_seq = event["seq"]
        self.write_waiting()

    def write_waiting(self) -> bool:
        """Writes what waits; whether all of it is on disk."""
        try:
            while self._waiting:
                event = self._waiting[0]
                self._write(event["seq"], dumps(event) + b"\n")
                self._waiting.popleft()
        except OSError as error:
            log.error("%s cannot be written (%s): trying again", self._path, error.strerror)
            return False
        return True

    def read_after(self, seq: int, limit: int) -> Sequence[JsonObject]:
        """Up to `limit` events with higher numbers, oldest first."""
        found: list[JsonObject] = []
        for event in self._lines(self._offset_before(seq)):
            if event["seq"] > seq:
                found.append(event)
                if len(found) == limit:
                    return found
        found.extend(event for event in self._waiting if event["seq"] > seq)
        return found[:limit]

    def _scan(self) -> None:
        """Finds the last whole line and cuts off what follows it."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                seq = _sequence_number(line)
                if seq is None:
                    break
                self._remember(seq)
                self._size += len(line)
                self.last_seq = seq
        if self._path.stat().st_size > self._size:
            log.warning("%s ends in a torn line, which is cut off", self._path)
            os.truncate(self._path, self._size)

    def _write(self, seq: int, line: bytes) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            # At the offset, so that the rest of a write that failed halfway is overwritten.
            written = 0
            while written < len(line):
                written += os.pwrite(file, line[written:], self._size + written)
        finally:
            os.close(file)
        self._remember(seq)
        self._size += len(line)

    def _remember(self, seq: int) -> None:
        if not self._offsets or seq >= self._offsets[-1][0] + _INDEX_EVERY:
            self._offsets.append((seq, self._size))

    def _offset_before(self, seq: int) -> int:
        at = bisect.bisect_right(self._offsets, (seq, self._size)) - 1
        return self._offsets[at][1] if at >= 0 else 0

    def _lines(self, offset: int) -> Iterator[JsonObject]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(offset)
            remaining = self._size - offset
            for line in file:
                remaining -= len(line)
                if remaining < 0:
                    return
                event: JsonObject = json.loads(line)
                yield event


def _sequence_number(line: bytes) -> int | None:
    if not line.endswith(b"\n"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event["seq"] if isinstance(event, dict) and isinstance(event.get("seq"), int) else None

"""Rows that wait in memory to be written, in blocks that are filled in place."""

from __future__ import annotations

import numpy as np

from weightslab.store.series import KEYS, Columns, Kind, Series, taken

_FIRST_BLOCK = 512
_LAST_BLOCK = 1 << 18


class Buffer:
    """The waiting rows of one series."""

    def __init__(self, kind: Kind, dtype: str) -> None:
        self._types = {**dict.fromkeys(KEYS[kind], np.dtype(np.int32)), "value": np.dtype(dtype)}
        self._full: list[Columns] = []
        self._block: Columns = {}
        self._used = self._size = 0

    def add(self, count: int, columns: Columns) -> None:
        """Copy `count` rows; a column of shape () holds for all of them."""
        begin, end = self._used, self._used + count
        if end > self._size:
            self._next_block(count)
            begin, end = 0, count
        block = self._block
        for name, column in columns.items():
            block[name][begin:end] = column
        self._used = end

    def _next_block(self, least: int) -> None:
        self._full.extend(self._filled())
        self._size = max(least, min(max(2 * self._size, _FIRST_BLOCK), _LAST_BLOCK))
        self._block = {name: np.empty(self._size, dtype) for name, dtype in self._types.items()}
        self._used = 0

    def _filled(self) -> list[Columns]:
        return [taken(self._block, slice(0, self._used))] if self._used else []

    def blocks(self) -> list[Columns]:
        """What waits, in order of arrival."""
        return self._full + self._filled()

    def prepend(self, blocks: list[Columns]) -> None:
        """Put back what came before everything that waits."""
        self._full = blocks + self._full


class Buffers:
    """The waiting rows of all series, and how many bytes they are."""

    def __init__(self) -> None:
        self._buffers: dict[Series, Buffer] = {}
        self.bytes = 0

    def add(self, series: Series, count: int, columns: Columns) -> None:
        """Copy `count` rows of a series."""
        buffer = self._buffers.get(series)
        if buffer is None:
            buffer = self._buffers[series] = Buffer(series.kind, series.dtype)
        buffer.add(count, columns)
        self.bytes += count * (4 * len(KEYS[series.kind]) + columns["value"].itemsize)

    def blocks(self) -> dict[Series, list[Columns]]:
        """What waits, by series."""
        return {series: buffer.blocks() for series, buffer in self._buffers.items()}

    def followed_by(self, later: Buffers) -> Buffers:
        """Both as one; this one is not to be used any more."""
        for series, buffer in self._buffers.items():
            if series in later._buffers:
                later._buffers[series].prepend(buffer.blocks())
            else:
                later._buffers[series] = buffer
        later.bytes += self.bytes
        return later

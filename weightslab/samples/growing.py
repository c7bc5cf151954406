"""Arrays that grow at the end; the arithmetic under every per-sample column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Growing:
    """A one-dimensional array whose new entries hold `fill` until they are set.

    Args:
        dtype: of the entries.
        fill: what an entry holds before it is set.
    """

    def __init__(self, dtype: DTypeLike, fill: Any = 0) -> None:
        self._fill = fill
        self._room: NDArray[Any] = np.empty(0, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[Any]:
        """The entries, as a view: writing to it writes here, growing may leave it behind."""
        return self._room[: self._length]

    @property
    def nbytes(self) -> int:
        """Memory taken, room to grow included."""
        return self._room.nbytes

    def grow(self, length: int) -> NDArray[Any]:
        """Have at least this many entries; the view of all of them."""
        if length > len(self._room):
            room = np.empty(max(length, len(self._room) * 5 // 4), self._room.dtype)
            room[: self._length] = self.values
            self._room = room
        if length > self._length:
            self._room[self._length : length] = self._fill
            self._length = length
        return self.values

    def extend(self, values: NDArray[Any]) -> None:
        """Add entries at the end."""
        before = self._length
        self.grow(before + len(values))[before:] = values

    def widen(self, dtype: DTypeLike) -> None:
        """Hold the entries as another type from now on, for example float64 after float32."""
        self._room = self._room.astype(dtype)

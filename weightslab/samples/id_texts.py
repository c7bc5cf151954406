"""Ids as texts, millions of them: the bytes in one array, found by sorted hashes of 64 bits.

A dict of Python strings would take ten times the memory. Legend: N texts of a call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from weightslab.samples.growing import Growing
from weightslab.samples.sorted_runs import Int32, Int64, SortedRuns

if TYPE_CHECKING:
    import pyarrow

CHUNK = 262_144
Bytes = NDArray[np.uint8]


class IdTexts:
    """Texts numbered in the order they were added, each once.

    Args:
        hash_text: a hash of 64 bits; texts of equal hashes are still told apart.
    """

    def __init__(self, hash_text: Callable[[str], int] = hash) -> None:
        self._hash = hash_text
        self._bytes = Growing(np.uint8)
        self._ends = Growing(np.int64)
        self._index = SortedRuns()
        self._same_hash: dict[str, int] = {}
        self._ends.grow(1)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self._bytes.nbytes + self._ends.nbytes + self._index.nbytes

    def find(self, texts: Sequence[str]) -> Int32:
        """The number of each text [N], -1 where it is unknown."""
        found = np.empty(len(texts), np.int32)
        for begin in range(0, len(texts), CHUNK):
            part, chunk = texts[begin : begin + CHUNK], slice(begin, begin + CHUNK)
            hashes = np.fromiter(map(self._hash, part), np.int64, len(part))
            found[chunk] = self._verified(self._index.find(hashes), part)
        return found

    def append(self, texts: Sequence[str], ends: Int64, blob: Bytes) -> None:
        """Number further texts, which are new and distinct; `ends` and `blob` are `encoded(texts)`.

        Their numbers follow each other, whatever their hashes are.
        """
        first = len(self)
        before = len(self._bytes)
        self._bytes.extend(blob)
        self._ends.extend(ends[1:] + before)
        hashes = np.fromiter(map(self._hash, texts), np.int64, len(texts))
        fresh = self._index.find(hashes) < 0
        again = np.ones(len(texts), bool)
        again[np.unique(hashes, return_index=True)[1]] = False
        fresh &= ~again
        numbers = np.arange(first, len(self), dtype=np.int32)
        self._index.add(hashes[fresh], numbers[fresh])
        for place in np.flatnonzero(~fresh).tolist():
            self._same_hash[texts[place]] = first + place

    def texts(self, numbers: Int32) -> list[str]:
        """The texts of these numbers."""
        ends, pool = self._ends.values, self._bytes.values
        begins, ends = ends[numbers].tolist(), ends[np.asarray(numbers) + 1].tolist()
        return [pool[begin:end].tobytes().decode() for begin, end in zip(begins, ends, strict=True)]

    def array(self, numbers: Int64) -> pyarrow.Array:
        """The texts of these numbers as an Arrow array of strings."""
        import pyarrow

        ends, pool = self._ends.values, self._bytes.values
        buffers = [None, pyarrow.py_buffer(ends), pyarrow.py_buffer(pool)]
        every = pyarrow.Array.from_buffers(pyarrow.large_string(), len(self), buffers)
        first = int(numbers[0]) if len(numbers) else 0
        if len(numbers) and (np.diff(numbers) == 1).all():
            return every.slice(first, len(numbers))
        return every.take(pyarrow.array(numbers))

    def _verified(self, candidates: Int32, texts: Sequence[str]) -> Int32:
        """The candidates whose text is the one looked for; -1 for the others."""
        known = np.flatnonzero(candidates >= 0)
        if len(known):
            asked = texts if len(known) == len(texts) else [texts[i] for i in known.tolist()]
            differing = known[~self._equal(candidates[known], *encoded(asked))]
            for place in differing.tolist():
                candidates[place] = self._same_hash.get(texts[place], -1)
        return candidates

    def _equal(self, numbers: Int32, ends: Int64, blob: Bytes) -> NDArray[np.bool_]:
        """Whether the texts of these numbers are those in `blob`, compared byte by byte."""
        own_ends, pool = self._ends.values, self._bytes.values
        begins, lengths = ends[:-1], np.diff(ends)
        own_begins = own_ends[numbers]
        equal: NDArray[np.bool_] = (own_ends[numbers + 1] - own_begins) == lengths
        lengths = np.where(equal, lengths, 0)
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        mine = pool[np.repeat(own_begins, lengths) + within]
        differs = mine != blob[np.repeat(begins, lengths) + within]
        equal[np.repeat(np.arange(len(lengths)), lengths)[differs]] = False
        return equal


def encoded(texts: Sequence[str]) -> tuple[Int64, Bytes]:
    """Ends [N + 1], beginning with 0, and the bytes of all texts (UTF-8)."""
    joined = "".join(texts)
    ends = np.zeros(len(texts) + 1, np.int64)
    if joined.isascii():
        np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=ends[1:])
        return ends, np.frombuffer(joined.encode(), np.uint8)
    parts = [text.encode() for text in texts]
    np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), out=ends[1:])
    return ends, np.frombuffer(b"".join(parts), np.uint8)

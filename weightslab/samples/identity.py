"""Which sample has which row: rows are dense, ids are whatever the datasets call their samples.

Datasets without ids get consecutive integers, found by arithmetic; ids of their own are kept as
texts. Everything is written to one append-only file, so that a restart and other processes find
the same rows. Legend: B ids of a call, N samples of a dataset.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.samples.growing import Growing
from weightslab.samples.id_texts import CHUNK, IdTexts, encoded
from weightslab.samples.identity_log import IdentityLog, read_identity
from weightslab.samples.sample_ids import Ids, integer_of

if TYPE_CHECKING:
    import pyarrow

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
SampleId = int | str
NO_ORIGIN = ""


@dataclass
class Extent:
    """Rows in a row whose ids are consecutive integers, or consecutive texts.

    Attributes:
        row: the first one; `count` of them.
        first: the first one's integer, or its number among the texts.
        loader: whose integers they are; None for texts.
    """

    row: int
    count: int
    first: int
    loader: str | None


class Identity:
    """Ids, rows and origins of all samples.

    Args:
        log: where it is written; what it holds already is taken over. None: in memory only.

    Attributes:
        columns: the signals' columns that ever had a value; True for values per instance.
    """

    def __init__(self, log: IdentityLog | None = None) -> None:
        self.columns: dict[str, bool] = {}
        self._extents: list[Extent] = []
        self._texts = IdTexts()
        self._origins = Growing(np.int16)
        self._origin_names = [NO_ORIGIN]
        self._next_integer = 0
        self._rows_of_loader: dict[str, Growing] = {}
        self._origin_of_loader: dict[str, str] = {}
        self._log = log
        for payload in log.found if log is not None else ():
            self._apply(payload)
        self._tables()

    @classmethod
    def read(cls, root: Path | str) -> Identity:
        """What another process has written under a root.

        Raises:
            StoreDamagedError: it is not what was written.
        """
        identity = cls()
        for payload in read_identity(root):
            identity._apply(payload)
        identity._tables()
        return identity

    def __len__(self) -> int:
        return len(self._origins)

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        ranges = sum(rows.nbytes for rows in self._rows_of_loader.values())
        return self._texts.nbytes + self._origins.nbytes + ranges

    def add_range(self, loader: str, origin: str, count: int) -> Int32:
        """The rows [count] of a dataset without ids of its own; rows that are missing are added.

        A loader of the same name has the same rows again, also after a restart.
        """
        known = self._rows_of_loader.setdefault(loader, Growing(np.int32))
        if self._origin_of_loader.get(loader, origin) != origin:
            self.set_origin(known.values, origin)
        missing = count - len(known)
        if missing > 0:
            entry = {"range": loader, "first": self._next_integer, "count": missing}
            self._write({**entry, "origin": origin})
        self._origin_of_loader[loader] = origin
        return known.values[:count]

    def add_ids(self, ids: Ids, origin: str) -> Int32:
        """The rows [B] of these ids; unknown ones become samples of this origin."""
        rows = np.empty(len(ids), np.int32)
        for begin in range(0, len(ids), CHUNK):
            part = ids[begin : begin + CHUNK]
            found = self.find(part)
            unknown = np.flatnonzero(found < 0)
            if len(unknown):
                found[unknown] = self._add([str(part[i]) for i in unknown.tolist()], origin)
            rows[begin : begin + CHUNK] = found
        return rows

    def _add(self, texts: list[str], origin: str) -> Int32:
        """The rows of texts that are no ids yet; the same one may be there twice."""
        distinct = {text: row for row, text in enumerate(dict.fromkeys(texts), len(self))}
        ends, blob = encoded(list(distinct))
        head = {"texts": len(distinct), "origin": origin}
        self._write(head, np.diff(ends).astype("<u4").tobytes() + blob.tobytes())
        return np.fromiter(map(distinct.__getitem__, texts), np.int32, len(texts))

    def find(self, ids: Ids) -> Int32:
        """The row of each id [B], -1 where it is unknown."""
        if isinstance(ids, np.ndarray):
            rows = self._rows_of_integers(ids)
            if not len(self._texts):
                return rows
            others = np.flatnonzero(rows < 0)
            if len(others):
                rows[others] = self._rows_of_texts([str(i) for i in ids[others].tolist()])
            return rows
        rows = self._rows_of_texts(ids)
        others = np.flatnonzero(rows < 0)
        if len(others) and len(self._range_firsts):
            integers = np.array([integer_of(ids[i]) for i in others], np.int64)
            rows[others] = self._rows_of_integers(integers)
        return rows

    def ids_of(self, rows: Int32) -> list[str]:
        """The ids of rows, in their canonical form."""
        rows = np.asarray(rows, np.int64)
        extents = np.searchsorted(self._rows, rows, side="right") - 1
        numbers = rows - self._rows[extents] + self._firsts[extents]
        of_text = self._of_text[extents]
        if not of_text.any():
            return list(map(str, numbers.tolist()))
        if of_text.all():
            return self._texts.texts(numbers)
        ids = np.array(list(map(str, numbers.tolist())), object)
        ids[of_text] = self._texts.texts(numbers[of_text])
        return list(ids)

    def array_of(self, rows: Int32) -> pyarrow.Array:
        """The ids of rows as an Arrow array of strings: millions of them in a second."""
        import pyarrow

        extents = np.searchsorted(self._rows, rows, side="right") - 1
        of_text = self._of_text[extents]
        if of_text.any() and not of_text.all():
            return pyarrow.array(self.ids_of(rows), pyarrow.large_string())
        numbers = np.asarray(rows - self._rows[extents] + self._firsts[extents], np.int64)
        if of_text.any():
            return self._texts.array(numbers)
        return pyarrow.array(numbers).cast(pyarrow.large_string())

    def integers_of(self, rows: Int32) -> NDArray[np.int64] | None:
        """The ids as integers, where none of them is a text of the dataset's own; else None."""
        extents = np.searchsorted(self._rows, rows, side="right") - 1
        if self._of_text[extents].any():
            return None
        return np.asarray(rows - self._rows[extents] + self._firsts[extents])

    def origins_of(self, rows: Int32) -> list[str]:
        """The split that each row belongs to."""
        names = self._origin_names
        return [names[code] for code in self._origins.values[rows].tolist()]

    def rows_of_origin(self, origin: str) -> Int32:
        """The rows of a split, ascending."""
        if origin not in self._origin_names:
            return np.empty(0, np.int32)
        code = self._origin_names.index(origin)
        return np.flatnonzero(self._origins.values == code).astype(np.int32)

    def set_origin(self, rows: Int32, origin: str) -> None:
        """Say which split rows belong to."""
        code = self._origin_code(origin)
        changed = np.unique(rows[self._origins.values[rows] != code])
        if len(changed):
            self._write({"origin_of": runs_of(changed), "origin": origin})

    @property
    def origin_codes(self) -> tuple[NDArray[np.int16], list[str]]:
        """Per row a code, and the names of the codes."""
        return self._origins.values, self._origin_names

    def add_column(self, name: str, *, of_instances: bool) -> None:
        """Remember that a column has values, so that a restart finds them in history."""
        if name not in self.columns:
            self._write({"column": name, "of_instances": of_instances, "origin": NO_ORIGIN})

    def sync(self) -> None:
        """Wait until all of it is on the disk.

        Raises:
            StoreError: the disk refuses.
        """
        if self._log is not None:
            self._log.sync()

    def close(self) -> None:
        """Let go of the file."""
        if self._log is not None:
            self._log.close()

    def _write(self, head: dict[str, Any], body: bytes = b"") -> None:
        payload = json.dumps(head).encode() + b"\n" + body
        if self._log is not None:
            self._log.append(payload)
        self._apply(memoryview(payload))
        self._tables()

    def _apply(self, payload: memoryview) -> None:
        line, _, body = bytes(payload).partition(b"\n")
        head = json.loads(line)
        code = self._origin_code(head["origin"])
        row = len(self)
        if "origin_of" in head:
            self._origins.values[rows_of_runs(head["origin_of"])] = code
            return
        if "column" in head:
            self.columns[head["column"]] = head["of_instances"]
            return
        if "range" in head:
            count = head["count"]
            loader = head["range"]
            self._extend(Extent(row, count, head["first"], loader))
            known = self._rows_of_loader.setdefault(loader, Growing(np.int32))
            known.extend(np.arange(row, row + count, dtype=np.int32))
            self._origin_of_loader[loader] = head["origin"]
            self._next_integer = max(self._next_integer, head["first"] + count)
        else:
            count = head["texts"]
            texts, ends, blob = split_texts(body, count)
            self._extend(Extent(row, count, len(self._texts), None))
            self._texts.append(texts, ends, blob)
            self._next_integer = max(self._next_integer, max(map(_after, texts)))
        self._origins.extend(np.full(count, code, np.int16))

    def _extend(self, extent: Extent) -> None:
        last = self._extents[-1] if self._extents else None
        if last and last.loader == extent.loader and last.first + last.count == extent.first:
            last.count += extent.count
        else:
            self._extents.append(extent)

    def _tables(self) -> None:
        """The extents as arrays to search."""
        extents = self._extents
        self._rows = np.array([e.row for e in extents], np.int64)
        self._firsts = np.array([e.first for e in extents], np.int64)
        self._of_text = np.array([e.loader is None for e in extents], bool)
        ranges = sorted((e for e in extents if e.loader is not None), key=lambda e: e.first)
        self._range_firsts = np.array([e.first for e in ranges], np.int64)
        self._range_rows = np.array([e.row for e in ranges], np.int64)
        self._range_counts = np.array([e.count for e in ranges], np.int64)
        texts = [e for e in extents if e.loader is None]
        self._text_firsts = np.array([e.first for e in texts], np.int64)
        self._text_rows = np.array([e.row for e in texts], np.int64)

    def _rows_of_integers(self, integers_B: NDArray[np.int64]) -> Int32:
        if not len(self._range_firsts):
            return np.full(len(integers_B), -1, np.int32)
        ranges = np.searchsorted(self._range_firsts, integers_B, side="right") - 1
        within = integers_B - self._range_firsts[ranges]
        known = (ranges >= 0) & (within < self._range_counts[ranges])
        return np.where(known, self._range_rows[ranges] + within, -1).astype(np.int32)

    def _rows_of_texts(self, texts_B: Sequence[str]) -> Int32:
        numbers = self._texts.find(texts_B)
        if not len(self._text_firsts):
            return numbers
        extents = np.searchsorted(self._text_firsts, numbers, side="right") - 1
        rows = self._text_rows[extents] + numbers - self._text_firsts[extents]
        return np.where(numbers >= 0, rows, -1).astype(np.int32)

    def _origin_code(self, origin: str) -> int:
        if origin not in self._origin_names:
            self._origin_names.append(origin)
        return self._origin_names.index(origin)


def runs_of(rows: Int32) -> list[int]:
    """Ascending distinct rows as [first, count, first, count, ...], short where they are dense."""
    if not len(rows):
        return []
    begins = np.flatnonzero(np.diff(rows, prepend=rows[0] - 2) != 1)
    counts = np.diff(begins, append=len(rows))
    runs: list[int] = np.stack((rows[begins], counts), axis=1).reshape(-1).tolist()
    return runs


def rows_of_runs(runs: Sequence[int]) -> Int32:
    """What `runs_of` wrote."""
    firsts, counts = np.array(runs, np.int64).reshape(-1, 2).T
    begins = np.cumsum(counts) - counts
    return (np.repeat(firsts - begins, counts) + np.arange(counts.sum())).astype(np.int32)


def split_texts(body: bytes, count: int) -> tuple[list[str], Int64, NDArray[np.uint8]]:
    """The texts of an entry, where each ends (the first begins at 0), and their bytes."""
    ends = np.zeros(count + 1, np.int64)
    np.cumsum(np.frombuffer(body, "<u4", count), out=ends[1:])
    blob = body[4 * count :]
    places = ends.tolist()
    texts = [blob[a:b].decode() for a, b in pairwise(places)]
    return texts, ends, np.frombuffer(blob, np.uint8)


def _after(text: str) -> int:
    return integer_of(text) + 1

"""What the history is made of: series of rows, and the numpy columns they are held in.

A *run* is a sequence of columns sorted by the kind's keys (row, annotation) and then by step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Kind = Literal["global", "samples", "instances"]
Columns = dict[str, NDArray[Any]]

# The whole-number columns of each kind, in the order they are sorted by; then comes "value".
KEYS: dict[Kind, tuple[str, ...]] = {
    "global": ("step",),
    "samples": ("row", "step"),
    "instances": ("row", "annotation", "step"),
}
_KEY_ORDER = ("row", "annotation", "step")
_HALF = 0xFFFF


class Series(NamedTuple):
    """Values that belong together: on disk they are one folder of sorted parts."""

    kind: Kind
    experiment: str
    signal: str
    dtype: str  # of the values: "float32" or "float64"


@dataclass(frozen=True)
class Filter:
    """Which rows are wanted of a kind; None: all.

    Attributes:
        rows, annotations: sorted, without doubles.
    """

    rows: NDArray[np.int32] | None = None
    annotations: NDArray[np.int32] | None = None

    def overlapping(self, firsts: NDArray[np.int32], lasts: NDArray[np.int32]) -> NDArray[np.intp]:
        """Which of several ranges of rows, each first..last, may hold a wanted one."""
        if self.rows is None:
            return np.arange(len(firsts))
        return np.flatnonzero(
            np.searchsorted(self.rows, firsts, side="left")
            < np.searchsorted(self.rows, lasts, side="right")
        )

    def of(self, columns: Columns) -> Columns:
        """The wanted ones of sorted columns."""
        if self.rows is not None and "row" in columns:
            columns = _spans(columns, self.rows)
        if self.annotations is not None and "annotation" in columns:
            columns = taken(columns, np.isin(columns["annotation"], self.annotations))
        return columns


def length(columns: Columns) -> int:
    """How many rows there are."""
    return len(columns["value"])


def taken(columns: Columns, which: slice | NDArray[Any]) -> Columns:
    """Some rows of columns, by slice, index or mask."""
    return {name: column[which] for name, column in columns.items()}


def joined(pieces: list[Columns]) -> Columns:
    """Columns one after another."""
    if len(pieces) == 1:
        return pieces[0]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def in_order(columns: Columns) -> Columns:
    """Columns sorted by their keys; what is equal in all of them keeps its order.

    A radix sort by halves of 32-bit keys: linear, and several times faster than comparing. Mostly
    the first key is enough: what is recorded later has larger steps.
    """
    keys = [name for name in _KEY_ORDER if name in columns]
    by_first = _reordered(columns, _pass(columns[keys[0]], None))
    if _is_in_order(by_first, keys):
        return by_first
    order: NDArray[np.intp] | None = None
    for name in reversed(keys):
        order = _pass(columns[name], order)
    return _reordered(columns, order)


def _is_in_order(columns: Columns, keys: list[str]) -> bool:
    first, *others = (columns[name] for name in keys)
    same = first[1:] == first[:-1]  # the first key is in order
    for key in others:
        if bool((same & (key[1:] < key[:-1])).any()):
            return False
        same &= key[1:] == key[:-1]
    return True


def _reordered(columns: Columns, order: NDArray[np.intp] | None) -> Columns:
    return columns if order is None else {n: c.take(order) for n, c in columns.items()}


def _pass(key: NDArray[Any], order: NDArray[np.intp] | None) -> NDArray[np.intp] | None:
    """The order that also sorts by `key`, more significant than those before; None: as it is."""
    ordered = key if order is None else key.take(order)
    if len(key) < 2 or bool((ordered[1:] >= ordered[:-1]).all()):
        return order
    least = key.min()
    if int(key.max()) - int(least) <= _HALF:
        return _digit_pass((key - least).astype(np.uint16), order)
    offset = (key - least).view(np.uint32)
    order = _digit_pass((offset & _HALF).astype(np.uint16), order)
    return _digit_pass((offset >> 16).astype(np.uint16), order)


def _digit_pass(digits: NDArray[np.uint16], order: NDArray[np.intp] | None) -> NDArray[np.intp]:
    if order is None:
        return digits.argsort(kind="stable")  # of 16-bit numbers: a radix sort
    return order.take(digits.take(order).argsort(kind="stable"))


def _spans(columns: Columns, rows: NDArray[np.int32]) -> Columns:
    """The rows of columns sorted by "row" whose row is wanted."""
    begins = np.searchsorted(columns["row"], rows, side="left")
    ends = np.searchsorted(columns["row"], rows, side="right")
    if len(rows) and bool((begins[1:] == ends[:-1]).all()):
        return taken(columns, slice(int(begins[0]), int(ends[-1])))
    lengths = ends - begins
    before = np.cumsum(lengths) - lengths
    return taken(columns, np.repeat(begins - before, lengths) + np.arange(lengths.sum()))

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
_HALF = np.uint32(0xFFFF)


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

    A radix sort by halves of 32-bit keys, least significant first: linear, and several times
    faster than comparing. What arrives in order of steps needs no pass over the steps.
    """
    order: NDArray[np.intp] | None = None
    for name in ("step", "annotation", "row"):
        if name in columns:
            order = _pass(columns[name], order)
    return columns if order is None else {n: c.take(order) for n, c in columns.items()}


def _pass(key: NDArray[Any], order: NDArray[np.intp] | None) -> NDArray[np.intp] | None:
    """The order that also sorts by `key`, more significant than those before; None: as it is."""
    ordered = key if order is None else key.take(order)
    if len(key) < 2 or bool((ordered[1:] >= ordered[:-1]).all()):
        return order
    offset = (key - key.min()).view(np.uint32)
    for half in (offset & _HALF, offset >> np.uint32(16)):
        if half.any():
            digits = half.astype(np.uint16)
            digits = digits if order is None else digits.take(order)
            step = digits.argsort(kind="stable")  # of 16-bit numbers: a radix sort
            order = step if order is None else order.take(step)
    return order


def _spans(columns: Columns, rows: NDArray[np.int32]) -> Columns:
    """The rows of columns sorted by "row" whose row is wanted."""
    begins = np.searchsorted(columns["row"], rows, side="left")
    ends = np.searchsorted(columns["row"], rows, side="right")
    if len(rows) and bool((begins[1:] == ends[:-1]).all()):
        return taken(columns, slice(int(begins[0]), int(ends[-1])))
    lengths = ends - begins
    before = np.cumsum(lengths) - lengths
    return taken(columns, np.repeat(begins - before, lengths) + np.arange(lengths.sum()))

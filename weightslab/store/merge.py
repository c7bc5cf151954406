"""Merging sorted runs in flat memory: how readers and compaction get one order from several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from weightslab.store.series import Columns, in_order, joined, length, taken


def merged(runs: Sequence[Iterator[Columns]]) -> Iterator[Columns]:
    """One sorted run from several, piece by piece; equal keys keep the order of the runs.

    A piece holds what is below the least of the heads' last leading keys (rows of samples, steps
    of curves): nothing that comes later belongs before it. Memory: about one piece per run.
    """
    heads = [head for run in runs if (head := _Head(run)).more()]
    while len(heads) > 1:
        bound = min((head.last for head in heads if head.has_more), default=None)
        below = [piece for head in heads if length(piece := head.take_below(bound))]
        if below:
            yield below[0] if len(below) == 1 else in_order(joined(below))
        for head in heads:
            if head.has_more and head.last == bound:
                head.more()
        heads = [head for head in heads if head.has_more or length(head.columns)]
    for head in heads:
        yield from head.rest()


class _Head:
    """What was read of a run and not given yet."""

    def __init__(self, run: Iterator[Columns]) -> None:
        self._run = run
        self.has_more = True
        self.columns: Columns = {}

    def more(self) -> bool:
        """Read the next piece; whether anything is held then."""
        piece = next(self._run, None)
        if piece is None:
            self.has_more = False
        elif self.columns and length(self.columns):
            self.columns = joined([self.columns, piece])
        else:
            self.columns = piece
        return bool(self.columns)

    @property
    def _leading(self) -> np.ndarray:
        return self.columns["row" if "row" in self.columns else "step"]

    @property
    def last(self) -> int:
        """The largest leading key that is held."""
        return int(self._leading[-1])

    def take_below(self, bound: int | None) -> Columns:
        """Give what is below `bound`; None: everything."""
        at = length(self.columns) if bound is None else int(np.searchsorted(self._leading, bound))
        given, self.columns = (
            taken(self.columns, slice(0, at)),
            taken(self.columns, slice(at, None)),
        )
        return given

    def rest(self) -> Iterator[Columns]:
        """Everything that is held, and what follows as it is read."""
        if length(self.columns):
            yield self.columns
        if self.has_more:
            yield from self._run

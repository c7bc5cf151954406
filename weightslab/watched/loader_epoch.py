"""One pass through a watched loader: which samples each batch holds, known when it comes back.

Indices are drawn here, in the parent process, from the loader's own sampler, so that they cost
nothing per sample and workers need not know of them. Legend: N samples of the dataset, B of a
batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import (
    BatchSampler,
    DistributedSampler,
    RandomSampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

from weightslab.samples.sorted_runs import Int32
from weightslab.watched.loader_members import Members
from weightslab.watched.loader_random import LoaderRandom

Indices = NDArray[np.int64]


class Drawn(NamedTuple):
    """A batch that was asked for.

    Attributes:
        indices: of the dataset [B]; a list of keys where the sampler gives no integers.
        rows: of the samples [B], -1 where they are not known before the batch is there.
        version: of the discards it respects.
        end: how far the sampler was read: entries, or batches of a batch sampler of the user's.
        asked: what the loader's fetcher is to be given instead of a list of the indices.
    """

    indices: Indices | list[Any]
    rows: Int32 | None
    version: int
    end: int
    asked: Any = None


class Epoch:
    """Draws batches; `pending` are those that were asked for and not given yet.

    Args:
        members: the dataset's samples.
        batch_sampler, sampler: of the loader.
        skip: so much of the sampler was used already, counted like `Drawn.end`.
        capture: gives the random states, which are asked for when the sampler is first read.

    Attributes:
        drawn_at: the random states when the sampler was first read; None before.
    """

    def __init__(
        self,
        members: Members,
        batch_sampler: Any | None,
        sampler: Any,
        skip: int = 0,
        capture: Callable[[], LoaderRandom] | None = None,
    ) -> None:
        self.pending: deque[Drawn] = deque()
        self.end = skip
        self.finished = False
        self._members = members
        self._batch_sampler, self._sampler = batch_sampler, sampler
        self._first: Drawn | None = None
        self._capture = capture
        self.drawn_at: LoaderRandom | None = None
        self._draws = self._start(skip)

    def prime(self) -> None:
        """Let the sampler draw its random numbers now."""
        self._first = self.draw()

    def draw(self) -> Drawn | None:
        """The next batch to load; None at the end."""
        if self._first is not None:
            drawn, self._first = self._first, None
            return drawn
        if self._capture is not None:
            # Dropped once called: it may hold the loader.
            self.drawn_at, self._capture = self._capture(), None
        return next(self._draws, None)

    def asked(self) -> Iterator[Any]:
        """What torch's iterators read: indices, batch by batch."""
        while (drawn := self.draw()) is not None:
            self.pending.append(drawn)
            if drawn.asked is not None:
                yield drawn.asked
            else:
                yield drawn.indices if isinstance(drawn.indices, list) else drawn.indices.tolist()

    def _start(self, skip: int) -> Iterator[Drawn]:
        batch_sampler = self._batch_sampler
        if batch_sampler is None:
            return self._draw_single(skip)
        if type(batch_sampler) is not BatchSampler:
            return self._draw_batches(batch_sampler, skip)
        size, drop_last = batch_sampler.batch_size, batch_sampler.drop_last
        sampler: Any = batch_sampler.sampler
        if type(sampler) is DistributedSampler and self._members.leaves_out:
            return self._draw_share(sampler, size, drop_last, skip)
        if may_be_read_ahead(sampler):
            return self._draw_known(size, drop_last, skip)
        return self._draw_sampler(iter_later(sampler), size, drop_last, skip)

    def _draw_known(self, size: int, drop_last: bool, skip: int) -> Iterator[Drawn]:
        """The sampler's whole order is known at the start: batches are slices of it."""
        members = self._members
        sampler: Any = self._batch_sampler.sampler  # type: ignore[union-attr]
        source = iter(sampler)
        order_N = np.fromiter(islice(source, len(sampler)), np.int64)
        end, version = skip, -1
        rest: Indices | None = None  # places in the order that are left, where some are left out
        while end < len(order_N):
            if version != members.version:
                version = members.version
                out = members.left_out(order_N[end:])
                if out is not None and isinstance(sampler, DistributedSampler):
                    out = replace_left_out(order_N[end:], out)
                rest = None if out is None else end + np.flatnonzero(~out)
            if rest is None:
                indices = order_N[end : end + size]
                end += len(indices)
            else:
                places, rest = rest[:size], rest[size:]
                if not len(places):
                    break
                indices, end = order_N[places], int(places[-1]) + 1
            if drop_last and len(indices) < size:
                break
            yield Drawn(indices, members.rows[indices], version, end)
        for _ in source:  # RandomSampler draws once more when it ends
            pass

    def _draw_sampler(
        self, source: Iterator[Any], size: int, drop_last: bool, skip: int
    ) -> Iterator[Drawn]:
        end = sum(1 for _ in islice(source, skip))
        waiting: list[Any] = []
        while True:
            version = self._members.version
            read = list(islice(source, size - len(waiting)))
            end += len(read)
            waiting += self._kept(read)
            if len(waiting) == size or (not read and waiting and not drop_last):
                yield self._drawn(waiting, version, end)
                waiting = []
            if not read:
                return

    def _draw_share(
        self, sampler: DistributedSampler[Any], size: int, drop_last: bool, skip: int
    ) -> Iterator[Drawn]:
        """Of what is not left out as the pass begins, every process the same number of batches.

        Samples that are discarded meanwhile make their batch smaller, not the pass shorter.
        """
        every = np.arange(len(self._members))
        out = self._members.left_out(every)
        kept = every if out is None else every[~out]
        share: DistributedSampler[int] = DistributedSampler(
            range(len(kept)),  # type: ignore[arg-type]
            sampler.num_replicas,
            sampler.rank,
            sampler.shuffle,
            sampler.seed,
            sampler.drop_last,
        )
        share.set_epoch(sampler.epoch)
        order = kept[np.fromiter(share, np.int64)] if len(kept) else kept
        end = len(order) // size * size if drop_last else len(order)
        for begin in range(skip, end, size):
            version = self._members.version
            if indices := self._kept(order[begin : begin + size].tolist()):
                yield self._drawn(indices, version, begin + size)

    def _draw_batches(self, batch_sampler: Iterable[Any], skip: int) -> Iterator[Drawn]:
        for end, batch in enumerate(batch_sampler, 1):
            version = self._members.version
            if end > skip and (kept := self._kept(list(batch))):
                yield self._drawn(kept, version, end)

    def _draw_single(self, skip: int) -> Iterator[Drawn]:
        """Without a batch size the sampler gives what the dataset takes: an index, or many."""
        for end, index in enumerate(self._sampler, 1):
            version = self._members.version
            several = isinstance(index, list | tuple)
            if end > skip and (kept := self._kept(list(index) if several else [index])):
                asked = index if not several or len(kept) == len(index) else kept
                yield self._drawn(kept, version, end)._replace(asked=asked)

    def _kept(self, indices: list[Any]) -> list[Any]:
        if not self._members.leaves_out or not indices:
            return indices
        array = np.asarray(indices)
        out = self._members.left_out(array) if array.dtype.kind in "iu" else None
        if out is None:
            return indices
        return [index for index, is_out in zip(indices, out.tolist(), strict=True) if not is_out]

    def _drawn(self, indices: list[Any], version: int, end: int) -> Drawn:
        array = np.asarray(indices)
        if array.dtype.kind not in "iu" or array.ndim != 1:
            return Drawn(indices, None, version, end)
        return Drawn(array, self._members.rows[array], version, end)


def replace_left_out(order: Indices, out: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Put kept samples, from the first on, where some are left out: every rank of a distributed
    training needs the same number of batches, or the others wait for its gradients for ever.

    Returns:
        what is left out still: nothing, unless all are.
    """
    kept = order[~out]
    if not len(kept):
        return out
    order[out] = np.resize(kept, int(out.sum()))
    return None


def iter_later(source: Iterable[Any]) -> Iterator[Any]:
    """Iterate, but call `iter` only when the first entry is asked for, as torch's samplers do."""
    yield from source


def may_be_read_ahead(sampler: object) -> bool:
    """Whether all entries of a sampler are drawn at once when the first one is asked for."""
    if type(sampler) is RandomSampler:
        return not sampler.replacement and len(sampler) == len(sampler.data_source)
    return type(sampler) in (
        SequentialSampler,
        SubsetRandomSampler,
        DistributedSampler,
        WeightedRandomSampler,
    )

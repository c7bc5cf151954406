"""A DataLoader that knows which samples it gives: the same batches, and their ids in them."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from torch.utils.data import (
    DataLoader,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    SubsetRandomSampler,
)

from weightslab.samples.sorted_runs import Int32
from weightslab.watched.loader_epoch import Epoch, may_be_read_ahead
from weightslab.watched.loader_members import Members
from weightslab.watched.loader_pass import WatchedIterator
from weightslab.watched.loader_random import LoaderRandom

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

OURS = "_weightslab"


class Watch:
    """What the ledger keeps beside a loader: its name, its samples, and where it stands."""

    def __init__(
        self,
        experiment: Experiment,
        name: str,
        origin: str,
        members: Members,
        *,
        is_training: bool,
        id_key: str | None,
    ) -> None:
        self.experiment, self.name, self.origin = experiment, name, origin
        self.members, self.is_training, self.id_key = members, is_training, id_key
        self.starting: Epoch | None = None
        self.epoch: Epoch | None = None
        self.epoch_random: LoaderRandom | None = None
        self.latest: weakref.ref[WatchedIterator] | None = None
        self.resume_at: tuple[int, LoaderRandom, LoaderRandom | None] | None = None
        self.endless: Iterator[Any] | None = None

    def rows_of(self, ids: Any) -> Int32:
        """The rows of samples that told their ids when they were loaded."""
        rows = self.experiment.samples.rows_of(ids, create=True)
        self.experiment.samples.claim(self.name, rows)
        return rows


class _Indices:
    """What torch's iterators take for the loader's sampler. It must not hold the loader, which
    may hold the iterator: such a circle would keep worker processes waiting."""

    def __init__(self, watch: Watch, loader: DataLoader[Any], own: Any) -> None:
        self._watch, self._own = watch, own
        self._samplers = (loader.batch_sampler, loader.sampler)

    def __iter__(self) -> Iterator[Any]:
        epoch = self._watch.starting or Epoch(self._watch.members, *self._samplers)
        return epoch.asked()

    def __len__(self) -> int:
        return len(self._own)


class WatchedLoader(DataLoader[Any]):
    """The face of a watched loader; its class is made of this and of the class it had."""

    def __iter__(self) -> Any:
        watch: Watch | None = self.__dict__.get(OURS)
        if watch is None:
            return super().__iter__()
        resume, watch.resume_at = watch.resume_at, None
        now = LoaderRandom.capture(self)
        if resume is not None:
            resume[1].restore()
            resume[1].restore_own(self)
        watch.epoch_random = now if resume is None else resume[1]
        skip = 0 if resume is None else resume[0]
        epoch = Epoch(
            watch.members,
            self.batch_sampler,
            self.sampler,
            skip,
            lambda: LoaderRandom.capture(self),
        )
        watch.epoch = watch.starting = epoch
        try:
            given = WatchedIterator(self, watch, epoch, super().__iter__())
            watch.latest = weakref.ref(given)
            if resume is not None and resume[2] is not None and self.num_workers == 0:
                # Another loader may have drawn between this one's start and its first batch.
                resume[2].restore()
                resume[2].restore_own(self)
            given.fast_forward(skip)
        finally:
            watch.starting = None
        if resume is not None:
            now.restore()
        return given

    def __next__(self) -> Any:
        """The next batch of an endless walk, epoch after epoch."""
        watch: Watch = self.__dict__[OURS]
        if watch.endless is not None:
            batch = next(watch.endless, watch)
            if batch is not watch:
                return batch
        watch.endless = iter(self)
        return next(watch.endless)

    def __len__(self) -> int:
        watch: Watch | None = self.__dict__.get(OURS)
        sampler: Any = self.sampler
        if (
            watch is None
            or isinstance(self.dataset, IterableDataset)
            or not watch.members.leaves_out
            or self.batch_size is None
            or type(sampler) not in (SequentialSampler, RandomSampler, SubsetRandomSampler)
            or not may_be_read_ahead(sampler)
            or len(sampler) != len(watch.members)
        ):
            return super().__len__()
        count = watch.members.count()
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    @property
    def _index_sampler(self) -> Any:
        own = super()._index_sampler
        if OURS not in self.__dict__ or isinstance(self.dataset, IterableDataset):
            return own
        return _Indices(self.__dict__[OURS], self, own)

    def item_of_row(self, row: int) -> tuple[bool, Any]:
        """Whether the dataset has the sample of a row, and what it gives for it."""
        index = self.__dict__[OURS].members.index_of(row)
        if index is None or isinstance(self.dataset, IterableDataset):
            return False, None
        return True, self.dataset[index]

    def rows_by_index(self) -> Int32:
        """[N] rows of the dataset's samples; where only an item tells its id, all are loaded."""
        watch: Watch = self.__dict__[OURS]
        members = watch.members
        unknown = np.flatnonzero(members.rows < 0)
        if len(unknown) and watch.id_key is not None:
            ids = [self.dataset[int(index)][watch.id_key] for index in unknown]
            members.learn(unknown, watch.rows_of(ids))
        return members.rows

    def apart(self) -> Any:
        """The same loader with passes of its own, which leave those of this one where they are."""
        watch = copy.copy(self.__dict__[OURS])
        watch.starting = watch.epoch = watch.epoch_random = None
        watch.resume_at = watch.endless = watch.latest = None
        other: Any = object.__new__(type(self))
        other.__dict__.update({**self.__dict__, "_iterator": None, OURS: watch})
        return other

    def release(self) -> None:
        """Let go of worker processes that wait for a next pass; it makes new ones if it comes."""
        self.__dict__[OURS].endless = None
        self.__dict__["_iterator"] = None

    def state_dict(self) -> dict[str, Any]:
        """Where the latest pass stands, as tensors and integers.

        `end` is -1 between passes, also behind one that was broken off; `random` is the state the
        pass began with; `generators` are the loader's own ones now.
        """
        watch: Watch = self.__dict__[OURS]
        state = {"end": -1, "generators": LoaderRandom.own(self)}
        under_way = watch.latest is not None and watch.latest() is not None
        epoch, random = watch.epoch, watch.epoch_random
        if not under_way or epoch is None or random is None or epoch.finished:
            return state
        drawn = None if epoch.drawn_at is None else epoch.drawn_at.state
        return {**state, "end": epoch.end, "random": random.state, "drawn": drawn}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where `state_dict` was taken, with the same samples to come.

        That is the next pass; a pass that is under way goes there with its next batch.
        """
        watch: Watch = self.__dict__[OURS]
        LoaderRandom(state["generators"]).restore_own(self)
        at = state["end"]
        if at < 0:
            watch.resume_at = None
            return
        drawn = state["drawn"]
        began = LoaderRandom(state["random"]), None if drawn is None else LoaderRandom(drawn)
        watch.resume_at = (at, *began)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        state = {name: value for name, value in self.__dict__.items() if name != OURS}
        state["_iterator"] = None
        return _rebuild, (type(self).__mro__[2], state)


@cache
def watched_class(base: type[DataLoader[Any]]) -> type[WatchedLoader]:
    """A subclass of `base` that gives ids; its instances are pickled and copied as `base`."""
    members = {"__module__": base.__module__, "__qualname__": base.__qualname__}
    return type(base.__name__, (WatchedLoader, base), {**members, "__doc__": base.__doc__})


def _rebuild(base: type[Any], state: dict[str, Any]) -> Any:
    loader: Any = object.__new__(base)
    loader.__dict__.update(state)
    return loader

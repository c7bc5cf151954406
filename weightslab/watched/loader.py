"""A DataLoader that knows which samples it gives: the same batches, and their ids in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset
from torch.utils.data._utils.pin_memory import pin_memory

from weightslab.errors import WeightslabError
from weightslab.samples.sorted_runs import Int32
from weightslab.watched.loader_batches import id_key, size_of, take, whole_batches, with_ids
from weightslab.watched.loader_epoch import Drawn, Epoch, may_be_read_ahead
from weightslab.watched.loader_members import Members
from weightslab.watched.loader_random import LoaderRandom

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

OURS = "_weightslab"


class Batch:
    """What a watched loader gave last.

    Attributes:
        rows: of its samples, int32 [B].
        ids: as the batch holds them: an int64 tensor or a list of texts.
        origin: the split.
        loader: its name.
    """

    __slots__ = ("ids", "loader", "origin", "rows")

    def __init__(
        self, rows: Int32, ids: torch.Tensor | list[str], origin: str, loader: str
    ) -> None:
        self.rows, self.ids, self.origin, self.loader = rows, ids, origin, loader


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
        self.resume_at: tuple[int, LoaderRandom] | None = None
        self.endless: Iterator[Any] | None = None


class _Indices:
    """What torch's iterators take for the loader's sampler."""

    def __init__(self, loader: WatchedLoader, own: Any) -> None:
        self._loader, self._own = loader, own

    def __iter__(self) -> Iterator[Any]:
        epoch = self._loader.__dict__[OURS].starting or self._loader.new_epoch()
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
            resume[1].restore(self)
        watch.epoch_random = now if resume is None else resume[1]
        epoch = watch.epoch = watch.starting = self.new_epoch(resume[0] if resume else 0)
        try:
            given = WatchedIterator(self, watch, epoch, super().__iter__())
            if resume is not None:
                given.fast_forward(resume[0])
        finally:
            watch.starting = None
        if resume is not None:
            now.restore(None)
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
        return _Indices(self, own)

    def new_epoch(self, skip: int = 0) -> Epoch:
        """One pass; `skip`: so much of it was given before."""
        return Epoch(self.__dict__[OURS].members, self.batch_sampler, self.sampler, skip)

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
            rows = watch.experiment.samples.rows_of(ids, create=True)
            watch.experiment.samples.identity.set_origin(rows, watch.origin)
            members.learn(unknown, rows)
        return members.rows

    def state_dict(self) -> dict[str, Any]:
        """Where the latest pass stands, as tensors and integers: `end` of -1 between passes."""
        watch: Watch = self.__dict__[OURS]
        epoch, random = watch.epoch, watch.epoch_random
        if epoch is None or random is None or epoch.finished:
            return {"end": -1}
        return {"end": epoch.end, "random": random.state}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Let the next pass go on where `state_dict` was taken, with the same samples to come."""
        watch: Watch = self.__dict__[OURS]
        watch.endless = None
        at = state["end"]
        watch.resume_at = None if at < 0 else (at, LoaderRandom(state["random"]))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        state = {name: value for name, value in self.__dict__.items() if name != OURS}
        state["_iterator"] = None
        return _rebuild, (type(self).__mro__[2], state)


class WatchedIterator:
    """One pass: torch's own iterator, and for each of its batches the samples in it."""

    def __init__(self, loader: WatchedLoader, watch: Watch, epoch: Epoch, inner: Any) -> None:
        self._loader, self._watch, self._epoch, self._inner = loader, watch, epoch, inner
        self._whole = whole_batches(loader)
        self._counts = isinstance(loader.dataset, IterableDataset)
        self._given = 0

    def __iter__(self) -> WatchedIterator:
        return self

    def __len__(self) -> int:
        return len(self._loader)

    def __next__(self) -> Any:
        return with_ids(*self.next_pair())

    def next_pair(self) -> tuple[Any, Any]:
        """The batch as the bare loader gives it, and its ids; `experiment.batch` has the rows.

        Raises:
            StopIteration: at the end of the pass.
        """
        watch, epoch = self._watch, self._epoch
        if watch.is_training and "control" in watch.experiment.__dict__:
            watch.experiment.control.boundary()
        try:
            found = self._load_counted() if self._counts else self._load()
            while found is None:  # all samples of a batch were discarded meanwhile
                found = self._load_counted() if self._counts else self._load()
        except StopIteration:
            epoch.finished = True
            raise
        batch, rows, ids = found
        watch.experiment.batch = Batch(rows, ids, watch.origin, watch.name)
        return batch, ids

    def fast_forward(self, skip: int) -> None:
        """Have the pass begin behind what was given before, its random numbers drawn."""
        if not self._counts:
            if self._loader.num_workers == 0:
                self._epoch.prime()
            return
        for _ in range(skip):
            self._given += size_of(next(self._inner))

    def _load(self) -> tuple[Any, Int32, Any] | None:
        if self._whole is not None:
            drawn = self._epoch.draw()
            if drawn is None:
                raise StopIteration
            self._epoch.end = drawn.end
            indices: Any = drawn.indices
            rows: Any = drawn.rows
            return self._whole(indices), rows, self._watch.members.ids(indices, rows)
        batch = next(self._inner)
        if not self._epoch.pending:
            raise WeightslabError(
                "this loader reads its sampler by itself: give its items an id of their own"
                f" (key {'sample_id'!r}), or watch its dataset instead."
            )
        drawn = self._epoch.pending.popleft()
        self._epoch.end = drawn.end
        return self._identified(batch, drawn)

    def _identified(self, batch: Any, drawn: Drawn) -> tuple[Any, Int32, Any] | None:
        watch, members = self._watch, self._watch.members
        indices: Any = drawn.indices
        rows, ids = drawn.rows, None
        if rows is None or (watch.id_key is not None and (rows < 0).any()):
            ids = indices if rows is None else batch[watch.id_key]
            rows = watch.experiment.samples.rows_of(ids, create=True)
            watch.experiment.samples.identity.set_origin(rows, watch.origin)
            if drawn.rows is not None:
                members.learn(indices, rows)
        elif drawn.version == members.version:
            return batch, rows, members.ids(indices, rows)
        out = watch.experiment.samples.discarded[rows]
        if not out.any():
            return batch, rows, members.ids(indices, rows) if ids is None else ids
        if out.all():
            return None
        kept = np.flatnonzero(~out)
        chosen = [indices[place] for place in kept] if isinstance(indices, list) else indices[kept]
        ids = chosen if isinstance(chosen, list) else members.ids(chosen, rows[kept])
        return self._load_again(chosen), rows[kept], ids

    def _load_again(self, indices: Any) -> Any:
        """Make a batch anew, here, of some of its samples."""
        loader: Any = self._loader
        asked = indices if isinstance(indices, list) else indices.tolist()
        if loader.batch_sampler is None:
            batch = loader.collate_fn(loader.dataset[asked])
        elif getattr(loader.dataset, "__getitems__", None):
            batch = loader.collate_fn(loader.dataset.__getitems__(asked))
        else:
            batch = loader.collate_fn([loader.dataset[index] for index in asked])
        if loader.pin_memory and torch.accelerator.is_available():
            batch = pin_memory(batch)  # type: ignore[no-untyped-call]
        return batch

    def _load_counted(self) -> tuple[Any, Int32, Any] | None:
        """A batch of a stream: its samples are numbered as they come, unless they bear ids."""
        watch = self._watch
        samples = watch.experiment.samples
        batch = next(self._inner)
        self._epoch.end += 1
        size = size_of(batch) if self._loader.batch_size is not None else 1
        ids: Any
        key = id_key(batch)
        if key is None:
            rows = samples.add_range(watch.name, watch.origin, self._given + size)[self._given :]
            ids = watch.members.ids(np.arange(self._given, self._given + size), rows)
        else:
            ids = batch[key]
            rows = samples.rows_of(ids, create=True)
            samples.identity.set_origin(rows, watch.origin)
        self._given += size
        out = samples.discarded[rows]
        if not out.any():
            return batch, rows, ids
        kept = np.flatnonzero(~out)
        if not len(kept):
            return None
        return take(batch, kept, size), rows[kept], take(ids, kept, size)


@cache
def watched_class(base: type[DataLoader[Any]]) -> type[WatchedLoader]:
    """A subclass of `base` that gives ids; its instances are pickled and copied as `base`."""
    members = {"__module__": base.__module__, "__qualname__": base.__qualname__}
    return type(base.__name__, (WatchedLoader, base), {**members, "__doc__": base.__doc__})


def _rebuild(base: type[Any], state: dict[str, Any]) -> Any:
    loader: Any = object.__new__(base)
    loader.__dict__.update(state)
    return loader

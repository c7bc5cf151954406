"""One pass through a watched loader: torch's own iterator, and for each batch the samples in it."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import IterableDataset
from torch.utils.data._utils.pin_memory import pin_memory

from weightslab.errors import ArgumentError, WeightslabError
from weightslab.samples.sample_ids import as_ids
from weightslab.samples.sorted_runs import Int32
from weightslab.watched.loader_batches import id_key, size_of, take, whole_batches, with_ids
from weightslab.watched.loader_epoch import Drawn, Epoch

if TYPE_CHECKING:
    from weightslab.watched.loader import Watch, WatchedLoader


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


class WatchedIterator:
    """One pass: torch's own iterator, and for each of its batches the samples in it."""

    def __init__(self, loader: WatchedLoader, watch: Watch, epoch: Epoch, inner: Any) -> None:
        self._watch, self._epoch, self._inner = watch, epoch, inner
        self._loader = weakref.ref(loader)  # which may hold this pass
        self._dataset: Any = loader.dataset
        self._collate, self._pins = loader.collate_fn, loader.pin_memory
        self._is_batched = loader.batch_size is not None or loader.batch_sampler is not None
        self._draws_ahead = loader.num_workers > 0
        self._whole = whole_batches(loader)
        self._counts = isinstance(loader.dataset, IterableDataset)
        self._given = 0

    def __iter__(self) -> WatchedIterator:
        return self

    def __len__(self) -> int:
        loader = self._loader()
        if loader is None:
            raise TypeError("its loader is gone, and with it the number of batches")
        return len(loader)

    def __next__(self) -> Any:
        return with_ids(*self.next_pair())

    def next_pair(self) -> tuple[Any, Any]:
        """The batch as the bare loader gives it, and its ids; `experiment.batch` has the rows.

        Raises:
            StopIteration: at the end of the pass.
        """
        watch = self._watch
        if watch.is_training and "control" in watch.experiment.__dict__:
            watch.experiment.control.boundary(self._epoch)
        if watch.resume_at is not None:
            self._go_there()
        try:
            found = self._load_counted() if self._counts else self._load()
            while found is None:  # all samples of a batch were discarded meanwhile
                found = self._load_counted() if self._counts else self._load()
        except StopIteration:
            self._epoch.finished = True
            raise
        batch, rows, ids = found
        watch.experiment.batch = Batch(rows, ids, watch.origin, watch.name)
        return batch, ids

    def _go_there(self) -> None:
        """A state was loaded while this pass is under way: become the pass that goes on there."""
        loader = self._loader()
        if loader is not None:
            self.__dict__.update(iter(loader).__dict__)
            self._watch.latest = weakref.ref(self)

    def fast_forward(self, skip: int) -> None:
        """Have the pass begin behind what was given before, its random numbers drawn."""
        if not self._counts:
            if skip and not self._draws_ahead:
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
        """What a batch that comes back holds; made anew if samples were discarded meanwhile."""
        watch, members = self._watch, self._watch.members
        indices, rows = drawn.indices, drawn.rows
        ids: Any
        if watch.id_key is None and isinstance(indices, np.ndarray) and rows is not None:
            ids = members.ids(indices, rows)
            if drawn.version == members.version:
                return batch, rows, ids
        else:
            ids = _ids_in(batch, watch.id_key, indices)
            rows = watch.rows_of(ids)
            if isinstance(indices, np.ndarray):
                members.learn(indices, rows)
        out = watch.experiment.samples.discarded[rows]
        if not out.any():
            return batch, rows, ids
        kept = np.flatnonzero(~out)
        if not len(kept):
            return None
        chosen = [indices[place] for place in kept.tolist()]
        return self._load_again(chosen), rows[kept], take(ids, kept, len(rows))

    def _load_again(self, indices: list[Any]) -> Any:
        """Make a batch anew, here, of some of its samples."""
        dataset = self._dataset
        asked = [index.item() if isinstance(index, np.generic) else index for index in indices]
        if not self._is_batched:
            batch = self._collate(dataset[asked])
        elif getattr(dataset, "__getitems__", None):
            batch = self._collate(dataset.__getitems__(asked))
        else:
            batch = self._collate([dataset[index] for index in asked])
        if self._pins and torch.accelerator.is_available():
            batch = pin_memory(batch)  # type: ignore[no-untyped-call]
        return batch

    def _load_counted(self) -> tuple[Any, Int32, Any] | None:
        """A batch of a stream: its samples are numbered as they come, unless they bear ids."""
        watch = self._watch
        samples = watch.experiment.samples
        batch = next(self._inner)
        self._epoch.end += 1
        size = size_of(batch) if self._is_batched else 1
        ids: Any
        key = id_key(batch)
        if key is None:
            rows = samples.add_range(watch.name, watch.origin, self._given + size, grows=True)
            rows = rows[self._given :]
            ids = watch.members.ids(np.arange(self._given, self._given + size), rows)
        else:
            ids = _ids_in(batch, key, None)
            rows = watch.rows_of(ids)
        self._given += size
        out = samples.discarded[rows]
        if not out.any():
            return batch, rows, ids
        kept = np.flatnonzero(~out)
        if not len(kept):
            return None
        return take(batch, kept, size), rows[kept], take(ids, kept, size)


def _ids_in(batch: Any, key: str | None, keys: Any) -> torch.Tensor | list[str]:
    """The ids that a batch bears; those that its sampler gave where it bears none."""
    if key is not None and (not isinstance(batch, Mapping) or key not in batch):
        raise ArgumentError(f"the items have their id under {key!r}, but collate_fn drops it.")
    ids = as_ids(keys if key is None else batch[key])
    return torch.from_numpy(ids) if isinstance(ids, np.ndarray) else ids

"""Batches of any shape: where the ids are put, which ids they bring, how some samples are taken."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Subset, TensorDataset, default_collate

ID_KEYS = ("sample_id", "id", "idx", "index")
ID_KEY = "sample_id"


def with_ids(batch: Any, ids: Tensor | list[str]) -> Any:
    """`(inputs, ids, targets, ...)`; a mapping gets the key "sample_id" unless it has it."""
    if type(batch) is list:
        return [*batch[:1], ids, *batch[1:]]
    if isinstance(batch, tuple):
        return (*batch[:1], ids, *batch[1:])
    if isinstance(batch, MutableMapping):
        batch.setdefault(ID_KEY, ids)
        return batch
    if isinstance(batch, Mapping):
        return {ID_KEY: ids, **batch}
    return batch, ids


def id_key(item: Any) -> str | None:
    """Under which key an item, or a batch, bears its id."""
    if not isinstance(item, Mapping):
        return None
    return next((key for key in ID_KEYS if key in item), None)


def size_of(batch: Any) -> int:
    """How many samples a batch holds: the length of its arrays, else of its lists."""
    if isinstance(batch, Tensor | np.ndarray):
        return int(batch.shape[0]) if batch.ndim else 1
    if isinstance(batch, Mapping):
        parts = list(batch.values())
        arrays = [part for part in parts if isinstance(part, Tensor | np.ndarray) and part.ndim]
        return max((size_of(part) for part in arrays or parts), default=1)
    if isinstance(batch, tuple | list) and batch:
        if isinstance(batch[0], tuple | list | Mapping):
            return size_of(batch[0])
        arrays = [part for part in batch if isinstance(part, Tensor | np.ndarray)]
        if arrays and len({size_of(part) for part in arrays}) == 1:
            return size_of(arrays[0])
        return len(batch)
    return 1


def take(batch: Any, kept: NDArray[np.int64], size: int) -> Any:
    """The samples of a batch at these places; parts of another length stay as they are."""
    if isinstance(batch, Tensor):
        return batch[torch.from_numpy(kept)] if batch.ndim and len(batch) == size else batch
    if isinstance(batch, np.ndarray):
        return batch[kept] if batch.ndim and len(batch) == size else batch
    if isinstance(batch, Mapping):
        return {key: take(part, kept, size) for key, part in batch.items()}
    if isinstance(batch, tuple | list):
        tensors = any(isinstance(part, Tensor | np.ndarray) for part in batch)
        if len(batch) == size and not tensors:
            return type(batch)(batch[place] for place in kept.tolist())
        return type(batch)(take(part, kept, size) for part in batch)
    return batch


class WholeBatches:
    """Batches of a dataset of tensors, indexed as a whole: what collating its items would give."""

    def __init__(self, tensors: tuple[Tensor, ...], places: Tensor | None) -> None:
        self._tensors, self._places = tensors, places

    def __call__(self, indices: NDArray[np.int64]) -> list[Tensor]:
        """The batch of these samples."""
        chosen = torch.from_numpy(indices)
        if self._places is not None:
            chosen = self._places[chosen]
        return [tensor[chosen] for tensor in self._tensors]


def whole_batches(loader: DataLoader[Any]) -> WholeBatches | None:
    """How to take whole batches; None where only the loader itself can tell what a batch is."""
    plain = loader.collate_fn is default_collate and loader.num_workers == 0
    if not plain or loader.batch_size is None or loader.pin_memory:
        return None
    dataset: Any = loader.dataset
    places: Tensor | None = None
    while type(dataset) is Subset:
        own = torch.as_tensor(dataset.indices, dtype=torch.int64)
        places = own if places is None else own[places]
        dataset = dataset.dataset
    if type(dataset) is not TensorDataset:
        return None
    if any(
        type(t) is not Tensor or t.is_cuda or t.layout != torch.strided for t in dataset.tensors
    ):
        return None
    return WholeBatches(dataset.tensors, places)

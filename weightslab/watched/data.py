"""Datasets and loaders: what a script gets instead is a loader whose batches bear sample ids."""

from __future__ import annotations

import hashlib
import inspect
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset, IterableDataset

from weightslab import random_state
from weightslab.errors import ArgumentError, MisalignedError
from weightslab.experiment import Experiment
from weightslab.samples.sample_ids import as_ids
from weightslab.samples.sorted_runs import Int32
from weightslab.watched.loader import OURS, Watch, watched_class
from weightslab.watched.loader_batches import id_key
from weightslab.watched.loader_members import Members
from weightslab.watched.loader_pass import Batch, WatchedIterator

__all__ = ["Batch", "bare_batches", "watch"]

_LOADER_ARGUMENTS = [name for name in inspect.signature(DataLoader).parameters if name != "dataset"]
_SPLITS = {"train": "train", "val": "val", "eval": "val", "test": "test"}
DEFAULT_NAME = "train_loader"


def watch(
    experiment: Experiment,
    obj: Any,
    name: str | None,
    *,
    flag: str,
    loader_name: str | None = None,
    origin: str | None = None,
    is_training: bool | None = None,
    compute_hash: bool = False,
    drop_duplicates: bool = False,
    **loader_arguments: Any,
) -> DataLoader[Any]:
    """A loader that gives `(inputs, ids, targets, ...)`, or dicts with the key "sample_id".

    Ids are the dataset's own: its attribute `ids` or `sample_ids`, its method
    `get_sample_id(index)`, or the key sample_id, id, idx or index of its items. A dataset without
    any gets consecutive integers, or with `compute_hash` digests of what its items hold, which
    stay the same when the dataset is sorted anew. Its attribute `group_ids` or its method
    `get_group_id(index)` may say which samples belong together.

    Args:
        obj: a dataset, which becomes a loader, or a DataLoader, which is used as it is.
        name, loader_name: of the loader; a restart finds its samples again by it.
        origin: the split; default: train, val or test if the name says so, else the name.
        is_training: its batches wait while training is paused; default: if the origin is "train".
        compute_hash: ids from the contents; every item is loaded once, now.
        drop_duplicates: of samples with the same id, give the first only.
        **loader_arguments: of DataLoader, for a dataset.

    Raises:
        ArgumentError: neither a dataset nor a loader, or arguments that do not fit.
        SampleIdError: the dataset's ids are of mixed types or of a type that is no id.
        MisalignedError: it has more or fewer ids than samples.
    """
    loader = _as_loader(obj, flag, loader_arguments)
    name = loader_name or name or _default_name(experiment, loader)
    origin = origin or next((s for word, s in _SPLITS.items() if word in name.lower()), name)
    members, key = _members(experiment, loader.dataset, name, origin, compute_hash, drop_duplicates)
    groups = _given(loader.dataset, ("group_ids",), "get_group_id")
    if groups is not None and len(groups) == len(members):
        experiment.samples.groups.set(members.rows, [str(group) for group in as_ids(groups)])
    watched = _copy_as_watched(loader)
    watched.__dict__[OURS] = Watch(
        experiment,
        name,
        origin,
        members,
        is_training=origin == "train" if is_training is None else is_training,
        id_key=key,
    )
    experiment.loaders[name] = watched
    return watched


def bare_batches(loader: Any) -> Iterator[tuple[Any, Any]]:
    """The batches of a watched loader as its dataset gives them, each with its ids."""
    given: WatchedIterator = iter(loader)
    while True:
        try:
            yield given.next_pair()
        except StopIteration:
            return


def _as_loader(obj: Any, flag: str, arguments: Mapping[str, Any]) -> DataLoader[Any]:
    unknown = sorted(set(arguments) - set(_LOADER_ARGUMENTS))
    if unknown:
        known = ", ".join(_LOADER_ARGUMENTS)
        raise ArgumentError(f"{', '.join(unknown)}: no argument of a loader; those are {known}.")
    if isinstance(obj, DataLoader):
        if arguments:
            raise ArgumentError(f"{', '.join(arguments)}: the loader has been made already.")
        return obj
    if not hasattr(obj, "__getitem__") and not isinstance(obj, Dataset):
        raise ArgumentError(f"flag={flag!r} wants a dataset or a DataLoader.")
    try:
        return DataLoader(obj, **arguments)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"no loader can be made: {error}") from error


def _copy_as_watched(loader: DataLoader[Any]) -> DataLoader[Any]:
    base = type(loader).__mro__[2] if OURS in loader.__dict__ else type(loader)
    watched: Any = object.__new__(base)
    watched.__dict__.update(loader.__dict__)
    # Batches must come in the order in which they were asked for: that is how they are known.
    watched.__dict__.update(_iterator=None, in_order=True)
    watched.__class__ = watched_class(base)
    return watched  # type: ignore[no-any-return]


def _default_name(experiment: Experiment, loader: DataLoader[Any]) -> str:
    for name, known in experiment.loaders.items():
        if known.dataset is loader.dataset:
            return name
    taken = len(experiment.loaders)
    return DEFAULT_NAME if not taken else f"loader_{taken + 1}"


def _members(
    experiment: Experiment,
    dataset: Any,
    name: str,
    origin: str,
    compute_hash: bool,
    drop_duplicates: bool,
) -> tuple[Members, str | None]:
    samples = experiment.samples
    if isinstance(dataset, IterableDataset):
        samples.register(name, origin, 0)
        return Members(samples, np.empty(0, np.int32)), None
    own_ids = _given(dataset, ("ids", "sample_ids"), "get_sample_id")
    key = None if own_ids is not None else _key_of_items(dataset)
    if key is not None:
        samples.register(name, origin, len(dataset))
        return Members(samples, np.full(len(dataset), -1, np.int32)), key
    if own_ids is None and not compute_hash:
        return Members(samples, samples.add_range(name, origin, len(dataset))), None
    if own_ids is None:
        own_ids = [_content_hash(item) for item in _items(dataset)]
    ids = as_ids(own_ids)
    if len(ids) != len(dataset):
        raise MisalignedError(f"{name}: {len(ids)} ids for {len(dataset)} samples.")
    rows = samples.add_ids(name, origin, ids)
    again = _report_duplicates(name, rows, samples.ids_of, drop_duplicates)
    return Members(samples, rows, ids, again), None


def _given(dataset: Any, attributes: tuple[str, ...], method: str) -> Any:
    """What a dataset says of each of its samples; None if it does not."""
    for attribute in attributes:
        given = getattr(dataset, attribute, None)
        if given is not None and not callable(given) and hasattr(given, "__len__"):
            return given
    if callable(getattr(dataset, method, None)):
        return [getattr(dataset, method)(index) for index in range(len(dataset))]
    return None


def _key_of_items(dataset: Any) -> str | None:
    """Under which key items bear their id; the first one is loaded to see, without a trace."""
    before = random_state.capture()
    try:
        return id_key(dataset[0])
    except (KeyError, IndexError, TypeError):  # its sampler gives it other keys than indices
        return None
    finally:
        random_state.restore(before)


def _items(dataset: Any) -> Iterator[Any]:
    before = random_state.capture()
    for index in range(len(dataset)):
        yield dataset[index]
    random_state.restore(before)


def _content_hash(item: Any) -> str:
    digest = hashlib.blake2b(digest_size=16)
    _feed(digest, item)
    return digest.hexdigest()


def _feed(digest: Any, part: Any) -> None:
    if isinstance(part, torch.Tensor):
        part = part.detach().cpu().contiguous().numpy()
    if isinstance(part, np.ndarray) and part.dtype.kind != "O":
        digest.update(f"{part.dtype}{part.shape}".encode() + np.ascontiguousarray(part).tobytes())
    elif isinstance(part, Mapping):
        _feed(digest, [entry for pair in part.items() for entry in pair])
    elif isinstance(part, tuple | list | np.ndarray):
        digest.update(f"[{len(part)}".encode())
        for entry in part:
            _feed(digest, entry)
    elif isinstance(part, bytes):
        digest.update(part)
    elif hasattr(part, "tobytes") and hasattr(part, "size"):  # an image of Pillow's
        digest.update(f"{part.size}".encode() + part.tobytes())
    else:
        digest.update(f"{type(part).__name__}{part!r}".encode())


def _report_duplicates(name: str, rows: Int32, ids_of: Any, drop: bool) -> NDArray[np.bool_] | None:
    """Which samples have the id of an earlier one, if they are to be dropped."""
    _, first = np.unique(rows, return_index=True)
    again = np.ones(len(rows), bool)
    again[first] = False
    count = int(again.sum())
    if not count:
        return None
    some = ", ".join(map(repr, ids_of(np.unique(rows[again])[:3])))
    done = "they are left out" if drop else "drop_duplicates=True leaves them out"
    warnings.warn(
        f"{name}: {count:,} samples have the id of an earlier one, for example {some}; {done}.",
        stacklevel=4,
    )
    return again if drop else None

"""Numbers of the user's as the arrays that recording takes, checked before anything is stored.

Legend: B samples of a batch, N instances of a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.errors import ArgumentError, MisalignedError

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

Int32 = NDArray[np.int32]
Floats = NDArray[np.float32] | NDArray[np.float64]


def as_floats(values: Any, what: str) -> Floats:
    """A float32 array (of tensors and arrays of at most that precision), else a float64 one.

    Args:
        values: a tensor on any device, an array, a number or a list of numbers.
        what: named in the error.

    Raises:
        ArgumentError: not numbers.
    """
    if hasattr(values, "detach"):
        values = values.detach()
        if values.is_complex():
            raise ArgumentError(f"{what}: real numbers are wanted, not {values.dtype}.")
        if values.is_floating_point() and values.itemsize < 4:
            values = values.float()
        values = values.cpu().numpy()
    try:
        array: Any = np.asarray(values)
    except ValueError as error:  # lists of different lengths
        raise ArgumentError(f"{what}: {error}") from error
    if array.dtype == np.float32 or array.dtype == np.float64:
        known: Floats = array
        return known
    if array.dtype.kind not in "biuf":
        raise ArgumentError(f"{what}: numbers are wanted, not {array.dtype}.")
    small = array.dtype == np.bool_ or array.dtype == np.float16 or array.dtype.itemsize < 4
    floats: Floats = array.astype(np.float32 if small else np.float64)
    return floats


def per_sample(values: Any, count: int, what: str) -> Floats:
    """[B] values; of more dimensions the mean over all but the first.

    Raises:
        MisalignedError: not `count` values.
        ArgumentError: not numbers.
    """
    array = as_floats(values, what)
    if array.ndim == 0 or len(array) != count:
        shown = "one value" if array.ndim == 0 else f"{len(array)} values"
        raise MisalignedError(f"{what}: {shown} for {count} sample ids.")
    return array if array.ndim == 1 else array.reshape(count, -1).mean(axis=1)


def rows_of_batch(experiment: Experiment, batch_ids: Any) -> Int32:
    """[B] rows of sample ids; those of no watched dataset become samples of their own.

    The ids that a watched loader gave last are known by the object itself, without a look-up.

    Raises:
        SampleIdError: no ids.
    """
    batch = experiment.batch
    if batch is not None and batch_ids is batch.ids:
        known: Int32 = batch.rows
        return known
    rows: Int32 = experiment.samples.rows_of(batch_ids, create=True)
    return rows


def annotations_of(batch_index_N: Any, batch_size: int) -> tuple[Int32, Int32]:
    """[N] positions in the batch and [N] annotation ids, from 1 in order of appearance.

    Args:
        batch_index_N: for each instance the position of its sample.

    Raises:
        MisalignedError: a position is outside the batch.
        ArgumentError: not whole numbers.
    """
    if hasattr(batch_index_N, "detach"):
        batch_index_N = batch_index_N.detach().cpu().numpy()
    index = np.asarray(batch_index_N)
    if index.ndim != 1 or (index.size and not np.array_equal(index, index.astype(np.int32))):
        raise ArgumentError("batch_idx: a flat list of whole numbers is wanted.")
    index = index.astype(np.int32)
    if index.size and not 0 <= index.min() <= index.max() < batch_size:
        raise MisalignedError(f"batch_idx: a position is not in 0..{batch_size - 1}.")
    order = np.argsort(index, kind="stable")
    counts = np.bincount(index, minlength=batch_size)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    annotations = np.empty(len(index), np.int32)
    annotations[order] = np.arange(len(index)) - first + 1
    return index, annotations

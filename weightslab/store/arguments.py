"""What the store takes as rows, steps and values, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightslab.errors import ArgumentError, MisalignedError
from weightslab.store.series import Columns

_INT32 = np.iinfo(np.int32)
_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def whole_numbers(numbers: ArrayLike, name: str) -> NDArray[np.int32]:
    """Numbers as int32.

    Raises:
        ArgumentError: they are no whole numbers, or do not fit.
    """
    array = np.asarray(numbers)
    if array.dtype == np.int32:
        return array
    if array.size == 0:
        return array.astype(np.int32)
    if array.dtype.kind not in "iu":
        raise ArgumentError(f"a {name} is a whole number, not {array.dtype}.")
    if array.min() < _INT32.min or array.max() > _INT32.max:
        raise ArgumentError(f"a {name} is at most {_INT32.max} and at least {_INT32.min}.")
    return array.astype(np.int32)


def floats(values: ArrayLike, signal: str) -> NDArray[Any]:
    """Values as float32 or float64: whole numbers and Python's floats become float64.

    Raises:
        ArgumentError: they are no real numbers.
    """
    array = np.asarray(values)
    if array.dtype in (_FLOAT32, _FLOAT64):
        return array
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    raise ArgumentError(f"{signal}: a value is a real number, not {array.dtype}.")


def aligned_length(columns: Columns, signal: str) -> int:
    """How many values there are; every column has one for each, or one step stands for all.

    Raises:
        MisalignedError: it is not so.
    """
    shape = columns["value"].shape
    for name, column in columns.items():
        if column.shape != shape and not (name == "step" and column.shape == ()):
            raise MisalignedError(f"{signal}: {name}s of shape {column.shape}, values of {shape}.")
    if len(shape) != 1:
        raise MisalignedError(f"{signal}: values of shape {shape}, expected one dimension.")
    return len(columns["value"])

"""Memory that this process and those forked from it later see alike.

It has no name and no file: the system frees it with the last process that has it, however that one
ends, and it counts against no limit on /dev/shm, of which containers give little.
"""

import math
import mmap
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


def shared_zeros(
    shape: int | tuple[int, ...], dtype: npt.DTypeLike = np.float32
) -> npt.NDArray[Any]:
    """Zeros of any shape."""
    shape = (shape,) if isinstance(shape, int) else shape
    count, kind = math.prod(shape), np.dtype(dtype)
    memory = mmap.mmap(-1, max(1, count * kind.itemsize))  # anonymous, and shared by default
    return np.frombuffer(memory, kind, count).reshape(shape)


def shared_copy(tensor: Tensor) -> Tensor:
    """The tensor's numbers in shared memory; a plain copy of what is on a GPU."""
    if tensor.device.type != "cpu":
        return tensor.detach().clone()
    copy = torch.from_numpy(shared_zeros(tuple(tensor.shape), _dtype(tensor)))
    return copy.copy_(tensor.detach())


def _dtype(tensor: Tensor) -> np.dtype[Any]:
    return torch.empty(0, dtype=tensor.dtype).numpy().dtype

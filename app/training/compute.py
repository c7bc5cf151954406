"""Where a training computes, and in which precision."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class NoSuchDeviceError(RuntimeError):
    """The run asks for a GPU that is not there."""

    code = "run.no_gpu"


@dataclass(frozen=True)
class Compute:
    """A device, and the type that its matrix products are computed in; weights are float32."""

    device: torch.device
    dtype: torch.dtype

    @classmethod
    def chosen(cls, device: str, precision: str) -> "Compute":
        """From the settings `device` and `precision`; `auto` is a GPU where there is one.

        bfloat16 is the choice of `auto` on a GPU alone: CPUs without tile units are slower in it.

        Raises:
            NoSuchDeviceError: `cuda` where torch finds none.
        """
        if device == "cuda" and not torch.cuda.is_available():
            raise NoSuchDeviceError("There is no GPU here that torch can use: set device to auto.")
        name = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        if precision == "auto":
            precision = "bfloat16" if name == "cuda" else "float32"
        return cls(torch.device(name), _DTYPES[precision])

    @property
    def on_gpu(self) -> bool:
        """Whether arrays must travel."""
        return self.device.type == "cuda"

    def mixed_precision(self) -> AbstractContextManager[None]:
        """Products inside are computed in `dtype`."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not torch.float32)

    def tensor(self, array: npt.NDArray[np.generic]) -> Tensor:
        """The array itself on a CPU; on a GPU a copy that arrives while the CPU goes on."""
        tensor = torch.from_numpy(array)
        return tensor.pin_memory().to(self.device, non_blocking=True) if self.on_gpu else tensor


ON_CPU = Compute(torch.device("cpu"), torch.float32)

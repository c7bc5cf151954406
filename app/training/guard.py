"""Nothing that is not a number may reach the weights, a checkpoint or the wire."""

from collections.abc import Iterable

import torch
from torch import Tensor


class NonFiniteError(Exception):
    """A tensor of the training holds NaN or an infinity; `tensor` is its name."""

    def __init__(self, tensor: str) -> None:
        super().__init__(tensor)  # so that it can be pickled
        self.tensor = tensor

    def __str__(self) -> str:
        return f"{self.tensor} is not finite"


def require_finite(named: Iterable[tuple[str, Tensor]]) -> None:
    """Raise NonFiniteError for the first tensor that holds NaN or an infinity."""
    for name, tensor in named:
        if not bool(torch.isfinite(tensor).all()):
            raise NonFiniteError(name)

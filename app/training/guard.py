"""Nothing that is not a number may reach the weights, a checkpoint or the wire."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class NonFiniteError(Exception):
    """A tensor of the training holds NaN or an infinity; `tensor` is its name."""

    def __init__(self, tensor: str) -> None:
        super().__init__(f"{tensor} is not finite")
        self.tensor = tensor


def require_finite(named: Iterable[tuple[str, Tensor]]) -> None:
    """Raise NonFiniteError for the first tensor that holds NaN or an infinity."""
    for name, tensor in named:
        if not bool(torch.isfinite(tensor).all()):
            raise NonFiniteError(name)


def clip_gradients(model: nn.Module, max_norm: float) -> float:
    """Shorten the gradient to max_norm and return its length before.

    Raises:
        NonFiniteError: names the first parameter whose gradient is not finite; nothing is applied.
    """
    gradients = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    norm = nn.utils.get_total_norm(gradients.values())
    if not bool(torch.isfinite(norm)):
        require_finite((f"{name}.grad", gradient) for name, gradient in gradients.items())
        raise NonFiniteError("gradient norm")  # finite numbers whose squares overflow
    nn.utils.clip_grads_with_norm_(model.parameters(), max_norm, norm)
    return float(norm)

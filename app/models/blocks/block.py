"""What every block is: a torch module built from a frozen Config, its row of the catalogue."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """Base of all blocks. A subclass and its `Config` are one unit."""

    @dataclass(frozen=True)
    class Config:
        """The fields are the props of the block's row in spec/blocks.json and its shape_args."""


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda x: x,
    "relu": torch.relu,
    "gelu": nn.functional.gelu,
    "silu": nn.functional.silu,
    "tanh": torch.tanh,
}


def orthogonal(layer: nn.Linear, gain: float) -> nn.Linear:
    """Orthogonal weights scaled by `gain` and no offset: what PPO starts best from."""
    nn.init.orthogonal_(layer.weight, gain)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer

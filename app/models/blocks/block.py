"""What every block is: a torch module built from a frozen Config, its row of the catalogue."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """Base of all blocks. A subclass and its `Config` are one unit."""

    @dataclass(frozen=True)
    class Config:
        """The fields are the props of the block's row in spec/blocks.json and its shape_args."""

    @property
    def draws(self) -> bool:
        """Whether training draws numbers from torch's generator."""
        return False

    def repeated(self) -> Callable[[], AbstractContextManager[None]]:
        """Makes what holds while a gradient checkpoint computes this forward pass a second time.

        Called before the first time. A block that counts or changes something in a forward pass
        overrides it: the second time must answer as the first and leave nothing behind.
        """
        return nullcontext


Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda x: x,
    "relu": torch.relu,
    "gelu": nn.functional.gelu,
    "silu": nn.functional.silu,
    "tanh": torch.tanh,
}


def orthogonal(layer: Layer, gain: float) -> Layer:
    """Orthogonal weights scaled by `gain` and no offset: what PPO starts best from."""
    nn.init.orthogonal_(layer.weight, gain)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer

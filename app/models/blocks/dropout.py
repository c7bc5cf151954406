"""Dropout."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from app.models.blocks.block import Block


class Dropout(Block):
    """Sets a random share of the numbers to 0 in training and scales up the others."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`rate`: share of the numbers, below 1."""

        rate: float = 0.1

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    @property
    def draws(self) -> bool:
        """Where the rate is not 0."""
        return self.config.rate > 0

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same; the input itself outside training."""
        if not self.training or self.config.rate == 0:
            return x
        return functional.dropout(x, self.config.rate)

"""A learned matrix on every vector."""

import math
from dataclasses import dataclass

from torch import Tensor, nn

from app.models.blocks.block import ACTIVATIONS, Block, orthogonal


class Linear(Block):
    """A learned matrix, an optional offset, an optional activation."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`width`: last dimension of the input."""

        out_features: int
        width: int
        bias: bool = True
        activation: str = "none"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        gain = 1.0 if config.activation == "none" else math.sqrt(2.0)
        self.matrix = orthogonal(
            nn.Linear(config.width, config.out_features, bias=config.bias), gain
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, width] or [B, width] to the same shape with last dimension out_features."""
        return ACTIVATIONS[self.config.activation](self.matrix(x))

"""Hidden layers on every vector by itself."""

import itertools
import math
from dataclasses import dataclass

from torch import Tensor, nn

from app.models.blocks.block import ACTIVATIONS, Block, orthogonal


class MLP(Block):
    """`layers` hidden layers, each followed by an activation, then a linear layer."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`hidden`: width of each hidden layer; `width`: last dimension of the input."""

        out_features: int
        width: int
        hidden: int = 256
        layers: int = 1
        activation: str = "relu"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        widths = [config.width, *[config.hidden] * config.layers]
        self.hidden = nn.ModuleList(
            orthogonal(nn.Linear(before, after), math.sqrt(2.0))
            for before, after in itertools.pairwise(widths)
        )
        self.out = orthogonal(nn.Linear(config.hidden, config.out_features), 1.0)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, width] or [B, width] to the same shape with last dimension out_features."""
        activation = ACTIVATIONS[self.config.activation]
        for layer in self.hidden:
            x = activation(layer(x))
        return self.out(x)  # type: ignore[no-any-return]

"""Adds branches."""

from dataclasses import dataclass

from torch import Tensor

from app.models.blocks.block import Block


class Add(Block):
    """The sum of two or more inputs of one shape: a residual connection."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """No props."""

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        self.config = config or self.Config()

    def forward(self, first: Tensor, *others: Tensor) -> Tensor:
        """Return the sum of the inputs."""
        for other in others:
            first = first + other
        return first

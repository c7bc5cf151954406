"""All vectors of a board as one. Legend: B boards, T tokens, W width."""

from dataclasses import dataclass

from torch import Tensor

from app.models.blocks.block import Block


class Pool(Block):
    """The mean of the tokens, their maximum, or all of them side by side."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`mode`: mean, max or flatten."""

        mode: str = "mean"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    def forward(self, x_BTW: Tensor) -> Tensor:
        """Tokens [B, T, W] to vectors [B, W], or [B, T x W] side by side."""
        if self.config.mode == "flatten":
            return x_BTW.flatten(1)
        return x_BTW.amax(1) if self.config.mode == "max" else x_BTW.mean(1)

"""Layer normalisation."""

from dataclasses import dataclass

from torch import Tensor, nn

from app.models.blocks.block import Block


class LayerNorm(Block):
    """Every vector to mean 0 and variance 1, then a learned gain and offset."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`width`: last dimension of the input."""

        width: int

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.norm = nn.LayerNorm(config.width)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, width] or [B, width] to the same shape."""
        return self.norm(x)  # type: ignore[no-any-return]

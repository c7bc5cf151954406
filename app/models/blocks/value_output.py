"""The critic: how much reward is still to come. Legend: B boards, T cells, W features."""

from dataclasses import dataclass

from torch import Tensor, nn

from app.models.blocks.block import Block, orthogonal
from app.models.blocks.heads import pool_tokens, pooled_features


class ValueOutput(Block):
    """A linear head on pooled cells.

    Unit gain: the critic's first guesses are of the size of its features.
    """

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`tokens`: 16 for cells, 1 for a vector; `width`: last dimension of the input."""

        tokens: int
        width: int
        pool: str = "mean"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.features = pooled_features(config.pool, config.tokens, config.width)
        self.head = orthogonal(nn.Linear(self.features, 1), 1.0)

    def forward(self, x: Tensor) -> Tensor:
        """Tokens [B, T, width] or vectors [B, width] to float32 [B]."""
        features_BW = pool_tokens(x, self.config.pool, self.features)
        return self.head(features_BW).reshape(-1)  # type: ignore[no-any-return]

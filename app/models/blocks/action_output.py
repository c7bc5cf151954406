"""The policy: one number per move. Legend: B boards, T cells, W features."""

from dataclasses import dataclass

from torch import Tensor, nn

from app.models.blocks.block import Block, orthogonal
from app.models.blocks.heads import pool_tokens, pooled_features


class ActionOutput(Block):
    """A linear head on pooled cells.

    Small weights at the start: every legal move is about as likely.
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
        self.head = orthogonal(nn.Linear(self.features, 4), 0.01)

    def forward(self, x: Tensor) -> Tensor:
        """Tokens [B, T, width] or vectors [B, width] to logits float32 [B, 4]."""
        features_BW = pool_tokens(x, self.config.pool, self.features)
        return self.head(features_BW)  # type: ignore[no-any-return]

"""What the heads share: pooled cells and a linear layer. Legend: B boards, T cells, W width."""

from dataclasses import dataclass

from torch import Tensor, nn

from app.models.blocks.block import Block, orthogonal


class PooledHead(Block):
    """A linear head on pooled cells.

    Args:
        outputs: numbers that it gives per board.
        gain: size of its weights at the start.
    """

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`tokens`: 16 for cells, 1 for a vector; `width`: last dimension of the input."""

        tokens: int
        width: int
        pool: str = "mean"

    def __init__(self, config: Config, *, outputs: int, gain: float) -> None:
        super().__init__()
        self.config = config
        self.features = pooled_features(config.pool, config.tokens, config.width)
        self.head = orthogonal(nn.Linear(self.features, outputs), gain)

    def answer(self, x: Tensor) -> Tensor:
        """Tokens [B, T, width] or vectors [B, width] to float32 [B, outputs]."""
        return self.head(  # type: ignore[no-any-return]
            pool_tokens(x, self.config.pool, self.features)
        )


def pooled_features(pool: str, tokens: int, width: int) -> int:
    """Length of the vector that `pool_tokens` gives."""
    return tokens * width if pool == "flatten" else width


def pool_tokens(x: Tensor, pool: str, features: int) -> Tensor:
    """Tokens [B, T, W] to vectors [B, features]: their mean, or side by side; vectors pass."""
    if x.dim() == 2:
        return x
    return x.reshape(-1, features) if pool == "flatten" else x.mean(1)

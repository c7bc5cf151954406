"""The critic: how much reward is still to come. Legend: B boards, T cells."""

from torch import Tensor

from app.models.blocks.heads import PooledHead


class ValueOutput(PooledHead):
    """Starts with unit gain: its first guesses are of the size of its features."""

    def __init__(self, config: PooledHead.Config) -> None:
        super().__init__(config, outputs=1, gain=1.0)

    def forward(self, x: Tensor) -> Tensor:
        """Tokens [B, T, width] or vectors [B, width] to float32 [B]."""
        return self.answer(x).reshape(-1)

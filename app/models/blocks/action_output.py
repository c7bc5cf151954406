"""The policy: one number per move. Legend: B boards, T cells."""

from torch import Tensor

from app.models.blocks.heads import PooledHead


class ActionOutput(PooledHead):
    """Starts with small weights, so that every legal move is about as likely."""

    def __init__(self, config: PooledHead.Config) -> None:
        super().__init__(config, outputs=4, gain=0.01)

    def forward(self, x: Tensor) -> Tensor:
        """Tokens [B, T, width] or vectors [B, width] to logits float32 [B, 4]."""
        return self.answer(x)

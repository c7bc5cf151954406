"""Where the board enters."""

from dataclasses import dataclass

from torch import Tensor

from app.models.blocks.block import Block


class BoardInput(Block):
    """Passes the board on: int64 [B, 16] tile exponents."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """No props."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    def forward(self, board_BT: Tensor) -> Tensor:
        """Return the board unchanged."""
        return board_BT

"""Where the board enters. Legend: B boards, T = 16 cells, V = 18 tile exponents."""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.models.blocks.block import Block

EXPONENTS = 18


class BoardInput(Block):
    """The board int64 [B, 16] as tile exponents, or as one-hot vectors float32 [B, 16, 18]."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`encoding`: exponents or onehot."""

        encoding: str = "exponents"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    def forward(self, board_BT: Tensor) -> Tensor:
        """Return the board unchanged, or one-hot."""
        if self.config.encoding == "exponents":
            return board_BT
        exponents_V = torch.arange(EXPONENTS, device=board_BT.device)
        return (board_BT[..., None] == exponents_V).float()

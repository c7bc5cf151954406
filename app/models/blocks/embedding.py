"""Tiles to vectors. Legend: B boards, T = 16 cells, D d_model."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from app.models.blocks.block import Block

CELLS, SIDE, EXPONENTS = 16, 4, 18


class Embedding(Block):
    """One learned vector per tile exponent, plus one that says where the cell lies."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`positions`: learned (a vector per cell), 2d (per row and per column) or none."""

        d_model: int
        positions: str = "learned"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.tile = nn.Embedding(EXPONENTS, config.d_model)
        rows = {"learned": CELLS, "2d": 2 * SIDE, "none": 0}[config.positions]
        self.place = nn.Parameter(torch.empty(rows, config.d_model)) if rows else None
        nn.init.normal_(self.tile.weight, std=0.5)
        if self.place is not None:
            nn.init.normal_(self.place, std=0.5)

    def forward(self, board_BT: Tensor) -> Tensor:
        """Board int64 [B, 16] to tokens float32 [B, 16, D]."""
        x_BTD: Tensor = self.tile(board_BT)
        if self.place is None:
            return x_BTD
        if self.config.positions == "learned":
            return x_BTD + self.place
        rows_44D, columns_44D = self.place[:SIDE, None], self.place[None, SIDE:]
        return x_BTD + (rows_44D + columns_44D).reshape(CELLS, -1)

"""Where the board enters. Legend: B boards, T = 16 cells, V = 18 tile exponents, A = 4 actions."""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.models.blocks.block import Block
from app.models.orientation import Orientation

EXPONENTS = 18


class BoardInput(Block):
    """The board int64 [B, 16] as tile exponents, or as one-hot vectors float32 [B, 16, 18]."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`encoding`: exponents or onehot. `orientation`: as_is or canonical."""

        encoding: str = "exponents"
        orientation: str = "as_is"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.canonical = Orientation() if config.orientation == "canonical" else None

    def forward(self, board_BT: Tensor) -> Tensor:
        """Return the board unchanged, or one-hot."""
        if self.config.encoding == "exponents":
            return board_BT
        exponents_V = torch.arange(EXPONENTS, device=board_BT.device)
        return (board_BT[..., None] == exponents_V).float()

    def turn(self, board_BT: Tensor) -> tuple[Tensor, Tensor]:
        """Boards [B, 16] to (the views that the whole network sees [B, 16], which view [B]).

        Codegen calls it before everything else where the orientation is canonical.
        """
        assert self.canonical is not None
        turned_BT, view_B = self.canonical(board_BT)
        return turned_BT, view_B

    def turn_back(self, logits_BA: Tensor, view_B: Tensor) -> Tensor:
        """Logits [B, 4] of turned boards in the directions of the boards as they lie."""
        assert self.canonical is not None
        return self.canonical.own_directions(logits_BA, view_B)

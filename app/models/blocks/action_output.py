"""What is played. Legend: B boards, T cells, A = 4 actions, 16 cells."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from app.models.afterstates import ACTIONS, CELLS, Afterstates
from app.models.blocks.block import Block
from app.models.blocks.heads import PooledHead

ILLEGAL_LOGIT = -1e4  # below what any two moves differ by, and finite


class ActionOutput(PooledHead):
    """The policy: a head of its own, or the move to the afterstate that is worth most.

    The head starts with small weights, so that every legal move is about as likely. Without it
    there is nothing to learn here: a move is worth its reward and the value of what it leads to.
    """

    @dataclass(frozen=True)
    class Config(PooledHead.Config):
        """`chooses`: logits (a head) or afterstates."""

        chooses: str = "logits"

    def __init__(self, config: Config) -> None:
        if config.chooses == "afterstates":
            Block.__init__(self)
            self.config = config
            self.afterstates = Afterstates()
        else:
            super().__init__(config, outputs=ACTIONS, gain=0.01)

    @property
    def plays_afterstates(self) -> bool:
        """Whether moves are judged by what they lead to."""
        return hasattr(self, "afterstates")

    def forward(self, x: Tensor) -> Tensor:
        """Tokens [B, T, width] or vectors [B, width] to logits float32 [B, 4]."""
        return self.answer(x)

    def choose(
        self, boards_BC: Tensor, afterstate_values: Callable[[Tensor], Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Look one move ahead.

        Args:
            boards_BC: int64 [B, 16].
            afterstate_values: afterstates [N, 16] to thousands of points still to come [N].

        Returns:
            (logits float32 [B, A], value float32 [B]) in thousands of points. A logit is how
            much a move is worth less than the best one, so one thousand points make a move e
            times as likely: a smaller unit would magnify the rounding of float32 beyond what an
            exported file may differ by. Without a legal move all logits are 0 and so is the value.
        """
        moves = self.afterstates(boards_BC)
        values_BA = afterstate_values(moves.boards_BAC.reshape(-1, CELLS)).reshape(-1, ACTIONS)
        worth_BA = torch.where(moves.legal_BA, moves.rewards_BA + values_BA, ILLEGAL_LOGIT)
        best_B = worth_BA.amax(1)
        logits_BA = torch.where(moves.legal_BA, worth_BA - best_B[:, None], ILLEGAL_LOGIT)
        can_move_B = moves.legal_BA.any(1)
        return logits_BA * can_move_B[:, None], best_B * can_move_B

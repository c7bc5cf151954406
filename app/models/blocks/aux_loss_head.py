"""A second lesson: something about the board itself. Legend: B boards, T tokens, A = 4 actions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from app.models.blocks.block import Block, orthogonal
from app.models.blocks.board_input import EXPONENTS
from app.models.blocks.heads import pool_tokens, pooled_features

CELLS, SIDE, ACTIONS = 16, 4, 4


class AuxLossHead(Block):
    """Predicts a fact about the board that the network was shown, in training alone.

    Attributes:
        loss: coef times the loss of the last forward pass in training mode, part of the graph.
    """

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`predicts`: max_tile, empty_cells or valid_moves; `tokens` of the input."""

        d_model: int
        tokens: int
        predicts: str = "max_tile"
        coef: float = 0.1
        pool: str = "mean"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.features = pooled_features(config.pool, config.tokens, config.d_model)
        # Small weights: at first every answer is about as likely.
        self.head = orthogonal(nn.Linear(self.features, LESSONS[config.predicts].outputs), 0.01)
        self.loss: Tensor = torch.zeros(())

    def forward(self, x: Tensor, board_BT: Tensor) -> None:
        """Note the loss; nothing at all outside training.

        Args:
            x: tokens [B, T, d_model] or vectors [B, d_model].
            board_BT: the board int64 [B, 16] that x came from.
        """
        if not self.training:
            return
        answer = self.head(pool_tokens(x, self.config.pool, self.features))
        self.loss = self.config.coef * LESSONS[self.config.predicts].loss(answer, board_BT)


def legal_moves(board_BT: Tensor) -> Tensor:
    """Which of up, right, down, left change the board: bool [B, A]."""
    grid = board_BT.reshape(-1, SIDE, SIDE)
    toward_right, toward_left = _slides(grid[:, :, :-1], grid[:, :, 1:])
    toward_bottom, toward_top = _slides(grid[:, :-1], grid[:, 1:])
    return torch.stack([toward_top, toward_right, toward_bottom, toward_left], dim=1)


def _slides(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Whether some pair of neighbours can slide toward the second cell, and toward the first."""
    merges = (first == second) & (first > 0) & (first < EXPONENTS - 1)
    onward = merges | ((first > 0) & (second == 0))
    back = merges | ((first == 0) & (second > 0))
    return onward.flatten(1).any(1), back.flatten(1).any(1)


def _max_tile_loss(logits_BV: Tensor, board_BT: Tensor) -> Tensor:
    return functional.cross_entropy(logits_BV, board_BT.amax(1))


def _empty_cells_loss(share_B1: Tensor, board_BT: Tensor) -> Tensor:
    return functional.mse_loss(share_B1[:, 0], (board_BT == 0).sum(1) / CELLS)


def _valid_moves_loss(logits_BA: Tensor, board_BT: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits_BA, legal_moves(board_BT).float())


class _Lesson(NamedTuple):
    outputs: int
    loss: Callable[[Tensor, Tensor], Tensor]


LESSONS = {
    "max_tile": _Lesson(EXPONENTS, _max_tile_loss),
    "empty_cells": _Lesson(1, _empty_cells_loss),
    "valid_moves": _Lesson(ACTIONS, _valid_moves_loss),
}

"""A teacher for kick-starting: an n-tuple network that learns to play in the run's first minute.

Schmitt et al. 2018, "Kickstarting deep reinforcement learning": the student plays, the teacher says
what it would have done on the student's boards, and the weight of its advice falls to 0.

Legend: P boards, A = 4 actions, 16 cells.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from app.models.blocks import NTuple
from app.training.metrics import RecentGames
from app.training.td.kernel import F32, U8
from app.training.td.lookup_learner import LookupLearner

TABLES = NTuple.Config("linesquares", features=1, tile_values=16, shared=False)
GAMES = 64
RATE = 1.0
TEMPERATURE = 0.05
"""Fifty points more make a move e times as likely: what matters to the end of a game is told apart
from what does not, and two moves that are as good stay as likely."""


class Teacher:
    """Learns by TD from moves of its own, then gives advice.

    Args:
        total_moves: that it learns from.
        seed: of its games.
    """

    def __init__(self, total_moves: int, seed: int) -> None:
        self.total_moves = total_moves
        self.tables = NTuple(TABLES)
        torch.nn.init.zeros_(self.tables.table.weight)
        self.learner = LookupLearner(self.tables, GAMES, seed)
        self.recent = RecentGames()

    @property
    def ready(self) -> bool:
        """Whether it has learnt from all of its moves."""
        return self.learner.moves >= self.total_moves

    @property
    def score(self) -> float | None:
        """Mean score of its last games; None before the first one ended."""
        return self.recent.mean_score()

    def learn(self, moves: int, check_in: Callable[[], None]) -> None:
        """Play and learn; see LookupLearner.learn."""
        try:
            left = self.total_moves - self.learner.moves
            self.learner.learn(min(moves, left), RATE, check_in)
        finally:
            self.recent.add(self.learner.finished)
            self.learner.finished = []

    def advise(self, boards_PC: U8) -> F32:
        """How likely each move should be, float32 [P, A]; illegal ones 0. One must be legal."""
        worth_PA = self.learner.judge(boards_PC)
        weights_PA = np.exp((worth_PA - worth_PA.max(1, keepdims=True)) / TEMPERATURE)
        advice_PA: F32 = weights_PA / weights_PA.sum(1, keepdims=True)
        return advice_PA

    def tensors(self) -> dict[str, Tensor]:
        """For a checkpoint: the entries, and while it learns its errors and games too."""
        entries = {"teacher.table": self.tables.table.weight.detach().clone()}
        learning = {} if self.ready else self.learner.tensors()
        return entries | {f"teacher.{name}": tensor for name, tensor in learning.items()}

    def document(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"teacher_moves": self.learner.moves, "teacher_games": self.recent.as_document()}

    def restore(self, tensors: Mapping[str, Tensor], document: Mapping[str, Any]) -> None:
        """Go on from a checkpoint; nothing happens where its run had no teacher."""
        if "teacher.table" not in tensors:
            return
        with torch.no_grad():
            self.tables.table.weight.copy_(tensors["teacher.table"])
        if "teacher.error_sum" in tensors:
            self.learner.restore({n.removeprefix("teacher."): t for n, t in tensors.items()})
        self.learner.moves = document["teacher_moves"]
        self.recent.restore(document["teacher_games"])

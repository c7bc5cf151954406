"""A model asked in batches, numpy in and out. Legend: B boards, A 4 actions, 16 cells."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from app.environment.board import ACTIONS, U8
from app.models.game_transformer import GameTransformer

F32 = npt.NDArray[np.float32]
MOST_BOARDS = 4096  # per forward pass: what is in flight stays small, whatever is asked at once


class NotFiniteAnswerError(Exception):
    """The model answered with NaN or an infinity: its weights are spoilt."""

    code = "model.not_finite"


class Network:
    """Policy logits and values of a model in evaluation mode.

    Args:
        model: on any device; its mode is set to evaluation at every call, so that a training
            may use it in between.
        most_boards: of one forward pass.
    """

    def __init__(self, model: GameTransformer, most_boards: int = MOST_BOARDS) -> None:
        self.model, self._most_boards = model, most_boards
        self._device = next((p.device for p in model.parameters()), torch.device("cpu"))

    @property
    def judges_afterstates(self) -> bool:
        """Whether the model has learnt what boards after a move are worth, and no policy."""
        return self.model.plays_afterstates

    @torch.inference_mode()
    def afterstate_values(self, boards_BC: U8) -> F32:
        """Values [B] of afterstates uint8 [B, 16], thousands of points still to come.

        Raises:
            NotFiniteAnswerError: one of them is NaN or infinite.
        """
        self.model.eval()
        values_B = np.empty(len(boards_BC), np.float32)
        for part in self._parts(len(boards_BC)):
            values = self.model.afterstate_values(self._tensor(boards_BC[part]))
            values_B[part] = values.float().cpu().numpy()
        _require_finite(values_B)
        return values_B

    @torch.inference_mode()
    def evaluate(self, boards_BC: U8) -> tuple[F32, F32]:
        """Logits [B, A] and values [B] of boards uint8 [B, 16].

        Raises:
            NotFiniteAnswerError: one of them is NaN or infinite.
        """
        self.model.eval()
        logits_BA = np.empty((len(boards_BC), ACTIONS), np.float32)
        values_B = np.empty(len(boards_BC), np.float32)
        for part in self._parts(len(boards_BC)):
            logits, values = self.model(self._tensor(boards_BC[part]))
            logits_BA[part] = logits.float().cpu().numpy()
            values_B[part] = values.float().cpu().numpy()
        _require_finite(logits_BA, values_B)
        return logits_BA, values_B

    def _parts(self, count: int) -> Iterator[slice]:
        starts = range(0, count, self._most_boards)
        return (slice(start, start + self._most_boards) for start in starts)

    def _tensor(self, boards_BC: U8) -> Tensor:
        return torch.from_numpy(boards_BC.astype(np.int64)).to(self._device)


def _require_finite(*answers: F32) -> None:
    if not all(np.isfinite(answer).all() for answer in answers):
        raise NotFiniteAnswerError("The network answered with a number that is not finite.")

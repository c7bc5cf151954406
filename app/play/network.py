"""A model asked in batches, numpy in and out. Legend: B boards, A 4 actions, 16 cells."""

import numpy as np
import numpy.typing as npt
import torch

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

    @torch.inference_mode()
    def evaluate(self, boards_BC: U8) -> tuple[F32, F32]:
        """Logits [B, A] and values [B] of boards uint8 [B, 16].

        Raises:
            NotFiniteAnswerError: one of them is NaN or infinite.
        """
        self.model.eval()
        logits_BA = np.empty((len(boards_BC), ACTIONS), np.float32)
        values_B = np.empty(len(boards_BC), np.float32)
        for start in range(0, len(boards_BC), self._most_boards):
            part = slice(start, start + self._most_boards)
            boards = torch.from_numpy(boards_BC[part].astype(np.int64)).to(self._device)
            logits, values = self.model(boards)
            logits_BA[part] = logits.float().cpu().numpy()
            values_B[part] = values.float().cpu().numpy()
        if not (np.isfinite(logits_BA).all() and np.isfinite(values_B).all()):
            raise NotFiniteAnswerError("The network answered with a number that is not finite.")
        return logits_BA, values_B

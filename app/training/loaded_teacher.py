"""A teacher for kick-starting that learnt in another run: its network, as one checkpoint has it.

Legend: P boards, A = 4 actions, 16 cells.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import load_file
from torch import Tensor

from app.models.game_transformer import GameTransformer
from app.play.network import Network
from app.play.tree import legal_masks
from app.training.checkpoints import MODEL_FILE
from app.training.run_folder import read_run
from app.training.td.kernel import F32, U8
from app.training.td.teacher import TEMPERATURE
from weightslab.checkpoints import CheckpointDamagedError, newest_good


class LoadedTeacher:
    """Gives advice from the start. A design of any size and blocks will do.

    Args:
        model: with its weights, on the device where it is to compute.
        score: mean score of the games that its own run ended with, where it is known.
    """

    ready = True

    def __init__(self, model: GameTransformer, score: float | None) -> None:
        self.model, self.score = model.requires_grad_(False), score
        # What boards are worth is in thousands of points, a policy's logits are logarithms.
        self._temperature = TEMPERATURE if model.plays_afterstates else 1.0

    def learn(self, moves: int, check_in: Callable[[], None]) -> None:
        """Nothing: it has learnt."""

    def advise(self, boards_PC: U8) -> F32:
        """How likely each move should be, float32 [P, A]; illegal ones 0. One must be legal.

        Raises:
            NotFiniteAnswerError: its weights are spoilt.
        """
        logits_PA = Network(self.model).evaluate(boards_PC)[0] / np.float32(self._temperature)
        logits_PA = np.where(legal_masks(boards_PC), logits_PA, np.float32(-np.inf))
        weights_PA = np.exp(logits_PA - logits_PA.max(1, keepdims=True))
        advice_PA: F32 = weights_PA / weights_PA.sum(1, keepdims=True)
        return advice_PA

    def tensors(self) -> dict[str, Tensor]:
        """Nothing: it lies in the run's folder and does not change."""
        return {}

    def document(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def restore(self, tensors: Mapping[str, Tensor], document: Mapping[str, Any]) -> None:
        """Nothing to go on with."""


def load_teacher(folder: Path) -> LoadedTeacher:
    """The teacher in a folder: a copy of its run with one checkpoint.

    Raises:
        RunFolderError, HyperparameterError, ModelSourceError: it is not what the server wrote.
        CheckpointDamagedError: its weights are damaged, or there are none.
    """
    checkpoint, _ = newest_good(folder / "checkpoints")
    if checkpoint is None:
        raise CheckpointDamagedError(f"{folder} holds no sound checkpoint of the teacher")
    model = read_run(folder).build_model()
    model.load_state_dict(load_file(checkpoint.path / MODEL_FILE))
    return LoadedTeacher(model, checkpoint.score)

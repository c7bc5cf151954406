"""Kick-starting PPO: a teacher learns first, or learnt in another run; then its advice fades.

See td/teacher.py and loaded_teacher.py.

Legend: S steps, N games, P = S x N boards of an update, M boards of a minibatch, A = 4 actions.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from torch import Tensor

from app.models.game_transformer import GameTransformer
from app.training.hyperparameters import Hyperparameters
from app.training.loaded_teacher import LoadedTeacher
from app.training.td.kernel import F32, U8
from app.training.td.teacher import Teacher
from app.training.trainer import KickstartReport, UpdateReport


class Kickstart:
    """The teacher of one run and how much it still has to say.

    Args:
        settings: `kickstart_moves` is what the teacher learns from; 0 is no teacher.
        seed: of the teacher's games.
        loaded: a teacher that learnt in another run, which takes the place of the run's own.
    """

    def __init__(
        self, settings: Hyperparameters, seed: int, loaded: LoadedTeacher | None = None
    ) -> None:
        moves = settings.kickstart_moves
        self.teacher = loaded or (Teacher(moves, seed) if moves else None)

    @property
    def teaching(self) -> bool:
        """Whether the teacher still learns, so that the student waits."""
        return self.teacher is not None and not self.teacher.ready

    def learn(
        self,
        model: GameTransformer,
        settings: Hyperparameters,
        learning_rate: float,
        check_in: Callable[[], None],
    ) -> UpdateReport:
        """Let the teacher learn for one update; the model, of which the report tells, waits."""
        assert self.teacher is not None
        self.teacher.learn(settings.td_moves, check_in)
        return UpdateReport(
            finished=[],
            learning_rate=learning_rate,
            value_loss=None,
            aux_by_component={name: float(head.loss) for name, head in model.aux_heads().items()},
            expert_usage=model.expert_usage(),
            kickstart=self.report(settings.kickstart_coef, None),
        )

    def weight(self, settings: Hyperparameters, used: float) -> float:
        """Of the advice, when a share `used` of the run is over: falls to 0 in a straight line."""
        if self.teacher is None:
            return 0.0
        return settings.kickstart_coef * max(0.0, 1.0 - used / settings.kickstart_share)

    def advice(self, boards_SNC: U8, weight: float) -> F32 | None:
        """What the teacher would do, float32 [P, A] that sum to `weight`; None where that is 0."""
        if self.teacher is None or weight == 0.0:
            return None
        advice_PA = self.teacher.advise(boards_SNC.reshape(-1, boards_SNC.shape[-1]))
        return advice_PA * np.float32(weight)

    def report(self, weight: float, loss: float | None) -> KickstartReport | None:
        """For the update's report; None without a teacher."""
        if self.teacher is None:
            return None
        return KickstartReport(weight, loss, self.teacher.score)

    def tensors(self) -> dict[str, Tensor]:
        """For a checkpoint."""
        return self.teacher.tensors() if self.teacher else {}

    def document(self) -> dict[str, Any]:
        """For a checkpoint."""
        return self.teacher.document() if self.teacher else {}

    def restore(self, tensors: Mapping[str, Tensor], document: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        if self.teacher is not None:
            self.teacher.restore(tensors, document)

"""What both learners of afterstate values share: the count of steps and the report."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal

import numpy as np

from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.training.hyperparameters import Hyperparameters, run_default
from app.training.rollout import FinishedGame
from app.training.td.kernel import F64
from app.training.trainer import TrainerState, UpdateReport


class TDTrainer(ABC):
    """Plays by afterstates and learns what they are worth.

    Args:
        config: the design's numbers.
        model: a compiled design that plays by afterstates.
        hyperparameters: the defaults of the spec where None.
        total_steps: moves after which the training is complete.
        seed: of the games and of what is shuffled.
    """

    algorithm: Literal["td"] = "td"

    def __init__(
        self,
        config: DynamicModelConfig,
        model: GameTransformer,
        hyperparameters: Hyperparameters | None = None,
        *,
        total_steps: int | None = None,
        seed: int = 0,
    ) -> None:
        self.config, self.model, self.seed = config, model, seed
        self.hyperparameters = hyperparameters or Hyperparameters.from_values()
        self.total_steps = total_steps or run_default("total_steps")
        self.step = 0
        self.time_used = 0.0
        self.update_count = 0
        self.gradient_steps = 0
        self.finished: list[FinishedGame] = []
        self.aux_loss: float | None = None
        self.grad_norm: float | None = None
        self.sums: F64 = np.zeros(5)  # count, errors, squared errors, targets, squared targets

    @property
    def complete(self) -> bool:
        """Whether total_steps were played."""
        return self.step >= self.total_steps

    @abstractmethod
    def learning_rate(self) -> float:
        """Of the next update."""

    @abstractmethod
    def learn(self, check_in: Callable[[], None]) -> None:
        """Play and learn for one update; counts `step`, `gradient_steps`, `sums`, `finished`."""

    @abstractmethod
    def state(self) -> TrainerState:
        """For a checkpoint."""

    @abstractmethod
    def restore(self, state: TrainerState) -> None:
        """From a checkpoint; the weights are in the model already."""

    def update(self, check_in: Callable[[], None] = lambda: None) -> UpdateReport:
        """Play and learn once.

        Args:
            check_in: called every few milliseconds. What it raises ends the update early; what
                was learnt until then stays, and the next report tells of it.

        Raises:
            NonFiniteError: a value is not finite. That step was not applied.
        """
        learning_rate = self.learning_rate()
        self.learn(check_in)
        self.update_count += 1
        finished, self.finished = self.finished, []
        sums, self.sums = self.sums, np.zeros(5)
        count = max(1.0, sums[0])
        error, square, target, target_square = sums[1:] / count
        target_variance = target_square - target**2
        return UpdateReport(
            finished=finished,
            learning_rate=learning_rate,
            value_loss=float(square) / 2,
            explained_variance=float(1 - (square - error**2) / target_variance)
            if target_variance > 0
            else None,
            aux_loss=self.aux_loss,
            grad_norm=self.grad_norm,
            lb_reward=-float(self.model.latest_lb_loss.detach()),
            expert_usage=self.model.expert_usage(),
            aux_by_component={
                name: head.loss.item() for name, head in self.model.aux_heads().items()
            },
        )

"""TD learning of a design whose value is a mean of looked-up entries: a million moves a second."""

from collections.abc import Callable

import numpy as np

from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.training.hyperparameters import Hyperparameters
from app.training.td.lookup import lookup_parts
from app.training.td.lookup_learner import LookupLearner
from app.training.td.td_trainer import TDTrainer
from app.training.trainer import TrainerState


class LookupTrainer(TDTrainer):
    """Learns in the model's own memory, one move at a time; see TDTrainer for the arguments.

    Games take turns on one core, so that the same seed gives the same tables everywhere.
    """

    def __init__(
        self,
        config: DynamicModelConfig,
        model: GameTransformer,
        hyperparameters: Hyperparameters | None = None,
        *,
        total_steps: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(config, model, hyperparameters, total_steps=total_steps, seed=seed)
        tables, head = lookup_parts(model)
        self.learner = LookupLearner(
            tables,
            self.hyperparameters.n_envs,
            seed,
            weight=float(head.weight.detach()),
            bias=float(head.bias.detach()),
        )

    def learning_rate(self) -> float:
        """Share of an error that an entry which never changed its mind corrects."""
        return self.hyperparameters.td_rate

    def learn(self, check_in: Callable[[], None]) -> None:
        """Play td_moves and learn after each."""
        learner, before = self.learner, self.learner.moves
        moves = min(self.hyperparameters.td_moves, self.total_steps - self.step)
        try:
            learner.learn(moves, self.learning_rate(), check_in)
        finally:
            self.step += learner.moves - before
            self.gradient_steps += learner.moves - before
            self.finished, self.sums = learner.finished, learner.sums
        learner.finished, learner.sums = [], np.zeros(5)

    def state(self) -> TrainerState:
        """Errors and games."""
        return TrainerState({f"td.{n}": tensor for n, tensor in self.learner.tensors().items()}, {})

    def restore(self, state: TrainerState) -> None:
        """Go on from a state; with another number of games, new games begin."""
        tensors = state.tensors.items()
        self.learner.restore({n.removeprefix("td."): tensor for n, tensor in tensors})

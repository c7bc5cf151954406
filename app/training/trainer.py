"""What every learner is to the loop that runs it: PPO and TD learning are two of one kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from app.models.game_transformer import GameTransformer
from app.training.hyperparameters import Hyperparameters
from app.training.rollout import FinishedGame


@dataclass(frozen=True)
class UpdateReport:
    """What one update did. Losses are means over its minibatches; None where a learner has none.

    `aux_loss` is what is added to PPO's own: the balancing of experts and the auxiliary heads;
    `aux_by_component` are the heads alone, by component id.
    """

    finished: list[FinishedGame]
    learning_rate: float
    value_loss: float
    policy_loss: float | None = None
    entropy: float | None = None
    aux_loss: float | None = None
    aux_by_component: Mapping[str, float] = field(default_factory=dict)
    lb_reward: float = 0.0
    expert_usage: Mapping[str, list[float]] = field(default_factory=dict)
    approx_kl: float | None = None
    """How far the policy moved from the one that played: mean of (ratio - 1) - log(ratio), over
    the minibatches of the last epoch (Schulman 2020, "Approximating KL divergence")."""
    clip_fraction: float | None = None
    """Share of boards whose ratio was outside the clip range."""
    explained_variance: float | None = None
    """1 - Var(returns - values) / Var(returns): 1 is a perfect critic, 0 one that says nothing."""
    grad_norm: float | None = None
    """Mean length of the gradient before it was shortened."""


@dataclass(frozen=True)
class TrainerState:
    """Everything but the weights that a training needs to go on bit for bit."""

    tensors: Mapping[str, Tensor]
    document: Mapping[str, Any]


class Trainer(Protocol):
    """Plays 2048 with a model and improves it."""

    model: GameTransformer
    hyperparameters: Hyperparameters
    total_steps: int
    step: int
    """Environment steps so far."""
    update_count: int
    gradient_steps: int
    """Of this process: whether anything was learnt since."""

    @property
    def complete(self) -> bool:
        """Whether total_steps were played."""
        ...

    def update(self, check_in: Callable[[], None] = ...) -> UpdateReport:
        """Play and learn once.

        Args:
            check_in: called often. What it raises ends the update early; the training can go on.

        Raises:
            NonFiniteError: a loss or gradient is not finite. That step was not applied.
        """
        ...

    def state(self) -> TrainerState:
        """For a checkpoint."""
        ...

    def restore(self, state: TrainerState) -> None:
        """From a checkpoint; the weights are in the model already."""
        ...

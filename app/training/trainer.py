"""What every learner is to the loop that runs it: PPO and TD learning are two of one kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

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
    value_loss: float | None
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
    relative_entropy: float | None = None
    """Entropy over that of random play, mean ln(number of legal moves): 1 is random play."""
    kickstart: "KickstartReport | None" = None
    """What the teacher did; None for a run that never had one."""


@dataclass(frozen=True)
class KickstartReport:
    """The distillation of a teacher into the network that is trained."""

    weight: float
    """Of its loss in this update; 0 once it has faded."""
    loss: float | None
    """Cross-entropy of the network to the teacher's moves, before the weight."""
    teacher_score: float | None
    """Mean score of the teacher's own games."""


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
    time_used: float
    """Share of the run's time that is used, set before each update; 0 where time is no limit. What
    is annealed follows it or the steps, whichever is further."""
    step: int
    """Environment steps so far."""
    update_count: int
    gradient_steps: int
    """Of this process: whether anything was learnt since."""

    @property
    def algorithm(self) -> Literal["ppo", "td"]:
        """What the wire calls it."""
        ...

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

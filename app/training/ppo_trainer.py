"""Proximal policy optimisation, in the order of the algorithm.

Legend: S steps per update, N games, M boards of a minibatch, P = S x N boards of an update.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.models.standard_model import StandardModel
from app.training.gae import explained_variance, generalised_advantages
from app.training.guard import clip_gradients, require_finite
from app.training.hyperparameters import Hyperparameters, run_default
from app.training.loss import ppo_loss
from app.training.ppo_state import ppo_state, restore_ppo
from app.training.rollout import Rollout
from app.training.trainer import TrainerState, UpdateReport


class _StepNumbers(NamedTuple):
    """What one gradient step tells; see UpdateReport."""

    policy: float
    value: float
    entropy: float
    approx_kl: float
    clip_fraction: float
    aux: float
    grad_norm: float


class PPOTrainer:
    """Plays 2048 with a model and improves it.

    Args:
        config: the design's numbers; with it alone, a StandardModel of that size is trained.
        model: the compiled design.
        hyperparameters: the defaults of the spec where None.
        total_steps: environment steps after which the training is complete and, with `anneal`,
            the learning rate is 0.
        seed: of the weights (where the model is made here), the games and the play.
    """

    algorithm: Literal["ppo"] = "ppo"

    def __init__(
        self,
        config: DynamicModelConfig,
        model: GameTransformer | None = None,
        hyperparameters: Hyperparameters | None = None,
        *,
        total_steps: int | None = None,
        seed: int = 0,
    ) -> None:
        torch.manual_seed(seed)
        self.config = config
        self.model = model or StandardModel(config)
        self.hyperparameters = hyperparameters or Hyperparameters.from_values()
        self.total_steps = total_steps or run_default("total_steps")
        settings = self.hyperparameters
        self.rollout = Rollout(settings.n_envs, settings.n_steps, seed, settings.reward_scale)
        self.shuffler = np.random.Generator(np.random.PCG64(seed))
        self.optimizer = torch.optim.Adam(self.model.parameters(), eps=1e-5, fused=True)
        self.step = 0  # environment steps
        self.time_used = 0.0
        self.update_count = 0
        self.gradient_steps = 0  # of this process

    @property
    def complete(self) -> bool:
        """Whether total_steps were played."""
        return self.step >= self.total_steps

    def learning_rate(self) -> float:
        """Step size of the next update."""
        settings = self.hyperparameters
        used = max(self.step / self.total_steps, self.time_used) if settings.anneal else 0.0
        return settings.learning_rate * max(0.0, 1.0 - used)

    def update(self, check_in: Callable[[], None] = lambda: None) -> UpdateReport:
        """Play S steps of N games, then learn from them in `epochs` passes of minibatches.

        Args:
            check_in: called before every step of play and every minibatch. What it raises ends
                the update early; the training can go on from there.

        Raises:
            NonFiniteError: a loss or gradient is not finite. That step was not applied.
        """
        settings = self.hyperparameters
        learning_rate = self._set_learning_rate()

        self.rollout.finished.clear()
        self.rollout.collect(self.model, check_in)
        self.step += settings.n_envs * settings.n_steps

        batch_P = self._batch()
        board_count = len(batch_P["actions"])
        self.model.train()
        parts: list[_StepNumbers] = []
        heads: list[list[float]] = []
        for _ in range(settings.epochs):
            shuffled_P = torch.from_numpy(self.shuffler.permutation(board_count))
            for chosen_M in torch.split(shuffled_P, settings.minibatch):
                check_in()
                batch_M = {name: tensor[chosen_M] for name, tensor in batch_P.items()}
                parts.append(self._learn(batch_M))
                heads.append([head.loss.item() for head in self.model.aux_heads().values()])

        self.update_count += 1
        mean = _StepNumbers(*(float(np.mean(part)) for part in zip(*parts, strict=True)))
        last_epoch = parts[-(len(parts) // settings.epochs) :]
        return UpdateReport(
            finished=list(self.rollout.finished),
            policy_loss=mean.policy,
            value_loss=mean.value,
            entropy=mean.entropy,
            aux_loss=mean.aux,
            approx_kl=float(np.mean([numbers.approx_kl for numbers in last_epoch])),
            clip_fraction=mean.clip_fraction,
            explained_variance=explained_variance(
                self.rollout.values_SN, batch_P["returns"].numpy()
            ),
            grad_norm=mean.grad_norm,
            relative_entropy=mean.entropy / self._random_entropy(),
            aux_by_component={
                component: float(np.mean(losses))
                for component, losses in zip(
                    self.model.aux_heads(), zip(*heads, strict=True), strict=True
                )
            },
            lb_reward=self.calculate_load_balancing_reward(),
            expert_usage=self.model.expert_usage(),
            learning_rate=learning_rate,
        )

    def state(self) -> TrainerState:
        """For a checkpoint."""
        return ppo_state(self)

    def restore(self, state: TrainerState) -> None:
        """From a checkpoint; the weights are in the model already."""
        restore_ppo(self, state)

    def calculate_load_balancing_reward(self) -> float:
        """Minus the weighted load-balancing loss of the last minibatch; 0 without experts.

        The highest reward is minus the sum of the MoE blocks' coefficients: a perfect balance.
        """
        self.model.latest_lb_loss = self.model.latest_lb_loss.detach()
        return -float(self.model.latest_lb_loss)

    def _learn(self, batch_M: dict[str, Tensor]) -> _StepNumbers:
        """One gradient step."""
        settings = self.hyperparameters
        logits_MA, values_M = self.model(batch_M["boards"].long())
        loss = ppo_loss(
            logits_MA,
            values_M,
            batch_M["masks"],
            batch_M["actions"],
            batch_M["log_probs"],
            batch_M["advantages"],
            batch_M["returns"],
            clip_range=settings.clip_range,
            value_coef=settings.value_coef,
            entropy_coef=settings.entropy_coef,
        )
        aux = self.model.latest_lb_loss + self.model.latest_aux_loss
        require_finite([*zip(loss._fields[1:], loss[1:], strict=True), ("aux", aux)])
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss.total + aux)
        grad_norm = clip_gradients(self.model, settings.max_grad_norm)
        self.optimizer.step()
        self.gradient_steps += 1
        return _StepNumbers(
            policy=float(loss.policy),
            value=float(loss.value),
            entropy=float(loss.entropy),
            approx_kl=float(loss.approx_kl),
            clip_fraction=float(loss.clip_fraction),
            aux=float(aux.detach()),
            grad_norm=grad_norm,
        )

    def _batch(self) -> dict[str, Tensor]:
        """The rollout as flat tensors [P, ...], with advantages and returns."""
        played, settings = self.rollout, self.hyperparameters
        advantages_SN = generalised_advantages(
            played.rewards_SN,
            played.values_SN,
            played.terminated_SN,
            played.truncated_SN,
            played.final_values_SN,
            played.next_values_N,
            settings.gamma,
            settings.gae_lambda,
        )
        arrays = {
            "boards": played.boards_SNC,
            "masks": played.masks_SNA,
            "actions": played.actions_SN,
            "log_probs": played.log_probs_SN,
            "advantages": advantages_SN,
            "returns": advantages_SN + played.values_SN,
        }
        return {name: torch.from_numpy(a).flatten(0, 1) for name, a in arrays.items()}

    def _random_entropy(self) -> float:
        """Mean entropy of random play on the boards of the rollout."""
        legal_SN = self.rollout.masks_SNA.sum(axis=-1)
        return max(float(np.log(legal_SN).mean()), 1e-9)

    def _set_learning_rate(self) -> float:
        learning_rate = self.learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        return learning_rate

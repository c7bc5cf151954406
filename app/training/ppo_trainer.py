"""Proximal policy optimisation, in the order of the algorithm.

Legend: S steps per update, N games, M boards of a minibatch, P = S x N boards of an update.
"""

import functools
import itertools
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from app.models.blocks import Block
from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.models.standard_model import StandardModel
from app.training.compute import Compute
from app.training.cores import SHARDS, usable_cores
from app.training.crew import Crew
from app.training.flat_parameters import FlatParameters
from app.training.gae import explained_variance, generalised_advantages
from app.training.guard import NonFiniteError
from app.training.hyperparameters import Hyperparameters, run_default
from app.training.kickstart import Kickstart
from app.training.loaded_teacher import LoadedTeacher
from app.training.loss import F64, NUMBERS, normalisation
from app.training.ppo_state import ppo_state, restore_ppo
from app.training.rollout import Rollout
from app.training.shard import Batch, Shard
from app.training.trainer import TrainerState, UpdateReport

BALANCE = len(NUMBERS)  # where Shard.learn tells the balancing of experts
APPROX_KL = NUMBERS.index("approx_kl")


class PPOTrainer:
    """Plays 2048 with a model and improves it.

    Args:
        config: the design's numbers; with it alone, a StandardModel of that size is trained.
        model: the compiled design.
        hyperparameters: the defaults of the spec where None.
        total_steps: environment steps after which the training is complete and, with `anneal`,
            the learning rate is 0.
        seed: of the weights (where the model is made here), the games and the play.
        teacher: whose advice the training begins with, from another run.
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
        teacher: LoadedTeacher | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.config = config
        self.hyperparameters = settings = hyperparameters or Hyperparameters.from_values()
        self.total_steps = total_steps or run_default("total_steps")
        self.compute = Compute.chosen(settings.device, settings.precision)
        self.model = (model or StandardModel(config)).to(self.compute.device)
        self.rollout = Rollout(
            settings.n_envs, settings.n_steps, seed, settings.reward_scale, settings.reward
        )
        self.shuffler = np.random.Generator(np.random.PCG64(seed))
        self.model.forget_pass()
        self.flat = FlatParameters(self.model)
        self.optimizer = torch.optim.Adam([self.flat.values_W], eps=1e-5, fused=True)
        self.shards = self._make_shards()
        # Dropout draws from the one generator of the process, so its order must not be a race.
        alone = any(block.draws for block in self.model.children() if isinstance(block, Block))
        self.crew = Crew(1 if alone else min(len(self.shards), usable_cores()))
        self.kickstart = Kickstart(settings, seed, teacher)
        self.step = 0  # environment steps
        self.time_used = 0.0
        self.update_count = 0
        self.gradient_steps = 0  # of this process

    @property
    def complete(self) -> bool:
        """Whether total_steps were played."""
        return self.step >= self.total_steps

    def learning_rate(self) -> float:
        """Step size of the next update: up over the warm-up, then down to the end of the run."""
        settings = self.hyperparameters
        remaining = (1.0 - self._used()) if settings.anneal else 1.0
        played = self.step + settings.n_envs * settings.n_steps
        warmed_up = min(1.0, played / max(1, settings.warmup_steps))
        return settings.learning_rate * remaining * warmed_up

    def _used(self) -> float:
        """Share of the run that is over."""
        return min(1.0, max(self.step / self.total_steps, self.time_used))

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
        if self.kickstart.teaching:
            return self._wait_for_teacher(learning_rate, check_in)
        advice_weight = self.kickstart.weight(settings, self._used())

        self.rollout.finished.clear()
        self.rollout.collect(self.model, check_in, self.compute)
        self.step += settings.n_envs * settings.n_steps

        batch_P = self._batch()
        advice_PA = self.kickstart.advice(self.rollout.boards_SNC, advice_weight)
        if advice_PA is not None:
            batch_P["advice"] = advice_PA.to(self.compute.device)
        lessons: list[F64] = []
        grad_norms: list[float] = []
        for shard in self.shards:
            shard.model.train()
        for _ in range(settings.epochs):
            shuffled_P = torch.from_numpy(self.shuffler.permutation(len(batch_P["actions"])))
            for chosen_M in torch.split(shuffled_P.to(self.compute.device), settings.minibatch):
                check_in()
                lesson, grad_norm = self._learn(batch_P, chosen_M)
                lessons.append(lesson)
                grad_norms.append(grad_norm)
        self.update_count += 1
        return self._report(lessons, grad_norms, learning_rate, advice_weight)

    def _wait_for_teacher(self, learning_rate: float, check_in: Callable[[], None]) -> UpdateReport:
        report = self.kickstart.learn(self.model, self.hyperparameters, learning_rate, check_in)
        self.update_count += 1
        self.gradient_steps += 1  # there is something new to save
        return report

    def state(self) -> TrainerState:
        """For a checkpoint."""
        return ppo_state(self)

    def restore(self, state: TrainerState) -> None:
        """From a checkpoint; the weights are in the model already."""
        restore_ppo(self, state)
        for shard in self.shards[1:]:
            shard.model.load_state_dict(self.model.state_dict())  # the biases of experts

    def calculate_load_balancing_reward(self) -> float:
        """Minus the weighted load-balancing loss of the last minibatch; 0 without experts.

        The highest reward is minus the sum of the MoE blocks' coefficients: a perfect balance.
        """
        self.model.latest_lb_loss = self.model.latest_lb_loss.detach()
        return -float(self.model.latest_lb_loss)

    def _make_shards(self) -> list[Shard]:
        """As many on every machine, so that its cores do not change what is learnt."""
        others = 0 if self.compute.on_gpu else SHARDS - 1
        twins = [(self.model, self.flat), *(self.flat.replica(self.model) for _ in range(others))]
        return [Shard(model, flat, self.compute) for model, flat in twins]

    def _learn(self, batch_P: Batch, chosen_M: Tensor) -> tuple[F64, float]:
        """One gradient step: what it tells (see Shard.learn) and the gradient's length."""
        boards, count = len(chosen_M), len(self.shards)
        normalise = normalisation(batch_P["advantages"][chosen_M])
        cuts = [boards * at // count for at in range(count + 1)]
        parts = [chosen_M[begin:end] for begin, end in itertools.pairwise(cuts)]
        jobs = [
            functools.partial(
                shard.learn, batch_P, part, normalise, len(part) / boards, self.hyperparameters
            )
            for shard, part in zip(self.shards, parts, strict=True)
        ]
        lesson = sum(self.crew.run(jobs), start=np.zeros(()))
        self.model.absorb([shard.model for shard in self.shards[1:]])
        _require_finite_lesson(lesson)
        for shard in self.shards[1:]:
            self.flat.gradient_W += shard.flat.gradient_W
        grad_norm = self.flat.clip(self.model, self.hyperparameters.max_grad_norm)
        self.optimizer.step()
        self.gradient_steps += 1
        self.model.latest_lb_loss = torch.tensor(lesson[BALANCE])
        return lesson, grad_norm

    def _report(
        self,
        lessons: list[F64],
        grad_norms: list[float],
        learning_rate: float,
        advice_weight: float,
    ) -> UpdateReport:
        mean = np.mean(lessons, axis=0).tolist()
        policy, value, entropy, _, clip_fraction, balance, aux, advice, *heads = mean
        last_epoch = lessons[-(len(lessons) // self.hyperparameters.epochs) :]
        played = self.rollout
        return UpdateReport(
            finished=list(played.finished),
            policy_loss=policy,
            value_loss=value,
            entropy=entropy,
            aux_loss=balance + aux,
            approx_kl=float(np.mean([lesson[APPROX_KL] for lesson in last_epoch])),
            clip_fraction=clip_fraction,
            explained_variance=explained_variance(played.values_SN, self._returns_SN),
            grad_norm=float(np.mean(grad_norms)),
            relative_entropy=entropy / self._random_entropy(),
            aux_by_component=dict(zip(self.model.aux_heads(), heads, strict=True)),
            lb_reward=self.calculate_load_balancing_reward(),
            expert_usage=self.model.expert_usage(),
            learning_rate=learning_rate,
            kickstart=self.kickstart.report(
                advice_weight, advice / advice_weight if advice_weight else None
            ),
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
        self._returns_SN = advantages_SN + played.values_SN
        arrays = {
            "boards": played.boards_SNC,
            "masks": played.masks_SNA,
            "actions": played.actions_SN,
            "log_probs": played.log_probs_SN,
            "advantages": advantages_SN,
            "returns": self._returns_SN,
        }
        return {name: self.compute.tensor(a).flatten(0, 1) for name, a in arrays.items()}

    def _random_entropy(self) -> float:
        """Mean entropy of random play on the boards of the rollout."""
        legal_SN = self.rollout.masks_SNA.sum(axis=-1)
        return max(float(np.log(legal_SN).mean()), 1e-9)

    def _set_learning_rate(self) -> float:
        learning_rate = self.learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        return learning_rate


def _require_finite_lesson(lesson: F64) -> None:
    for at, number in enumerate(lesson):
        if not np.isfinite(number):
            raise NonFiniteError(NUMBERS[at] if at < len(NUMBERS) else "aux")

"""Proximal policy optimisation, in the order of the algorithm.

Legend: S steps per update, N games, M boards of a minibatch, P = S x N boards of an update.
"""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch

from app.environment.board import ACTIONS
from app.models.blocks import Block
from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.models.standard_model import StandardModel
from app.training.compute import Compute
from app.training.cores import SHARDS, usable_cores
from app.training.crew import Crew
from app.training.flat_adam import FlatAdam, shortening
from app.training.flat_parameters import FlatParameters
from app.training.gae import explained_variance
from app.training.guard import NonFiniteError
from app.training.hyperparameters import Hyperparameters, run_default
from app.training.kickstart import Kickstart
from app.training.loaded_teacher import LoadedTeacher
from app.training.loss import F64, NUMBERS
from app.training.ppo_state import ppo_state, restore_ppo
from app.training.rollout import FinishedGame, Rollout
from app.training.shard import Common, Shard
from app.training.shared_memory import shared_zeros
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
        self.kickstart = Kickstart(settings, seed, teacher)
        self.flat = FlatParameters(self.model)
        self.shards = self._make_shards()
        # Dropout draws from the one generator of the process, in the order of the shards.
        alone = any(block.draws for block in self.model.children() if isinstance(block, Block))
        apart = not alone and usable_cores() >= len(self.shards)
        self.crew = Crew(self.shards, apart=apart)
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
        settings, learning_rate = self.hyperparameters, self.learning_rate()
        if self.kickstart.teaching:
            return self._wait_for_teacher(learning_rate, check_in)
        advice_weight = self.kickstart.weight(settings, self._used())

        finished = self._play(check_in)
        self.step += settings.n_envs * settings.n_steps
        advised = self._prepare(advice_weight)
        lessons: list[F64] = []
        grad_norms: list[float] = []
        boards = len(self.common.order_P)
        for _ in range(settings.epochs):
            self.common.order_P[:] = self.shuffler.permutation(boards)
            for begin in range(0, boards, settings.minibatch):
                check_in()
                end = min(begin + settings.minibatch, boards)
                lesson, grad_norm = self._learn(begin, end, learning_rate, advised)
                lessons.append(lesson)
                grad_norms.append(grad_norm)
        self.update_count += 1
        return self._report(finished, lessons, grad_norms, learning_rate, advice_weight)

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
        count = 1 if self.compute.on_gpu else SHARDS
        others = [self.flat.replica(self.model) for _ in range(count - 1)]
        twins = [(self.model, self.flat), *others]
        boards = self.hyperparameters.n_envs * self.hyperparameters.n_steps
        self.adam = FlatAdam(self.flat, count)
        self.common = Common(
            rollout=self.rollout,
            adam=self.adam,
            gradients=[flat.gradient_W for _, flat in twins],
            order_P=shared_zeros(boards, np.int64),
            advice_PA=shared_zeros((boards, ACTIONS)) if self.kickstart.teacher else None,
            compute=self.compute,
        )
        return [Shard(*twin, self.common, at, count) for at, twin in enumerate(twins)]

    def _play(self, check_in: Callable[[], None]) -> list[FinishedGame]:
        finished: list[FinishedGame] = []
        for step in range(self.rollout.n_steps):
            check_in()
            for ended in self.crew.run(Shard.play, step):
                finished += ended
        self.crew.run(Shard.judge)
        return finished

    def _prepare(self, advice_weight: float) -> bool:
        """Put all that is learnt from where the shards see it; whether a teacher has a say."""
        settings = self.hyperparameters
        self.rollout.estimate(settings.gamma, settings.gae_lambda)
        advice_PA = self.kickstart.advice(self.rollout.boards_SNC, advice_weight)
        if advice_PA is not None and self.common.advice_PA is not None:
            self.common.advice_PA[:] = advice_PA
        if self.compute.on_gpu:
            self.shards[0].fetch()
        return advice_PA is not None

    def _learn(
        self, begin: int, end: int, learning_rate: float, advised: bool
    ) -> tuple[F64, float]:
        """One gradient step: what it tells (see Shard.learn) and the gradient's length."""
        settings = self.hyperparameters
        lesson = sum(self.crew.run(Shard.learn, begin, end, settings, advised), start=np.zeros(()))
        self.model.absorb([shard.model for shard in self.shards[1:]])
        _require_finite_lesson(lesson)
        grad_norm = self.flat.finite_norm(self.model, math.hypot(*self.crew.run(Shard.add_up)))
        shortened = shortening(grad_norm, settings.max_grad_norm)
        self.crew.run(Shard.change, learning_rate, shortened)
        self.gradient_steps += 1
        self.model.latest_lb_loss = torch.tensor(lesson[BALANCE])
        return lesson, grad_norm

    def _report(
        self,
        finished: list[FinishedGame],
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
            finished=finished,
            policy_loss=policy,
            value_loss=value,
            entropy=entropy,
            aux_loss=balance + aux,
            approx_kl=float(np.mean([lesson[APPROX_KL] for lesson in last_epoch])),
            clip_fraction=clip_fraction,
            explained_variance=explained_variance(played.values_SN, played.returns_SN),
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

    def _random_entropy(self) -> float:
        """Mean entropy of random play on the boards of the rollout."""
        legal_SN = self.rollout.masks_SNA.sum(axis=-1)
        return max(float(np.log(legal_SN).mean()), 1e-9)


def _require_finite_lesson(lesson: F64) -> None:
    for at, number in enumerate(lesson):
        if not np.isfinite(number):
            raise NonFiniteError(NUMBERS[at] if at < len(NUMBERS) else "aux")

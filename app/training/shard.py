"""One of the equal parts that a training is cut into, so that processes can share it.

A shard plays its part of the games, learns its part of every minibatch and changes its part of the
weights. What lasts of it lies in shared memory: which process does its jobs makes no difference.

Legend: P boards of an update, M of a part of a minibatch, A = 4 actions, H auxiliary heads,
W weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.models.game_transformer import GameTransformer
from app.training.compute import Compute
from app.training.flat_adam import FlatAdam
from app.training.flat_parameters import FlatParameters
from app.training.hyperparameters import Hyperparameters
from app.training.loss import F32, F64, I64, advice_loss, normalisation, ppo_gradient, ppo_loss
from app.training.rollout import FinishedGame, Rollout

Batch = Mapping[str, Tensor]
"""boards [P, 16], masks [P, A], actions, log_probs, advantages and returns [P];
advice [P, A] while a teacher gives some."""


@dataclass(frozen=True)
class Common:
    """What all shards of a training see.

    Attributes:
        gradients: of each shard [W]; the first becomes their sum, which `adam` goes by.
        order_P: the boards of the update in the order of the epoch, shuffled.
        advice_PA: None for a run without a teacher.
    """

    rollout: Rollout
    adam: FlatAdam
    gradients: Sequence[Tensor]
    order_P: I64
    advice_PA: F32 | None
    compute: Compute


class Shard:
    """A model of its own on weights that are shared, and its part of everything.

    Args:
        model: computes here; its weights and their gradient are those of `flat`.
        at: which of `count` parts this is.
    """

    def __init__(
        self, model: GameTransformer, flat: FlatParameters, common: Common, at: int, count: int
    ) -> None:
        self.model, self.flat, self.common, self.compute = model, flat, common, common.compute
        self._at, self._count = at, count
        mine = self._part(common.rollout.n_envs)
        self._games = common.rollout.part(mine.start, mine.stop)
        self.fetch()

    def fetch(self) -> None:
        """Bring what was played to a GPU; a CPU sees it where it is, always."""
        played = self.common.rollout
        arrays = {
            "boards": played.boards_SNC,
            "masks": played.masks_SNA,
            "actions": played.actions_SN,
            "log_probs": played.log_probs_SN,
            "advantages": played.advantages_SN,
            "returns": played.returns_SN,
        }
        batch_P = {name: self.compute.tensor(a).flatten(0, 1) for name, a in arrays.items()}
        if self.common.advice_PA is not None:
            batch_P["advice"] = self.compute.tensor(self.common.advice_PA)
        self.batch_P: Batch = batch_P

    def play(self, step: int) -> list[FinishedGame]:
        """Play a step; see Rollout.play."""
        self._train(False)
        return self._games.play(step, self.model, self.compute)

    def judge(self) -> None:
        """End the play; see Rollout.judge."""
        self._games.judge(self.model, self.compute)

    def learn(self, begin: int, end: int, settings: Hyperparameters, advised: bool) -> F64:
        """Leave in `flat` this shard's part of the gradient of a minibatch.

        Args:
            begin, end: the minibatch, as places in the order of the epoch.
            advised: whether a teacher gave advice on the boards.

        Returns:
            this shard's part of the means [5 + 3 + H]: loss.NUMBERS, the balancing of experts, what
            else the model adds to the loss, the teacher's advice, and each auxiliary head.
        """
        self._train(True)
        self.flat.gradient_W.zero_()
        boards = end - begin
        mine = self._part(boards)
        share = (mine.stop - mine.start) / boards
        if share == 0:  # of a minibatch of one board, the other shard's
            return np.zeros(())
        minibatch = self.compute.tensor(self.common.order_P[begin:end])
        normalise = normalisation(self.batch_P["advantages"][minibatch])
        batch = {name: tensor[minibatch[mine]] for name, tensor in self.batch_P.items()}
        if not advised:
            batch.pop("advice", None)
        batch["advantages"] = normalise(batch["advantages"])
        means: F64 = share * self._add_gradient(batch, share, settings)
        return means

    def add_up(self) -> float:
        """Add up what all shards left, in this part of the weights; the length of that."""
        part = self.common.adam.slices[self._at]
        total_W, *others = (gradient_W[part] for gradient_W in self.common.gradients)
        for gradient_W in others:
            total_W += gradient_W
        return float(total_W.norm())

    def change(self, learning_rate: float, shortened: float) -> None:
        """Change this part of the weights; see FlatAdam.step."""
        self.common.adam.step(learning_rate, shortened, self._at)

    def _part(self, length: int) -> slice:
        return slice(length * self._at // self._count, length * (self._at + 1) // self._count)

    def _train(self, training: bool) -> None:
        if self.model.training != training:  # it walks through all modules
            self.model.train(training)

    def _add_gradient(self, batch: Batch, weight: float, settings: Hyperparameters) -> F64:
        with self.compute.mixed_precision():
            logits_MA, values_M = self.model(batch["boards"].long())
        answers = (logits_MA.float(), values_M.float())
        advice = logits_MA.new_zeros((), dtype=torch.float32)
        if "advice" in batch:
            advice = advice_loss(answers[0], batch["masks"], batch["advice"])
        added = (self.model.latest_lb_loss, self.model.latest_aux_loss, advice)
        others = torch.stack([loss.to(advice.device) for loss in added])  # a 0 is on the CPU
        add = self._add_on_gpu if self.compute.on_gpu else self._add_on_cpu
        numbers = add(*answers, others, batch, weight, settings)
        heads = [float(head.loss.detach()) for head in self.model.aux_heads().values()]
        return np.array([*numbers, *others.tolist(), *heads])

    @staticmethod
    def _add_on_cpu(
        logits_MA: Tensor,
        values_M: Tensor,
        others: Tensor,
        batch: Batch,
        weight: float,
        settings: Hyperparameters,
    ) -> F64:
        d_logits_MA, d_values_M = torch.empty_like(logits_MA), torch.empty_like(values_M)
        numbers = ppo_gradient(
            logits_MA.detach().numpy(),
            values_M.detach().numpy(),
            batch["masks"].numpy(),
            batch["actions"].numpy(),
            batch["log_probs"].numpy(),
            batch["advantages"].numpy(),
            batch["returns"].numpy(),
            settings.clip_range,
            settings.value_coef,
            settings.entropy_coef,
            d_logits_MA.numpy(),
            d_values_M.numpy(),
        )
        outputs = [logits_MA, values_M]
        gradients = [d_logits_MA.mul_(weight), d_values_M.mul_(weight)]
        if others.requires_grad:
            outputs.append(others)
            gradients.append(torch.full_like(others, weight))
        torch.autograd.backward(outputs, gradients)
        return numbers

    @staticmethod
    def _add_on_gpu(
        logits_MA: Tensor,
        values_M: Tensor,
        others: Tensor,
        batch: Batch,
        weight: float,
        settings: Hyperparameters,
    ) -> F64:
        loss = ppo_loss(
            logits_MA,
            values_M,
            batch["masks"],
            batch["actions"],
            batch["log_probs"],
            batch["advantages"],
            batch["returns"],
            clip_range=settings.clip_range,
            value_coef=settings.value_coef,
            entropy_coef=settings.entropy_coef,
        )
        torch.autograd.backward(weight * (loss.total + others.sum()))
        return torch.stack(loss[1:]).cpu().double().numpy()

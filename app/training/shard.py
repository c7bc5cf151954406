"""One of the equal parts that every minibatch is cut into, so that threads can share it.

Legend: P boards of an update, M of a part of a minibatch, A = 4 actions, H auxiliary heads.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from app.models.game_transformer import GameTransformer
from app.training.compute import Compute
from app.training.flat_parameters import FlatParameters
from app.training.hyperparameters import Hyperparameters
from app.training.loss import F64, Normalisation, advice_loss, ppo_gradient, ppo_loss

Batch = Mapping[str, Tensor]
"""boards [P, 16], masks [P, A], actions, log_probs, advantages and returns [P];
advice [P, A] while a teacher gives some."""


class Shard:
    """A model of its own on weights that are shared, and a part of each minibatch.

    Args:
        model: computes here; its weights and their gradient are those of `flat`.
        compute: where, and in which precision.
    """

    def __init__(self, model: GameTransformer, flat: FlatParameters, compute: Compute) -> None:
        self.model, self.flat, self.compute = model, flat, compute

    def learn(
        self,
        batch_P: Batch,
        chosen_M: Tensor,
        normalise: Normalisation,
        share: float,
        settings: Hyperparameters,
    ) -> F64:
        """Leave the gradient of `share` times the mean loss of the chosen boards in `flat`.

        Returns:
            `share` times the means [5 + 3 + H]: loss.NUMBERS, the balancing of experts, what else
            the model adds to the loss, the teacher's advice, and each auxiliary head.
        """
        self.flat.gradient_W.zero_()
        if len(chosen_M) == 0:  # of a minibatch of one board, the other shard's
            return np.zeros(())
        batch = {name: tensor[chosen_M] for name, tensor in batch_P.items()}
        batch["advantages"] = normalise(batch["advantages"])
        return share * self._add_gradient(batch, share, settings)

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

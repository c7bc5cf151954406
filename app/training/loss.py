"""The losses of PPO as pure functions: in torch, and compiled with their gradient for the CPU.

Legend: M boards, A = 4 actions, L = 5 numbers in the order of NUMBERS.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from app.environment.jit import compiled

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

NUMBERS = ("policy", "value", "entropy", "approx_kl", "clip_fraction")

MASKED_LOGIT = -1e8  # finite, so that 0 times its log-probability is 0 and not NaN


class PPOLoss(NamedTuple):
    """The parts of one minibatch's loss; scalars. Only `total` is differentiated.

    `approx_kl` is the mean of (ratio - 1) - log(ratio), which is never negative (Schulman 2020,
    "Approximating KL divergence").
    """

    total: Tensor
    policy: Tensor
    value: Tensor
    entropy: Tensor
    approx_kl: Tensor
    clip_fraction: Tensor


def masked_log_probs(logits_MA: Tensor, masks_MA: Tensor) -> Tensor:
    """Log-probabilities [M, A] over the legal actions alone."""
    return logits_MA.masked_fill(~masks_MA, MASKED_LOGIT).log_softmax(-1)


def ppo_loss(
    logits_MA: Tensor,
    values_M: Tensor,
    masks_MA: Tensor,
    actions_M: Tensor,
    old_log_probs_M: Tensor,
    advantages_M: Tensor,
    returns_M: Tensor,
    *,
    clip_range: float,
    value_coef: float,
    entropy_coef: float,
) -> PPOLoss:
    """Clipped policy loss, squared error of the critic, entropy over legal actions.

    Args:
        advantages_M: normalised.
        returns_M: what the critic should have said.
    """
    log_probs_MA = masked_log_probs(logits_MA, masks_MA)
    log_probs_M = log_probs_MA.gather(1, actions_M[:, None])[:, 0]
    log_ratio_M = log_probs_M - old_log_probs_M
    ratio_M = log_ratio_M.exp()
    clipped_M = ratio_M.clamp(1 - clip_range, 1 + clip_range)
    policy = -torch.minimum(ratio_M * advantages_M, clipped_M * advantages_M).mean()
    value = 0.5 * (values_M - returns_M).square().mean()
    entropy = -(log_probs_MA.exp() * log_probs_MA).sum(-1).mean()
    total = policy + value_coef * value - entropy_coef * entropy
    with torch.no_grad():
        approx_kl = (ratio_M - 1 - log_ratio_M).mean()
        clip_fraction = ((ratio_M - 1).abs() > clip_range).float().mean()
    return PPOLoss(
        total, policy.detach(), value.detach(), entropy.detach(), approx_kl, clip_fraction
    )


def advice_loss(logits_MA: Tensor, masks_MA: Tensor, advice_MA: Tensor) -> Tensor:
    """Cross-entropy of the policy to a teacher's advice, whose sum over the moves is its weight.

    Schmitt et al. 2018, "Kickstarting deep reinforcement learning", equation 4.
    """
    return -(advice_MA * masked_log_probs(logits_MA, masks_MA)).sum(-1).mean()


class Normalisation(NamedTuple):
    """What makes a minibatch's advantages have mean 0 and deviation 1; a single one becomes 0."""

    mean: float
    deviation: float

    def __call__(self, advantages_M: Tensor) -> Tensor:
        """Advantages of the minibatch, or of a part of it."""
        return (advantages_M - self.mean) / (self.deviation + 1e-8)


def normalisation(advantages_M: Tensor) -> Normalisation:
    """Of a whole minibatch, so that its parts are scaled as one."""
    deviation, mean = torch.std_mean(advantages_M, correction=0)
    return Normalisation(float(mean), float(deviation))


@compiled
def ppo_gradient(
    logits_MA: F32,
    values_M: F32,
    masks_MA: Bool,
    actions_M: I64,
    old_log_probs_M: F32,
    advantages_M: F32,
    returns_M: F32,
    clip_range: float,
    value_coef: float,
    entropy_coef: float,
    logits_gradient_MA: F32,
    values_gradient_M: F32,
) -> F64:
    """Means [L] of what ppo_loss tells, with the gradient of its total written where asked.

    One pass instead of some eighty torch operations, which for a small network were a third of the
    time. With p = softmax(logits) over legal actions: d log p_a / d logit_j = [j = a] - p_j and
    d entropy / d logit_j = -p_j (log p_j + entropy).
    """
    count = len(values_M)
    sums = np.zeros(5)
    log_p = np.empty(4)
    for board in range(count):
        top, total = -np.inf, 0.0
        for action in range(4):
            if masks_MA[board, action]:
                top = max(top, np.float64(logits_MA[board, action]))
        for action in range(4):
            if masks_MA[board, action]:
                total += np.exp(logits_MA[board, action] - top)
        entropy = 0.0
        for action in range(4):
            log_p[action] = logits_MA[board, action] - top - np.log(total)
            if masks_MA[board, action]:
                entropy -= np.exp(log_p[action]) * log_p[action]

        played, advantage = actions_M[board], np.float64(advantages_M[board])
        log_ratio = log_p[played] - old_log_probs_M[board]
        ratio = np.exp(log_ratio)
        clipped = min(max(ratio, 1 - clip_range), 1 + clip_range) * advantage
        error = np.float64(values_M[board]) - returns_M[board]
        sums[0] -= min(ratio * advantage, clipped)
        sums[1] += 0.5 * error * error
        sums[2] += entropy
        sums[3] += ratio - 1 - log_ratio
        sums[4] += abs(ratio - 1) > clip_range

        push = -advantage * ratio if ratio * advantage <= clipped else 0.0
        for action in range(4):
            slope = 0.0
            if masks_MA[board, action]:
                p = np.exp(log_p[action])
                slope = push * ((action == played) - p)
                slope += entropy_coef * p * (log_p[action] + entropy)
            logits_gradient_MA[board, action] = slope / count
        values_gradient_M[board] = value_coef * error / count
    return sums / count

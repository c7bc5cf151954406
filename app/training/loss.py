"""The losses of PPO as pure functions. Legend: M boards of a minibatch, A = 4 actions."""

from typing import NamedTuple

import torch
from torch import Tensor

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
        advantages_M: normalised here to mean 0 and deviation 1.
        returns_M: what the critic should have said.
    """
    log_probs_MA = masked_log_probs(logits_MA, masks_MA)
    log_probs_M = log_probs_MA.gather(1, actions_M[:, None])[:, 0]
    log_ratio_M = log_probs_M - old_log_probs_M
    ratio_M = log_ratio_M.exp()
    clipped_M = ratio_M.clamp(1 - clip_range, 1 + clip_range)
    advantages_M = normalised(advantages_M)
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


def normalised(advantages_M: Tensor) -> Tensor:
    """Mean 0, deviation 1; a single number becomes 0."""
    centred_M = advantages_M - advantages_M.mean()
    return centred_M / (centred_M.square().mean().sqrt() + 1e-8)

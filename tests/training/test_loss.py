import math

import numpy as np
import pytest
import torch

from app.training.loss import masked_log_probs, normalisation, ppo_gradient, ppo_loss
from app.training.rollout import sample_actions

COEFS = {"clip_range": 0.2, "value_coef": 0.5, "entropy_coef": 0.01}


def test_illegal_actions_have_no_probability_and_no_nan() -> None:
    logits = torch.randn(5, 4, requires_grad=True)
    masks = torch.tensor([[1, 1, 1, 1], [1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1], [1, 1, 0, 1]]) > 0
    log_probs = masked_log_probs(logits, masks)
    assert (log_probs.exp()[~masks] == 0).all()
    torch.testing.assert_close(log_probs.exp().sum(-1), torch.ones(5))
    loss = ppo_loss(
        logits,
        torch.zeros(5),
        masks,
        torch.tensor([0, 0, 1, 3, 3]),
        log_probs.gather(1, torch.tensor([[0], [0], [1], [3], [3]]))[:, 0].detach(),
        torch.randn(5),
        torch.zeros(5),
        **COEFS,
    )
    assert math.isfinite(loss.total.item())
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad[~masks] == 0).all()


def test_it_is_the_slow_one() -> None:
    torch.manual_seed(1)
    logits, values, returns, advantages = (
        torch.randn(6, 4), torch.randn(6), torch.randn(6), torch.randn(6)
    )  # fmt: skip
    masks = torch.ones(6, 4, dtype=torch.bool)
    masks[2, 1] = masks[4, 0] = False
    actions = torch.tensor([0, 1, 2, 3, 1, 2])
    old = torch.log(torch.tensor([0.1, 0.5, 0.2, 0.3, 0.9, 0.05]))
    loss = ppo_loss(
        logits, values, masks, actions, old, normalisation(advantages)(advantages), returns, **COEFS
    )

    spread = math.sqrt(sum((a - advantages.mean()).item() ** 2 for a in advantages) / 6)
    policy, entropy, value = 0.0, 0.0, 0.0
    for i in range(6):
        weights = [math.exp(logits[i, a].item()) if masks[i, a] else 0.0 for a in range(4)]
        probabilities = [w / sum(weights) for w in weights]
        ratio = probabilities[int(actions[i])] / math.exp(old[i].item())
        clipped = min(max(ratio, 0.8), 1.2)
        advantage = (advantages[i] - advantages.mean()).item() / spread
        policy -= min(ratio * advantage, clipped * advantage) / 6
        entropy -= sum(p * math.log(p) for p in probabilities if p) / 6
        value += 0.5 * (values[i] - returns[i]).item() ** 2 / 6
    assert loss.policy.item() == pytest.approx(policy, abs=1e-5)
    assert loss.entropy.item() == pytest.approx(entropy, abs=1e-5)
    assert loss.value.item() == pytest.approx(value, abs=1e-5)
    assert loss.total.item() == pytest.approx(policy + 0.5 * value - 0.01 * entropy, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_compiled_loss_and_gradient_are_those_of_torch(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    boards = 200
    logits = (3 * torch.randn(boards, 4, generator=generator)).requires_grad_()
    values = torch.randn(boards, generator=generator).requires_grad_()
    masks = torch.rand(boards, 4, generator=generator) < 0.7
    actions = torch.randint(4, (boards,), generator=generator)
    masks[torch.arange(boards), actions] = True
    rest = (
        masked_log_probs(logits.detach(), masks).gather(1, actions[:, None])[:, 0]
        + 0.3 * torch.randn(boards, generator=generator),
        torch.randn(boards, generator=generator),
        torch.randn(boards, generator=generator),
    )
    loss = ppo_loss(logits, values, masks, actions, *rest, **COEFS)
    loss.total.backward()  # type: ignore[no-untyped-call]
    d_logits, d_values = np.empty((boards, 4), np.float32), np.empty(boards, np.float32)
    numbers = ppo_gradient(
        logits.detach().numpy(), values.detach().numpy(), masks.numpy(), actions.numpy(),
        *(tensor.numpy() for tensor in rest), 0.2, 0.5, 0.01, d_logits, d_values,
    )  # fmt: skip
    np.testing.assert_allclose(numbers, [float(part) for part in loss[1:]], atol=1e-5)
    assert logits.grad is not None
    assert values.grad is not None
    np.testing.assert_allclose(d_logits, logits.grad.numpy(), atol=1e-7)
    np.testing.assert_allclose(d_values, values.grad.numpy(), atol=1e-7)


def test_a_single_advantage_does_not_divide_by_zero() -> None:
    assert normalisation(torch.tensor([3.0]))(torch.tensor([3.0])).tolist() == [0.0]


def test_sampled_actions_follow_the_masked_softmax() -> None:
    count = 40_000
    logits = np.tile(np.array([0.0, 1.0, 2.0, -1.0], np.float32), (count, 1))
    masks = np.tile(np.array([True, False, True, True]), (count, 1))
    draws = np.random.default_rng(0).random(count)
    actions, log_probs = np.zeros(count, np.int64), np.zeros(count, np.float32)
    sample_actions(logits, masks, draws, actions, log_probs)
    expected = masked_log_probs(torch.from_numpy(logits[:1]), torch.from_numpy(masks[:1]))[0]
    shares = np.bincount(actions, minlength=4) / count
    np.testing.assert_allclose(shares, expected.exp().numpy(), atol=0.01)
    np.testing.assert_allclose(log_probs, expected.numpy()[actions], atol=1e-5)


@pytest.mark.parametrize("draw", [0.0, 0.5, 1.0 - 2**-53])
def test_extreme_logits_and_draws_stay_legal(draw: float) -> None:
    logits = np.array([[300.0, -300.0, 0.0, 1e30]], np.float32)
    masks = np.array([[False, True, True, False]])
    actions, log_probs = np.zeros(1, np.int64), np.zeros(1, np.float32)
    sample_actions(logits, masks, np.array([draw]), actions, log_probs)
    assert masks[0, actions[0]]
    assert math.isfinite(log_probs[0])


def test_kl_and_clipping_of_a_policy_that_moved() -> None:
    logits, masks = torch.zeros(2, 4), torch.ones(2, 4, dtype=torch.bool)
    actions = torch.tensor([0, 1])
    old = torch.log(torch.tensor([0.25, 0.5]))  # ratios 1 and 0.5
    loss = ppo_loss(
        logits, torch.zeros(2), masks, actions, old, torch.ones(2), torch.zeros(2), **COEFS
    )
    assert loss.clip_fraction.item() == 0.5
    assert loss.approx_kl.item() == pytest.approx((0.5 - 1 - math.log(0.5)) / 2)

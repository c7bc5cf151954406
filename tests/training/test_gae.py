import numpy as np
import pytest

from app.training.gae import explained_variance, generalised_advantages


def slow_advantage(
    step: int,
    rewards: list[float],
    values: list[float],
    terminated: list[bool],
    truncated: list[bool],
    final_values: list[float],
    next_value: float,
    gamma: float,
    lam: float,
) -> float:
    """The definition: the sum of discounted surprises until the game or the rollout ends."""
    total, weight = 0.0, 1.0
    for t in range(step, len(rewards)):
        if terminated[t]:
            following = 0.0
        elif truncated[t]:
            following = final_values[t]
        else:
            following = values[t + 1] if t + 1 < len(values) else next_value
        total += weight * (rewards[t] + gamma * following - values[t])
        if terminated[t] or truncated[t]:
            break
        weight *= gamma * lam
    return total


@pytest.mark.parametrize(("gamma", "lam"), [(0.99, 0.95), (1.0, 1.0), (0.9, 0.0), (0.0, 0.5)])
def test_it_is_the_slow_one(gamma: float, lam: float) -> None:
    draws = np.random.default_rng(0)
    steps, games = 40, 7
    rewards, values, final = draws.normal(size=(3, steps, games)).astype(np.float32)
    terminated = draws.random((steps, games)) < 0.1
    truncated = ~terminated & (draws.random((steps, games)) < 0.1)
    next_values = draws.normal(size=games).astype(np.float32)
    advantages = generalised_advantages(
        rewards, values, terminated, truncated, final, next_values, gamma, lam
    )
    for game in range(games):
        for step in range(steps):
            expected = slow_advantage(
                step,
                rewards[:, game].tolist(),
                values[:, game].tolist(),
                terminated[:, game].tolist(),
                truncated[:, game].tolist(),
                final[:, game].tolist(),
                float(next_values[game]),
                gamma,
                lam,
            )
            assert advantages[step, game] == pytest.approx(expected, abs=1e-4)


def test_terminated_and_truncated_differ_by_what_was_still_to_come() -> None:
    zero = np.zeros((1, 1), np.float32)
    yes, no = np.ones((1, 1), np.bool_), np.zeros((1, 1), np.bool_)
    final, after = np.full((1, 1), 5.0, np.float32), np.full(1, 9.0, np.float32)
    ended = generalised_advantages(zero, zero, yes, no, final, after, 0.5, 1.0)
    cut_off = generalised_advantages(zero, zero, no, yes, final, after, 0.5, 1.0)
    going_on = generalised_advantages(zero, zero, no, no, final, after, 0.5, 1.0)
    assert (ended.item(), cut_off.item(), going_on.item()) == (0.0, 2.5, 4.5)


def test_explained_variance_of_good_and_useless_critics() -> None:
    returns = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    assert explained_variance(returns + 5, returns.ravel()) == pytest.approx(1.0)
    assert explained_variance(np.zeros_like(returns), returns.ravel()) == pytest.approx(0.0)
    assert explained_variance(-returns, returns.ravel()) == pytest.approx(-3.0)
    assert explained_variance(returns, np.ones(4, np.float32)) is None

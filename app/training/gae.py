"""Generalised advantage estimation, once. Legend: S steps of an update, N games."""

import numpy as np
import numpy.typing as npt

from app.environment.jit import compiled

F32 = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]


def generalised_advantages(
    rewards_SN: F32,
    values_SN: F32,
    terminated_SN: Bool,
    truncated_SN: Bool,
    final_values_SN: F32,
    next_values_N: F32,
    gamma: float,
    gae_lambda: float,
) -> F32:
    """Advantages [S, N]; add the values to get what the critic should have said.

    Games restart in the step that ends them, so row s + 1 may belong to another game. After a
    terminated game nothing more is to come; a truncated one would have gone on, so the critic's
    word on its last board stands for the rest.

    Args:
        rewards_SN: reward of the step, as the learner sees it.
        values_SN: the critic on the board before the step.
        terminated_SN: the step ended its game.
        truncated_SN: the step limit cut the game off.
        final_values_SN: the critic on the last board of truncated games; elsewhere unused.
        next_values_N: the critic on the boards after the last step.
        gamma: discount per step, 0 to 1.
        gae_lambda: 0 trusts the critic, 1 the rewards.
    """
    advantages_SN = np.empty_like(rewards_SN)
    _scan_backwards(
        rewards_SN, values_SN, terminated_SN, truncated_SN, final_values_SN, next_values_N,
        gamma, gae_lambda, advantages_SN,
    )  # fmt: skip
    return advantages_SN


def explained_variance(values: F32, returns: F32) -> float | None:
    """1 - Var(returns - values) / Var(returns), over boards in any equal order of both.

    1 is a perfect critic, 0 one that says the same of every board; None where returns are equal.
    """
    spread = float(returns.var())
    if spread == 0.0:
        return None
    return 1.0 - float((returns.ravel() - values.ravel()).var()) / spread


@compiled
def _scan_backwards(
    rewards: F32,
    values: F32,
    terminated: Bool,
    truncated: Bool,
    final_values: F32,
    next_values: F32,
    gamma: float,
    gae_lambda: float,
    advantages: F32,
) -> None:
    steps, games = rewards.shape
    for game in range(games):
        following, carried = np.float64(next_values[game]), np.float64(0.0)
        for step in range(steps - 1, -1, -1):
            if terminated[step, game]:
                following, carried = np.float64(0.0), np.float64(0.0)
            elif truncated[step, game]:
                following, carried = np.float64(final_values[step, game]), np.float64(0.0)
            surprise = rewards[step, game] + gamma * following - values[step, game]
            carried = surprise + gamma * gae_lambda * carried
            advantages[step, game] = carried
            following = np.float64(values[step, game])

"""What was learnt, as a search asks it. Legend: N boards, A 4 actions, 16 cells."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.environment.board import I64, U8
from app.environment.rewards import learnt_reward
from app.play.network import F32, Network

PRIOR_WEIGHT = 0.5
"""Of the policy's logits, in units of reward. Measured on the MLP template after 80 s of PPO, depth
1: 0 gives 0.90 times the greedy score, 0.1 1.35, 0.5 1.68, 1 1.45, 2 1.09."""
_UNIT = 0.1  # the reward scale with which that was measured


@dataclass(frozen=True)
class ActorCritic:
    """The two heads of a network that was trained with PPO.

    The value head predicts, from a position on, the discounted sum of the run's rewards, which is
    the unit of everything here.

    Args:
        network: of the run.
        discount: the run's gamma.
        reward_scale: the run's.
        reward: the run's kind of it.
        prior_weight: how much the policy counts beside the value.
    """

    network: Network
    discount: float
    reward_scale: float
    reward: str = "log2"
    prior_weight: float = PRIOR_WEIGHT
    kind: Literal["position"] = "position"

    def rewards(self, merged: I64) -> F32:
        """What the run was rewarded with for moves that merged so much."""
        rewards: F32 = learnt_reward(self.reward, merged) * np.float32(self.reward_scale)
        return rewards

    def values(self, boards_NC: U8) -> F32:
        """What the value head says [N]."""
        return self.network.evaluate(boards_NC)[1]

    def preferences(self, positions_PC: U8) -> F32 | None:
        """The policy's logits [P, A], weighted: log-probabilities up to a constant per board."""
        if self.prior_weight == 0:
            return None
        weight = self.prior_weight * self.reward_scale / _UNIT
        return np.float32(weight) * self.network.evaluate(positions_PC)[0]


@dataclass(frozen=True)
class AfterstateCritic:
    """A network that was trained on what boards after a move are worth, in thousands of points."""

    network: Network
    kind: Literal["afterstate"] = "afterstate"
    discount: float = 1.0

    def rewards(self, merged: I64) -> F32:
        """Thousands of points."""
        rewards: F32 = merged.astype(np.float32) / np.float32(1000)
        return rewards

    def values(self, boards_NC: U8) -> F32:
        """What the network says [N]."""
        return self.network.afterstate_values(boards_NC)

    def preferences(self, _positions_PC: U8) -> F32 | None:
        """None: the policy is nothing but these values."""
        return None

"""Playing: N games for S steps with the current policy. Legend: A = 4 actions, 16 cells."""

import copy
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from app.environment.board import (
    ACTIONS,
    CELLS,
    F64,
    I64,
    U8,
    U64,
    Bool,
    fill_uniform,
    seed_states,
)
from app.environment.games import Games
from app.environment.jit import compiled
from app.environment.rewards import learnt_reward
from app.models.game_transformer import GameTransformer
from app.training.compute import ON_CPU, Compute
from app.training.gae import generalised_advantages
from app.training.guard import NonFiniteError
from app.training.shared_memory import shared_zeros

F32 = npt.NDArray[np.float32]


class FinishedGame(NamedTuple):
    """A game that was played to its end."""

    score: int
    max_exponent: int
    steps: int


class Rollout:
    """The games of a training and the buffers that one update plays into, all in shared memory.

    Args:
        n_envs: N.
        n_steps: S.
        seed: gives every game its own series; the draws of the policy come from another one.
        reward_scale: factor on the reward.
        reward: its kind, see environment/rewards.py.
        max_game_steps: truncate games after this many steps; 0 plays them to the end.
    """

    def __init__(
        self,
        n_envs: int,
        n_steps: int,
        seed: int,
        reward_scale: float,
        reward: str = "log2",
        max_game_steps: int = 0,
    ) -> None:
        self.n_envs, self.n_steps = n_envs, n_steps
        self.reward, self.reward_scale = reward, reward_scale
        self.games = Games(n_envs, max_steps=max_game_steps, zeros=shared_zeros)
        seeds = np.random.default_rng(seed).integers(2**63, size=2 * n_envs).astype(np.uint64)
        self.games.seed(seeds[:n_envs])
        self.draw_states_N: U64 = shared_zeros(n_envs, np.uint64)
        seed_states(self.draw_states_N, seeds[n_envs:])
        self.games.start()
        shape = (n_steps, n_envs)
        self.boards_SNC: U8 = shared_zeros((*shape, CELLS), np.uint8)
        self.masks_SNA: Bool = shared_zeros((*shape, ACTIONS), np.bool_)
        self.actions_SN: I64 = shared_zeros(shape, np.int64)
        self.log_probs_SN: F32 = shared_zeros(shape)
        self.values_SN: F32 = shared_zeros(shape)
        self.rewards_SN: F32 = shared_zeros(shape)
        self.terminated_SN: Bool = shared_zeros(shape, np.bool_)
        self.truncated_SN: Bool = shared_zeros(shape, np.bool_)
        self.final_values_SN: F32 = shared_zeros(shape)
        self.next_values_N: F32 = shared_zeros(n_envs)
        self.advantages_SN: F32 = shared_zeros(shape)
        self.returns_SN: F32 = shared_zeros(shape)
        self._draws_N: F64 = np.zeros(n_envs, np.float64)

    def part(self, begin: int, end: int) -> "Rollout":
        """The games from begin to before end, which play into their columns of the buffers.

        Parts that do not overlap may play at the same time, each in its own process.
        """
        part, games = copy.copy(self), slice(begin, end)
        part.n_envs = end - begin
        part.games = self.games.part(begin, end)
        for name, array in vars(self).items():
            if isinstance(array, np.ndarray):
                setattr(part, name, array[games] if name.endswith("_N") else array[:, games])
        return part

    @torch.inference_mode()
    def play(
        self, step: int, model: GameTransformer, compute: Compute = ON_CPU
    ) -> list[FinishedGame]:
        """Play one step of every game into row `step`, and tell of the games that ended.

        Args:
            model: in evaluation mode.
            compute: where the model is.

        Raises:
            NonFiniteError: the model answered with NaN or an infinity.
        """
        if self.n_envs == 0:  # of a single game, the other part's
            return []
        games = self.games.arrays
        self.boards_SNC[step] = games.boards
        self.masks_SNA[step] = games.masks
        logits_NA, self.values_SN[step] = evaluate(model, games.boards, compute)
        fill_uniform(self.draw_states_N, self._draws_N)
        sample_actions(
            logits_NA,
            games.masks,
            self._draws_N,
            self.actions_SN[step],
            self.log_probs_SN[step],
        )
        after = self.games.step(self.actions_SN[step])
        self.rewards_SN[step] = self.reward_scale * learnt_reward(self.reward, after.rewards)
        self.terminated_SN[step] = after.terminated
        self.truncated_SN[step] = after.truncated
        if after.truncated.any():
            _, self.final_values_SN[step] = evaluate(model, after.final_boards, compute)
        return [
            FinishedGame(
                score=int(after.final_scores[game]),
                max_exponent=int(after.final_boards[game].max()),
                steps=int(after.final_steps[game]),
            )
            for game in np.flatnonzero(after.terminated)
        ]

    @torch.inference_mode()
    def judge(self, model: GameTransformer, compute: Compute = ON_CPU) -> None:
        """Ask the critic for the boards after the last step, as `play` asks."""
        if self.n_envs > 0:
            _, self.next_values_N[:] = evaluate(model, self.games.arrays.boards, compute)

    def estimate(self, gamma: float, gae_lambda: float) -> None:
        """Advantages of what was played, and returns: what the critic should have said."""
        self.advantages_SN[:] = generalised_advantages(
            self.rewards_SN,
            self.values_SN,
            self.terminated_SN,
            self.truncated_SN,
            self.final_values_SN,
            self.next_values_N,
            gamma,
            gae_lambda,
        )
        np.add(self.advantages_SN, self.values_SN, out=self.returns_SN)


def evaluate(model: GameTransformer, boards_NC: U8, compute: Compute = ON_CPU) -> tuple[F32, F32]:
    """Policy logits [N, A] and values [N] of boards.

    Raises:
        NonFiniteError: one of them is NaN or infinite.
    """
    with compute.mixed_precision():
        logits, values = model(compute.tensor(boards_NC).long())
    logits_NA, values_N = logits.float().cpu().numpy(), values.float().cpu().numpy()
    if not np.isfinite(logits_NA).all():
        raise NonFiniteError("policy_logits")
    if not np.isfinite(values_N).all():
        raise NonFiniteError("value")
    return logits_NA, values_N


@compiled
def sample_actions(
    logits_NA: F32, masks_NA: Bool, draws_N: F64, actions_N: I64, log_probs_N: F32
) -> None:
    """Draw one legal action per game from softmax(logits), and its log-probability.

    Args:
        draws_N: one number from [0, 1) per game decides.
        actions_N: written.
        log_probs_N: written.
    """
    weights = np.empty(ACTIONS)
    for game in range(len(draws_N)):
        top = -np.inf
        for action in range(ACTIONS):
            if masks_NA[game, action] and logits_NA[game, action] > top:
                top = np.float64(logits_NA[game, action])
        total = 0.0
        for action in range(ACTIONS):
            legal = masks_NA[game, action]
            weights[action] = np.exp(logits_NA[game, action] - top) if legal else 0.0
            total += weights[action]
        remaining = draws_N[game] * total
        chosen = -1
        for action in range(ACTIONS):
            if weights[action] > 0.0:
                chosen = action
                if remaining < weights[action]:
                    break
                remaining -= weights[action]
        actions_N[game] = chosen
        log_probs_N[game] = np.log(weights[chosen] / total)

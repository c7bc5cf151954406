"""Expectimax over a learned value: look a few moves ahead before choosing one.

A search trusts the value of boards that training never reached, and those it overrates are the
ones it then plays to. So what the learned policy thinks of a move counts too: the move is taken
that is best in value + weight * log(policy), at the root and on the way.

Legend: N boards, P positions (before a move), Q afterstates (after it, before the tile), A 4
actions, 16 cells.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from app.environment.board import ACTIONS, CELLS, I64, U8, Bool
from app.play.games import Policy
from app.play.network import F32
from app.play.policies import best_legal
from app.play.tree import (
    action_values,
    all_moves,
    all_placements,
    can_move,
    expected_values,
    likely,
    surprise,
    unique_boards,
)

MOST_DEPTH = 8
USUAL_DEPTHS = (1, 2, 3)  # that commands offer


class Learned(Protocol):
    """What a search asks of what was learnt."""

    @property
    def kind(self) -> Literal["position", "afterstate"]:
        """Whether values are of positions or of afterstates."""
        ...

    @property
    def discount(self) -> float:
        """Factor on the value of what follows on a move."""
        ...

    def rewards(self, merged: I64) -> F32:
        """The reward of moves that merged tiles of this sum, in the unit of the values."""
        ...

    def values(self, boards_NC: U8) -> F32:
        """Values [N] of boards uint8 [N, 16]; a position without a move is never asked."""
        ...

    def preferences(self, positions_PC: U8) -> F32 | None:
        """What is added to the values [P, A] of moves to choose one, for illegal ones anything.

        None where nothing but the values was learnt.
        """
        ...


@dataclass(frozen=True)
class SearchLimits:
    """How much of the tree is looked at.

    A search goes on while the new tiles on the way have at least `least_chance` together: further
    where few cells are empty, less far where many are. What is less likely is judged as it lies;
    0 is exact, but for `few_cells`.

    Raises:
        ValueError: a number is out of its bounds.
    """

    depth: int = 2  # own moves
    least_chance: float = 0.0
    few_cells: int = CELLS  # of an unlikely afterstate, where values are of positions
    games_at_once: int = 64  # bounds the memory

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= MOST_DEPTH:
            raise ValueError(f"depth must be from 1 to {MOST_DEPTH}, not {self.depth}")
        if not 0 <= self.least_chance < 1:
            raise ValueError(f"least_chance must be from 0 to below 1, not {self.least_chance}")
        if not 1 <= self.few_cells <= CELLS:
            raise ValueError(f"few_cells must be from 1 to {CELLS}, not {self.few_cells}")

    @property
    def most_surprise(self) -> int:
        """Of the new tiles on the way; see tree.py."""
        return surprise(self.least_chance)


def usual_limits(depth: int) -> SearchLimits:
    """What commands use: depth 3 goes on to 5 moves where few cells are empty.

    Raises:
        ValueError: depth is not among USUAL_DEPTHS.
    """
    if depth not in USUAL_DEPTHS:
        raise ValueError(f"depth must be one of {USUAL_DEPTHS}, not {depth}")
    if depth < USUAL_DEPTHS[-1]:
        return SearchLimits(depth=depth, least_chance=0.005, few_cells=4)
    return SearchLimits(depth=5, least_chance=0.01, few_cells=4)


def search_policy(learned: Learned, limits: SearchLimits) -> Policy:
    """The best legal move after looking `limits.depth` own moves ahead."""

    def choose(boards: U8, masks: Bool) -> I64:
        return best_legal(search(learned, limits, boards), masks)

    return choose


def search(learned: Learned, limits: SearchLimits, boards_NC: U8) -> F32:
    """How good every move [N, A] of boards uint8 [N, 16] is; -inf where it is illegal.

    The unit is that of the learned values, with the policy's preferences added.
    """
    parts = []
    for start in range(0, len(boards_NC), limits.games_at_once):
        roots, rows = unique_boards(boards_NC[start : start + limits.games_at_once])
        values = _move_values(learned, limits, roots, np.zeros(len(roots), np.int64), depth=1)
        parts.append((values + _preferences(learned, roots))[rows])
    return np.concatenate(parts)


def _move_values(
    learned: Learned, limits: SearchLimits, positions_PC: U8, surprise_P: I64, depth: int
) -> F32:
    """Values [P, A] of every move of positions; `depth` is that of these moves, 1 at the root."""
    moves = all_moves(positions_PC, surprise_P)
    values_Q = np.empty(len(moves.boards_QC), np.float32)
    beyond_Q = np.ones(len(moves.boards_QC), np.bool_)
    if learned.kind == "afterstate":
        beyond_Q = likely(moves.boards_QC, moves.surprise_Q, limits.most_surprise)
        beyond_Q &= depth < limits.depth
        values_Q[~beyond_Q] = _judged(learned, moves.boards_QC[~beyond_Q])
    if beyond_Q.any():
        placements = all_placements(
            moves.boards_QC[beyond_Q],
            moves.surprise_Q[beyond_Q],
            most_surprise=limits.most_surprise,
            few_cells=limits.few_cells,
        )
        values_P = _position_values(
            learned, limits, placements.boards_PC, placements.surprise_P, depth
        )
        values_Q[beyond_Q] = expected_values(
            placements.first_Q, placements.position_K, placements.chance_K, values_P
        )
    rewards_PA = learned.rewards(moves.merged_PA)
    return action_values(moves.afterstate_PA, rewards_PA, learned.discount, values_Q)


def _position_values(
    learned: Learned, limits: SearchLimits, positions_PC: U8, surprise_P: I64, depth: int
) -> F32:
    """Values [P] of the positions after `depth` moves; 0 where no move is left."""
    values_P = np.zeros(len(positions_PC), np.float32)
    moves_P = can_move(positions_PC)
    if learned.kind == "position":
        beyond_P = moves_P & (surprise_P <= limits.most_surprise) & (depth < limits.depth)
        judged_P = moves_P & ~beyond_P
        values_P[judged_P] = _judged(learned, positions_PC[judged_P])
        moves_P = beyond_P
    if moves_P.any():
        moving_PC = positions_PC[moves_P]
        values_PA = _move_values(learned, limits, moving_PC, surprise_P[moves_P], depth + 1)
        chosen_P1 = (values_PA + _preferences(learned, moving_PC)).argmax(axis=1)[:, None]
        values_P[moves_P] = np.take_along_axis(values_PA, chosen_P1, axis=1)[:, 0]
    return values_P


def _judged(learned: Learned, boards_NC: U8) -> F32:
    """What was learnt of boards [N], each asked once."""
    if len(boards_NC) == 0:
        return np.zeros(0, np.float32)
    unique_UC, rows_N = unique_boards(boards_NC)
    values_N: F32 = learned.values(unique_UC)[rows_N]
    return values_N


def _preferences(learned: Learned, positions_PC: U8) -> F32:
    preferences_PA = learned.preferences(positions_PC)
    if preferences_PA is None:
        return np.zeros((len(positions_PC), ACTIONS), np.float32)
    return preferences_PA

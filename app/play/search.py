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
    unique_boards,
)

MOST_DEPTH = 3


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

    The first chance level is exact. The deeper ones are approximated: every new tile is a 2, and
    of more than `deep_cells` empty cells so many are taken that a hash of the board chooses.

    Raises:
        ValueError: a number is out of its bounds.
    """

    depth: int = 2  # own moves, 1 to 3
    deep_cells: int = CELLS
    games_at_once: int = 64  # bounds the memory

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= MOST_DEPTH:
            raise ValueError(f"depth must be from 1 to {MOST_DEPTH}, not {self.depth}")
        if not 1 <= self.deep_cells <= CELLS:
            raise ValueError(f"deep_cells must be from 1 to {CELLS}, not {self.deep_cells}")


def usual_limits(depth: int) -> SearchLimits:
    """What commands use: of the deeper chance levels of a search three moves deep, four cells.

    So a move costs about 1,600 leaves (measured on the MLP template in mid-game play), where two
    moves deep with all cells cost 300.
    """
    return SearchLimits(depth=depth, deep_cells=4 if depth == MOST_DEPTH else CELLS)


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
        values = _move_values(learned, limits, roots, depth=1)
        parts.append((values + _preferences(learned, roots))[rows])
    return np.concatenate(parts)


def _move_values(learned: Learned, limits: SearchLimits, positions_PC: U8, depth: int) -> F32:
    """Values [P, A] of every move of positions; `depth` is that of these moves, 1 at the root."""
    moves = all_moves(positions_PC)
    if depth == limits.depth and learned.kind == "afterstate":
        values_Q = learned.values(moves.boards_QC)
    else:
        first = depth == 1
        placements = all_placements(
            moves.boards_QC, most_cells=CELLS if first else limits.deep_cells, fours=first
        )
        values_Q = expected_values(
            placements.first_Q,
            placements.position_K,
            placements.chance_K,
            _position_values(learned, limits, placements.boards_PC, depth),
        )
    rewards_PA = learned.rewards(moves.merged_PA)
    return action_values(moves.afterstate_PA, rewards_PA, learned.discount, values_Q)


def _position_values(learned: Learned, limits: SearchLimits, positions_PC: U8, depth: int) -> F32:
    """Values [P] of the positions after `depth` moves; 0 where no move is left."""
    values_P = np.zeros(len(positions_PC), np.float32)
    alive_P = can_move(positions_PC)
    living_PC = positions_PC[alive_P]
    if depth == limits.depth:
        values_P[alive_P] = learned.values(living_PC)
    elif len(living_PC):
        values_PA = _move_values(learned, limits, living_PC, depth + 1)
        chosen_P1 = (values_PA + _preferences(learned, living_PC)).argmax(axis=1)[:, None]
        values_P[alive_P] = np.take_along_axis(values_PA, chosen_P1, axis=1)[:, 0]
    return values_P


def _preferences(learned: Learned, positions_PC: U8) -> F32:
    preferences_PA = learned.preferences(positions_PC)
    if preferences_PA is None:
        return np.zeros((len(positions_PC), ACTIONS), np.float32)
    return preferences_PA

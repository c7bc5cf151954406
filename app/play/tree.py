"""The tree of a search as flat arrays: who follows from whom, of many games at once.

Legend: P positions (boards before a move), Q afterstates (after a move, before the tile),
K placements (one tile on one empty cell of an afterstate), A 4 actions, 16 cells.

Equal boards of one level are kept once, whichever games and moves lead to them.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.environment.board import (
    ACTIONS,
    CELLS,
    I64,
    TABLES,
    U8,
    U64,
    Bool,
    MoveTables,
    legal_moves,
    move_tiles,
)
from app.environment.jit import compiled

F32 = npt.NDArray[np.float32]
CHANCE_OF_FOUR = 0.1
_MIX_1 = np.uint64(0x9E3779B97F4A7C15)
_MIX_2 = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)


class Moves(NamedTuple):
    """What every legal move of P positions leads to."""

    afterstate_PA: I64  # row of boards_QC, -1 where the move is illegal
    merged_PA: I64  # sum of the merged tiles
    boards_QC: U8


class Placements(NamedTuple):
    """Which positions may follow on Q afterstates, and how likely."""

    first_Q: I64  # [Q + 1] the placements of afterstate q are first[q] to first[q + 1]
    position_K: I64  # row of boards_PC
    chance_K: F32  # sums to 1 per afterstate
    boards_PC: U8


def unique_boards(boards_NC: U8) -> tuple[U8, I64]:
    """The distinct boards in the order of their first appearance, and the row of each of N."""
    found = np.empty((len(boards_NC) + 1, CELLS), np.uint8)
    rows_N = np.empty(len(boards_NC), np.int64)
    count = _unique(boards_NC, _words(found), found, _empty_index(len(boards_NC)), rows_N)
    return found[:count], rows_N


def all_moves(positions_PC: U8) -> Moves:
    """Every legal move of every position."""
    most = ACTIONS * len(positions_PC)
    boards = np.empty((most + 1, CELLS), np.uint8)
    afterstate_PA = np.full((len(positions_PC), ACTIONS), -1, np.int64)
    merged_PA = np.zeros((len(positions_PC), ACTIONS), np.int64)
    count = _move_all(
        TABLES,
        positions_PC,
        _words(boards),
        boards,
        _empty_index(most),
        afterstate_PA,
        merged_PA,
    )
    return Moves(afterstate_PA, merged_PA, boards[:count])


def all_placements(afterstates_QC: U8, *, most_cells: int, fours: bool) -> Placements:
    """New tiles on every afterstate.

    Exact with most_cells = 16 and fours. Otherwise an approximation: of more than `most_cells`
    empty cells so many are taken that a hash of the board chooses, all as likely; and without
    `fours` every new tile is a 2.
    """
    afterstates_QC = np.ascontiguousarray(afterstates_QC)
    empty_Q = (afterstates_QC == 0).sum(axis=1)
    placed_Q = np.minimum(empty_Q, most_cells) * (2 if fours else 1)
    first_Q = np.concatenate([np.zeros(1, np.int64), np.cumsum(placed_Q)])
    most = int(first_Q[-1])
    boards = np.empty((most + 1, CELLS), np.uint8)
    position_K = np.empty(most, np.int64)
    chance_K = np.empty(most, np.float32)
    count = _place_all(
        afterstates_QC,
        _words(afterstates_QC),
        first_Q,
        most_cells,
        fours,
        _words(boards),
        boards,
        _empty_index(most),
        position_K,
        chance_K,
    )
    return Placements(first_Q, position_K, chance_K, boards[:count])


def can_move(positions_PC: U8) -> Bool:
    """Whether a position [P] has a legal move."""
    masks = np.empty((len(positions_PC), ACTIONS), np.bool_)
    _mask_all(TABLES, positions_PC, masks)
    alive: Bool = np.logical_or.reduce(masks, axis=1)
    return alive


def _words(boards: U8) -> U64:
    """The same memory as two 64-bit numbers per board."""
    words: U64 = boards.view(np.uint64)
    return words


def _empty_index(most: int) -> npt.NDArray[np.int32]:
    """An open-addressing table for so many boards, at most half full."""
    return np.full(1 << max(4, (2 * most).bit_length()), -1, np.int32)


@compiled
def _hash(low: np.uint64, high: np.uint64) -> np.uint64:
    mixed: np.uint64 = (low ^ (low >> _SHIFT)) * _MIX_1 + high
    mixed = (mixed ^ (mixed >> _SHIFT)) * _MIX_2
    return mixed ^ (mixed >> _SHIFT)


@compiled
def _row_of(words: U64, candidate: int, index: npt.NDArray[np.int32]) -> int:
    """The row of the board written at row `candidate`: an earlier equal one, or itself."""
    low, high = words[candidate, 0], words[candidate, 1]
    last = np.uint64(len(index) - 1)
    slot = _hash(low, high) & last
    while index[slot] >= 0:
        row = index[slot]
        if words[row, 0] == low and words[row, 1] == high:
            return int(row)
        slot = (slot + np.uint64(1)) & last
    index[slot] = candidate
    return candidate


@compiled
def _unique(boards_NC: U8, words: U64, found: U8, index: npt.NDArray[np.int32], rows_N: I64) -> int:
    count = 0
    for board in range(len(boards_NC)):
        found[count] = boards_NC[board]
        rows_N[board] = _row_of(words, count, index)
        count += rows_N[board] == count
    return count


@compiled
def _move_all(
    tables: MoveTables,
    positions_PC: U8,
    words: U64,
    boards: U8,
    index: npt.NDArray[np.int32],
    afterstate_PA: I64,
    merged_PA: I64,
) -> int:
    count = 0
    for position in range(len(positions_PC)):
        for action in range(ACTIONS):
            boards[count] = positions_PC[position]
            merged = move_tiles(tables, boards, count, action)
            if merged >= 0:
                row = _row_of(words, count, index)
                afterstate_PA[position, action] = row
                merged_PA[position, action] = merged
                count += row == count
    return count


@compiled
def _place_all(
    afterstates_QC: U8,
    afterstate_words: U64,
    first_Q: I64,
    most_cells: int,
    fours: bool,
    words: U64,
    boards: U8,
    index: npt.NDArray[np.int32],
    position_K: I64,
    chance_K: F32,
) -> int:
    count = 0
    for afterstate in range(len(afterstates_QC)):
        empty = 0
        for cell in range(CELLS):
            empty += afterstates_QC[afterstate, cell] == 0
        kept = min(empty, most_cells)
        bits = _hash(afterstate_words[afterstate, 0], afterstate_words[afterstate, 1])
        placement = first_Q[afterstate]
        seen, taken = 0, 0
        for cell in range(CELLS):
            if afterstates_QC[afterstate, cell] != 0:
                continue
            # Selection sampling (Knuth 3.4.2, S): exactly `kept` of the empty cells are taken.
            bits = _hash(bits, np.uint64(cell))
            if (bits % np.uint64(empty - seen)) < np.uint64(kept - taken):
                taken += 1
                for exponent in range(1, 3 if fours else 2):
                    chance = 1.0 / kept
                    if fours:
                        chance *= CHANCE_OF_FOUR if exponent == 2 else 1.0 - CHANCE_OF_FOUR
                    boards[count] = afterstates_QC[afterstate]
                    boards[count, cell] = exponent
                    row = _row_of(words, count, index)
                    position_K[placement] = row
                    chance_K[placement] = chance
                    placement += 1
                    count += row == count
            seen += 1
    return count


@compiled
def _mask_all(tables: MoveTables, positions_PC: U8, masks_PA: Bool) -> None:
    for position in range(len(positions_PC)):
        legal_moves(tables, positions_PC, position, masks_PA)


@compiled
def expected_values(first_Q: I64, position_K: I64, chance_K: F32, values_P: F32) -> F32:
    """The mean value [Q] of what follows on every afterstate; see Placements."""
    values_Q = np.zeros(len(first_Q) - 1, np.float32)
    for afterstate in range(len(values_Q)):
        total = 0.0
        for placement in range(first_Q[afterstate], first_Q[afterstate + 1]):
            total += chance_K[placement] * values_P[position_K[placement]]
        values_Q[afterstate] = total
    return values_Q


@compiled
def action_values(afterstate_PA: I64, rewards_PA: F32, discount: float, values_Q: F32) -> F32:
    """Reward plus discounted value [P, A] of every move; -inf where it is illegal."""
    values_PA = np.full(afterstate_PA.shape, -np.inf, np.float32)
    for position in range(len(afterstate_PA)):
        for action in range(ACTIONS):
            afterstate = afterstate_PA[position, action]
            if afterstate >= 0:
                following = discount * values_Q[afterstate]
                values_PA[position, action] = rewards_PA[position, action] + following
    return values_PA

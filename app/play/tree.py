"""The tree of a search as flat arrays: who follows from whom, of many games at once.

Legend: P positions (boards before a move), Q afterstates (after a move, before the tile),
K placements (one tile on one empty cell of an afterstate), A 4 actions, 16 cells.

Equal boards of one level are kept once, whichever games and moves lead to them, if the new tiles on
the way were as unlikely: their *surprise*, -log2 of their chance, is what limits a search. It is
counted in whole eighths of a bit, so that the order of the tiles does not matter.
"""

from math import log2
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
EIGHTHS = 8.0  # of a bit in a bit
_MIX_1 = np.uint64(0x9E3779B97F4A7C15)
_MIX_2 = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)


class Moves(NamedTuple):
    """What every legal move of P positions leads to."""

    afterstate_PA: I64  # row of boards_QC, -1 where the move is illegal
    merged_PA: I64  # sum of the merged tiles
    boards_QC: U8
    surprise_Q: I64


class Placements(NamedTuple):
    """Which positions may follow on Q afterstates, and how likely."""

    first_Q: I64  # [Q + 1] the placements of afterstate q are first[q] to first[q + 1]
    position_K: I64  # row of boards_PC
    chance_K: F32  # sums to 1 per afterstate
    boards_PC: U8
    surprise_P: I64


def surprise(chance: float) -> int:
    """Of something that happens with this chance; beyond every tree where it never does."""
    return round(-EIGHTHS * log2(chance)) if chance > 0 else np.iinfo(np.int64).max


SURPRISE_OF_TWO: I64 = np.array([0] + [surprise((1 - CHANCE_OF_FOUR) / n) for n in range(1, 17)])
"""Of a 2 on one of so many empty cells."""
SURPRISE_OF_FOUR: I64 = np.array([0] + [surprise(CHANCE_OF_FOUR / n) for n in range(1, 17)])


def unique_boards(boards_NC: U8) -> tuple[U8, I64]:
    """The distinct boards in the order of their first appearance, and the row of each of N."""
    found = np.empty((len(boards_NC) + 1, CELLS), np.uint8)
    rows_N = np.empty(len(boards_NC), np.int64)
    none_N = np.zeros(len(boards_NC) + 1, np.int64)
    count = _unique(boards_NC, _words(found), none_N, found, _empty_index(len(boards_NC)), rows_N)
    return found[:count], rows_N


def all_moves(positions_PC: U8, surprise_P: I64 | None = None) -> Moves:
    """Every legal move of every position; without their surprise, none was surprising."""
    most = ACTIONS * len(positions_PC)
    if surprise_P is None:
        surprise_P = np.zeros(len(positions_PC), np.int64)
    boards = np.empty((most + 1, CELLS), np.uint8)
    surprise_Q = np.empty(most + 1, np.int64)
    afterstate_PA = np.full((len(positions_PC), ACTIONS), -1, np.int64)
    merged_PA = np.zeros((len(positions_PC), ACTIONS), np.int64)
    count = _move_all(
        TABLES,
        positions_PC,
        surprise_P,
        _words(boards),
        surprise_Q,
        boards,
        _empty_index(most),
        afterstate_PA,
        merged_PA,
    )
    return Moves(afterstate_PA, merged_PA, boards[:count], surprise_Q[:count])


def likely(afterstates_QC: U8, surprise_Q: I64, most_surprise: int) -> Bool:
    """Whether a new 2 on an afterstate [Q] surprises no more than this, all in all."""
    found: Bool = surprise_Q <= most_surprise - SURPRISE_OF_TWO[_empty_cells(afterstates_QC)]
    return found


def all_placements(
    afterstates_QC: U8, surprise_Q: I64, *, most_surprise: int, few_cells: int
) -> Placements:
    """New tiles on every afterstate.

    Exact where they surprise no more than `most_surprise`. Otherwise an approximation: where only
    the 4s do, every tile is a 2; where the 2s do too, of more than `few_cells` empty cells so many
    are taken that a hash of the board chooses, all as likely.
    """
    afterstates_QC = np.ascontiguousarray(afterstates_QC)
    empty_Q = _empty_cells(afterstates_QC)
    twos_Q = surprise_Q + SURPRISE_OF_TWO[empty_Q]
    fours_Q = surprise_Q <= most_surprise - SURPRISE_OF_FOUR[empty_Q]
    cells_Q = np.where(twos_Q <= most_surprise, empty_Q, np.minimum(empty_Q, few_cells))
    first_Q = np.concatenate([np.zeros(1, np.int64), np.cumsum(cells_Q * (1 + fours_Q))])
    most = int(first_Q[-1])
    boards = np.empty((most + 1, CELLS), np.uint8)
    surprise_P = np.empty(most + 1, np.int64)
    position_K = np.empty(most, np.int64)
    chance_K = np.empty(most, np.float32)
    count = _place_all(
        afterstates_QC,
        _words(afterstates_QC),
        surprise_Q,
        first_Q,
        cells_Q,
        fours_Q,
        _words(boards),
        surprise_P,
        boards,
        _empty_index(most),
        position_K,
        chance_K,
    )
    return Placements(first_Q, position_K, chance_K, boards[:count], surprise_P[:count])


def _empty_cells(boards: U8) -> I64:
    empty: I64 = np.count_nonzero(boards == 0, axis=1)
    return empty


def can_move(positions_PC: U8) -> Bool:
    """Whether a position [P] has a legal move."""
    alive: Bool = np.logical_or.reduce(legal_masks(positions_PC), axis=1)
    return alive


def legal_masks(positions_PC: U8) -> Bool:
    """Which moves [P, A] are legal."""
    masks_PA = np.empty((len(positions_PC), ACTIONS), np.bool_)
    _mask_all(TABLES, positions_PC, masks_PA)
    return masks_PA


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
def _row_of(words: U64, surprises: I64, candidate: int, index: npt.NDArray[np.int32]) -> int:
    """The row of the board written at row `candidate`: an earlier equal one, or itself."""
    low, high, surprised = words[candidate, 0], words[candidate, 1], surprises[candidate]
    last = np.uint64(len(index) - 1)
    slot = _hash(low + np.uint64(surprised), high) & last
    while index[slot] >= 0:
        row = index[slot]
        if words[row, 0] == low and words[row, 1] == high and surprises[row] == surprised:
            return int(row)
        slot = (slot + np.uint64(1)) & last
    index[slot] = candidate
    return candidate


@compiled
def _unique(
    boards_NC: U8,
    words: U64,
    none_N: I64,
    found: U8,
    index: npt.NDArray[np.int32],
    rows_N: I64,
) -> int:
    count = 0
    for board in range(len(boards_NC)):
        found[count] = boards_NC[board]
        rows_N[board] = _row_of(words, none_N, count, index)
        count += rows_N[board] == count
    return count


@compiled
def _move_all(
    tables: MoveTables,
    positions_PC: U8,
    surprise_P: I64,
    words: U64,
    surprises: I64,
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
                surprises[count] = surprise_P[position]
                row = _row_of(words, surprises, count, index)
                afterstate_PA[position, action] = row
                merged_PA[position, action] = merged
                count += row == count
    return count


@compiled
def _place_all(
    afterstates_QC: U8,
    afterstate_words: U64,
    surprise_Q: I64,
    first_Q: I64,
    cells_Q: I64,
    fours_Q: Bool,
    words: U64,
    surprises: I64,
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
        kept, fours = cells_Q[afterstate], fours_Q[afterstate]
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
                    new = SURPRISE_OF_FOUR[empty] if exponent == 2 else SURPRISE_OF_TWO[empty]
                    surprises[count] = surprise_Q[afterstate] + new
                    row = _row_of(words, surprises, count, index)
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

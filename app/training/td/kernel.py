"""TD(0) on afterstates for a value that is a mean of looked-up entries, as one compiled loop.

After each move the entries of the board that the move before led to are moved towards what was
found: reward + value of the best next afterstate, or 0 where the game is over (Szubert and
Jaśkowski 2014). Every entry has a rate of its own, |sum of its errors| / sum of |errors|: 1 while
they agree, falling as they begin to cancel (temporal coherence: Beal and Smith 1999, Jaśkowski
2016 "Mastering 2048 with delayed temporal coherence learning").

Every kernel is in this file because numba's cache notices only changes of a kernel's own file.

Legend: N games, 16 cells, A = 4 actions, T tuples, K cells of a tuple, R rows of all tables.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.environment.jit import compiled

ACTIONS, CELLS, EXPONENTS = 4, 16, 18
POINTS_PER_UNIT = 1000.0  # as app/models/afterstates.py

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
Bool = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_27, _SHIFT_30 = np.uint64(27), np.uint64(30)
_SHIFT_31, _SHIFT_32 = np.uint64(31), np.uint64(32)
_LOW_32 = np.uint64(0xFFFFFFFF)
_A_TENTH = np.uint64(429496730)  # of 2^32: a new tile is a 4 with this chance


class Slides(NamedTuple):
    """What becomes of each of the 18^4 lines when its tiles slide to the front."""

    moved: U8  # [18^4, 4]
    points: I64  # [18^4] sum of the merged tiles
    changes: Bool  # [18^4]
    cells: I64  # [A, 4 lines, 4] first the one by the wall


class Lookup(NamedTuple):
    """A value that is `weight` x mean of T entries + `bias`, and each entry's errors."""

    table: F32  # [R]
    error_sum: F32  # [R] of its errors
    error_size: F32  # [R] of their absolute values
    cells: I64  # [T, K]
    powers: I64  # [K]
    offsets: I64  # [T]
    largest: int  # exponents from here on are told apart no longer
    weight: float
    bias: float


class PlayedGames(NamedTuple):
    """N running games; the arrays are changed by every move."""

    boards: U8  # [N, 16]
    states: U64  # [N] generators
    scores: I64  # [N]
    steps: I64  # [N]
    rows: I64  # [N, T] what the last afterstate looked up
    moved: Bool  # [N] whether there is one


class Ended(NamedTuple):
    """Games that ended, one after the other."""

    scores: I64
    exponents: I64
    steps: I64


@compiled
def _random(states: U64, game: int) -> np.uint64:
    """Advance one game's splitmix64 generator."""
    states[game] += _GOLDEN
    bits: np.uint64 = states[game]
    bits = (bits ^ (bits >> _SHIFT_30)) * _MIX_1
    bits = (bits ^ (bits >> _SHIFT_27)) * _MIX_2
    return bits ^ (bits >> _SHIFT_31)


@compiled
def _place_tile(board: U8, states: U64, game: int) -> None:
    """Put a 2 (chance 0.9) or a 4 on a random empty cell."""
    empty = 0
    for cell in range(CELLS):
        empty += board[cell] == 0
    bits = _random(states, game)
    left = np.int64(((bits >> _SHIFT_32) * np.uint64(empty)) >> _SHIFT_32)
    for cell in range(CELLS):
        if board[cell] == 0:
            if left == 0:
                board[cell] = 2 if (bits & _LOW_32) < _A_TENTH else 1
                return
            left -= 1


@compiled
def begin_game(games: PlayedGames, game: int) -> None:
    """Clear one board and place its first two tiles."""
    games.boards[game, :] = 0
    games.scores[game] = 0
    games.steps[game] = 0
    games.moved[game] = False
    _place_tile(games.boards[game], games.states, game)
    _place_tile(games.boards[game], games.states, game)


@compiled
def _slide(slides: Slides, boards: U8, game: int, action: int, after: U8) -> int:
    """Write row `action` of the afterstates; return the points, -1 where nothing changes."""
    moved, points, changes, cells = slides
    merged: int = 0
    changed = False
    for line in range(4):
        index = 0
        for place in range(4):
            index = index * EXPONENTS + boards[game, cells[action, line, place]]
        changed |= changes[index]
        merged += int(points[index])
        for place in range(4):
            after[action, cells[action, line, place]] = moved[index, place]
    return merged if changed else -1


@compiled
def mean_entry(lookup: Lookup, boards: U8, at: int, told_apart: I64, rows: I64) -> float:
    """Look up board `at`; write row `at` of the rows [.., T] that it found; return their mean.

    Args:
        told_apart: room for 16 numbers.
    """
    table, cells, powers, offsets = lookup.table, lookup.cells, lookup.powers, lookup.offsets
    for cell in range(CELLS):
        told_apart[cell] = min(int(boards[at, cell]), lookup.largest)
    total = 0.0
    for tuple_ in range(len(offsets)):
        row = offsets[tuple_]
        for place in range(len(powers)):
            row += told_apart[cells[tuple_, place]] * powers[place]
        rows[at, tuple_] = row
        total += float(table[row])
    return total / len(offsets)


@compiled
def judge_moves(slides: Slides, lookup: Lookup, boards: U8, worth: F32) -> None:
    """Write reward + value of each move of boards [P, 16] to worth [P, A]; -inf where illegal."""
    after = np.zeros((ACTIONS, CELLS), np.uint8)
    rows = np.zeros((ACTIONS, len(lookup.offsets)), np.int64)
    told_apart = np.zeros(CELLS, np.int64)
    for at in range(len(boards)):
        for action in range(ACTIONS):
            points = _slide(slides, boards, at, action, after)
            mean = mean_entry(lookup, after, action, told_apart, rows)
            value = lookup.weight * mean + lookup.bias
            worth[at, action] = points / POINTS_PER_UNIT + value if points >= 0 else -np.inf


@compiled
def _learn(lookup: Lookup, rows: I64, target: float, rate: float) -> float:
    """Move the entries of one afterstate towards a target; return the error before.

    With rate 1 and errors that agree, the value becomes the target.
    """
    total = 0.0
    for row in rows:
        total += float(lookup.table[row])
    error = target - (lookup.weight * total / len(rows) + lookup.bias)
    if not np.isfinite(error):
        return error
    for row in rows:
        size = lookup.error_size[row]
        own = abs(lookup.error_sum[row]) / size if size > 0.0 else 1.0
        lookup.table[row] += np.float32(rate * own * error / lookup.weight)
        lookup.error_sum[row] += np.float32(error)
        lookup.error_size[row] += np.float32(abs(error))
    return error


@compiled
def _add_up(sums: F64, error: float, target: float) -> None:
    sums[0] += 1.0
    sums[1] += error
    sums[2] += error * error
    sums[3] += target
    sums[4] += target * target


@compiled
def play_and_learn(
    slides: Slides,
    lookup: Lookup,
    games: PlayedGames,
    ended: Ended,
    sums: F64,
    moves: int,
    rate: float,
) -> int:
    """Play `moves` of every game, each the best by the values, and learn after every one.

    Args:
        ended: room for every game that can end (N + N x moves / 14).
        sums: float64 [5] grows by count, errors, squared errors, targets, squared targets.
        rate: how much of an error is corrected; 0 plays without learning.

    Returns:
        how many games ended, or -1 as soon as a value is not finite; that change is not applied.
    """
    after = np.zeros((ACTIONS, CELLS), np.uint8)
    rows = np.zeros((ACTIONS, len(lookup.offsets)), np.int64)
    told_apart = np.zeros(CELLS, np.int64)
    count = 0
    for _ in range(moves):
        for game in range(len(games.boards)):
            best, best_points, best_worth = -1, 0, 0.0
            for action in range(ACTIONS):
                points = _slide(slides, games.boards, game, action, after)
                if points >= 0:
                    mean = mean_entry(lookup, after, action, told_apart, rows)
                    worth = points / POINTS_PER_UNIT + lookup.weight * mean + lookup.bias
                    if best < 0 or worth > best_worth:
                        best, best_points, best_worth = action, points, worth
            if rate > 0.0 and games.moved[game]:
                error = _learn(lookup, games.rows[game], best_worth, rate)
                if not np.isfinite(error):
                    return -1
                _add_up(sums, error, best_worth)
            if best < 0:
                ended.scores[count] = games.scores[game]
                ended.exponents[count] = games.boards[game].max()
                ended.steps[count] = games.steps[game]
                count += 1
                begin_game(games, game)
                continue
            games.boards[game] = after[best]
            games.rows[game] = rows[best]
            games.moved[game] = True
            games.scores[game] += best_points
            games.steps[game] += 1
            _place_tile(games.boards[game], games.states, game)
    return count

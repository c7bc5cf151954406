"""The rules of 2048 as compiled kernels over whole batches of games.

Legend: N games, 16 cells in row-major order, each a tile exponent (0 empty, 1 = 2, 11 = 2048,
up to 17); A 4 actions: 0 up, 1 right, 2 down, 3 left. Every game has its own splitmix64 state,
so a seed gives the same game on every machine, whatever the batch it is played in.

Every kernel is in this file because numba's cache notices only changes of a kernel's own file.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.environment.jit import compiled

CELLS = 16
ACTIONS = 4
EXPONENTS = 18  # 0 to 17: 2^17 is the largest tile that 2048 can hold
UP, RIGHT, DOWN, LEFT = range(ACTIONS)

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

_ROWS = EXPONENTS**4
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_11, _SHIFT_27, _SHIFT_30 = np.uint64(11), np.uint64(27), np.uint64(30)
_SHIFT_31, _SHIFT_32 = np.uint64(31), np.uint64(32)
_LOW_32 = np.uint64(0xFFFFFFFF)
_A_TENTH = np.uint64(429496730)  # of 2^32: a new tile is a 4 with this chance


class MoveTables(NamedTuple):
    """What happens to each of the 18^4 possible lines when its tiles slide to the front."""

    moved: U8  # [18^4, 4] the line afterwards
    merged: I64  # [18^4] sum of the merged tiles
    changes: Bool  # [18^4] whether anything moves
    line_cells: I64  # [4 actions, 4 lines, 4] cells, first the one by the wall


class GameArrays(NamedTuple):
    """What a batch of games is, and what its last step did. Arrays are reused by every step."""

    boards: U8  # [N, 16] exponents
    states: U64  # [N] generator states
    scores: I64  # [N] sum of rewards of the running game
    steps: I64  # [N] steps of the running game, illegal ones too
    masks: Bool  # [N, A] legal moves
    rewards: I64  # [N] sum of the tiles that the last step merged
    illegal: Bool  # [N] the last action changed nothing
    terminated: Bool  # [N] no move is left
    truncated: Bool  # [N] the step limit was reached
    final_boards: U8  # [N, 16] last board of the games that ended in the last step
    final_scores: I64  # [N]
    final_steps: I64  # [N]


def build_move_tables() -> MoveTables:
    """Compute the tables with plain array operations (about 10 ms, no compilation)."""
    index = np.arange(_ROWS)
    before = np.stack([index // EXPONENTS**power % EXPONENTS for power in (3, 2, 1, 0)], axis=1)
    slid = _slide(before)
    merged = np.zeros(_ROWS, dtype=np.int64)
    for left in range(3):
        # Two 2^17 never meet in play; they are kept apart so that an exponent stays below 18.
        same = (slid[:, left] == slid[:, left + 1]) & (slid[:, left] > 0)
        same &= slid[:, left] < EXPONENTS - 1
        slid[same, left] += 1
        slid[same, left + 1] = 0
        merged[same] += 1 << slid[same, left]
    moved = _slide(slid).astype(np.uint8)
    cells = np.arange(CELLS, dtype=np.int64).reshape(4, 4)
    lines = np.stack([cells.T, cells[:, ::-1], cells[::-1].T, cells])
    changes = (moved != before).any(axis=1)
    return MoveTables(moved, merged, changes, np.ascontiguousarray(lines))


def _slide(rows: I64) -> I64:
    """Push the tiles of every row [R, 4] to its front, in order."""
    order = np.argsort(rows == 0, axis=1, kind="stable")
    return np.take_along_axis(rows, order, axis=1)


TABLES = build_move_tables()


@compiled
def next_random(states: U64, game: int) -> np.uint64:
    """Advance one game's splitmix64 state and return 64 random bits."""
    states[game] += _GOLDEN
    bits: np.uint64 = states[game]
    bits = (bits ^ (bits >> _SHIFT_30)) * _MIX_1
    bits = (bits ^ (bits >> _SHIFT_27)) * _MIX_2
    return bits ^ (bits >> _SHIFT_31)


@compiled
def seed_states(states: U64, seeds: U64) -> None:
    """Set every generator state [N] from its seed [N]; neighbouring seeds give unrelated games."""
    for game in range(len(states)):
        states[game] = seeds[game]
        states[game] = next_random(states, game)


@compiled
def fill_uniform(states: U64, draws: F64) -> None:
    """Write one number from [0, 1) per generator state [N]."""
    for game in range(len(states)):
        draws[game] = np.float64(next_random(states, game) >> _SHIFT_11) * 2.0**-53


@compiled
def place_tile(boards: U8, states: U64, game: int) -> None:
    """Put a 2 (chance 0.9) or a 4 on a random empty cell; a full board stays as it is."""
    empty = 0
    for cell in range(CELLS):
        empty += boards[game, cell] == 0
    if empty == 0:
        return
    bits = next_random(states, game)
    choice = ((bits >> _SHIFT_32) * np.uint64(empty)) >> _SHIFT_32
    passed = np.uint64(0)
    for cell in range(CELLS):
        if boards[game, cell] == 0:
            if passed == choice:
                boards[game, cell] = 2 if (bits & _LOW_32) < _A_TENTH else 1
                return
            passed += np.uint64(1)


@compiled
def start_game(boards: U8, states: U64, game: int) -> None:
    """Clear one board and place its first two tiles."""
    boards[game, :] = 0
    place_tile(boards, states, game)
    place_tile(boards, states, game)


@compiled
def _line_index(boards: U8, game: int, cells: I64) -> np.int64:
    index = np.int64(0)
    for position in range(4):
        index = index * EXPONENTS + np.int64(boards[game, cells[position]])
    return index


@compiled
def legal_moves(tables: MoveTables, boards: U8, game: int, masks: Bool) -> bool:
    """Write the game's row of masks [N, A]; return whether any move is legal."""
    any_legal = False
    for action in range(ACTIONS):
        legal = False
        for line in range(4):
            index = _line_index(boards, game, tables.line_cells[action, line])
            if tables.changes[index]:
                legal = True
                break
        masks[game, action] = legal
        any_legal |= legal
    return any_legal


@compiled
def move_tiles(tables: MoveTables, boards: U8, game: int, action: int) -> int:
    """Slide one board; return the sum of the merged tiles, or -1 where nothing changes."""
    merged = 0
    changed = False
    for line in range(4):
        cells = tables.line_cells[action, line]
        index = _line_index(boards, game, cells)
        if tables.changes[index]:
            changed = True
            merged += tables.merged[index]
            for position in range(4):
                boards[game, cells[position]] = tables.moved[index, position]
    return merged if changed else -1


@compiled
def _begin(tables: MoveTables, games: GameArrays, game: int) -> None:
    start_game(games.boards, games.states, game)
    games.scores[game] = 0
    games.steps[game] = 0
    legal_moves(tables, games.boards, game, games.masks)


@compiled
def start_games(tables: MoveTables, games: GameArrays, chosen: Bool) -> None:
    """Begin a new game on the boards chosen [N]."""
    for game in range(len(chosen)):
        if chosen[game]:
            _begin(tables, games, game)


@compiled
def refresh_masks(tables: MoveTables, games: GameArrays) -> None:
    """Recompute the legal moves of every board."""
    for game in range(len(games.boards)):
        legal_moves(tables, games.boards, game, games.masks)


@compiled
def step_games(
    tables: MoveTables, games: GameArrays, actions: I64, max_steps: int, restart: bool
) -> bool:
    """One step of every game; False, with nothing played, where an action is out of range."""
    for game in range(len(actions)):
        if actions[game] < 0 or actions[game] >= ACTIONS:
            return False
    for game in range(len(actions)):
        merged = move_tiles(tables, games.boards, game, actions[game])
        games.illegal[game] = merged < 0
        games.rewards[game] = max(merged, 0)
        games.scores[game] += max(merged, 0)
        games.steps[game] += 1
        if merged >= 0:
            place_tile(games.boards, games.states, game)
        alive = legal_moves(tables, games.boards, game, games.masks)
        games.terminated[game] = not alive
        games.truncated[game] = alive and max_steps > 0 and games.steps[game] >= max_steps
        if games.terminated[game] or games.truncated[game]:
            games.final_boards[game] = games.boards[game]
            games.final_scores[game] = games.scores[game]
            games.final_steps[game] = games.steps[game]
            if restart:
                _begin(tables, games, game)
    return True

"""The rules of 2048 as compiled kernels over whole batches of games.

Legend: N games, 16 cells in row-major order, each a tile exponent (0 empty, 1 = 2, 11 = 2048,
up to 17); A 4 actions: 0 up, 1 right, 2 down, 3 left. Every game has its own splitmix64 state,
so a seed gives the same game on every machine, whatever the batch it is played in.

Inside the kernels a board is two words of eight bytes, `top` with rows 0 and 1 and `bottom` with
rows 2 and 3, the first cell in the lowest byte: what is asked of all cells is answered for eight
at once, without branches that a random game would make the processor guess wrong. A step is
four plain loops, because the compiler turns all but the first into vector instructions.

Every kernel is in this file because numba's cache notices only changes of a kernel's own file.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.environment.jit import compiled
from app.environment.move_tables import EXPONENTS as EXPONENTS
from app.environment.move_tables import build_move_tables

CELLS = 16
ACTIONS = 4
UP, RIGHT, DOWN, LEFT = range(ACTIONS)

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Words = tuple[np.uint64, np.uint64]  # top and bottom

TABLES = build_move_tables()
MoveTables = U64

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_A_TENTH = np.uint64(429496730)  # of 2^32: a new tile is a 4 with this chance
_18, _324 = np.uint64(18), np.uint64(324)
_LOW_32 = np.uint64(0xFFFFFFFF)
_ONES = np.uint64(0x0101010101010101)  # a 1 in every byte
_TO_128 = np.uint64(0x7F7F7F7F7F7F7F7F)  # added to bytes: 1 becomes 128
_17_TO_128 = np.uint64(0x6F6F6F6F6F6F6F6F)
_BUT_LAST_COLUMN = np.uint64(0x0001010100010101)
_FIRST_ROW = np.uint64(0x0000000001010101)
_EVEN_BYTES = np.uint64(0x00FF00FF00FF00FF)
_EVEN_PAIRS = np.uint64(0x0000FFFF0000FFFF)
_OFF_DIAGONAL = np.uint64(0x00000000FF00FF00)


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


class FlatArrays(NamedTuple):
    """The same memory as `GameArrays`, as the kernels of a whole batch read it.

    They take its fields one by one: numba unpacks a tuple ten times more slowly.
    """

    words: U64  # [2N] tops and bottoms of the boards
    states: U64
    scores: I64
    steps: I64
    masks: U32  # [N] a byte per action
    rewards: I64
    illegal: Bool
    terminated: Bool
    truncated: Bool
    final_words: U64  # [2N]
    final_scores: I64
    final_steps: I64


def flat(games: GameArrays) -> FlatArrays:
    """The arrays of a batch as the kernels want them; nothing is copied."""
    return FlatArrays(
        games.boards.reshape(-1).view(np.uint64),
        games.states,
        games.scores,
        games.steps,
        games.masks.reshape(-1).view(np.uint32),
        games.rewards,
        games.illegal,
        games.terminated,
        games.truncated,
        games.final_boards.reshape(-1).view(np.uint64),
        games.final_scores,
        games.final_steps,
    )


@compiled
def random_bits(state: np.uint64) -> np.uint64:
    """The 64 bits that a splitmix64 state stands for."""
    bits = (state ^ (state >> 30)) * _MIX_1
    bits = (bits ^ (bits >> 27)) * _MIX_2
    return bits ^ (bits >> 31)


@compiled
def next_random(states: U64, game: int) -> np.uint64:
    """Advance one game's splitmix64 state and return 64 random bits."""
    states[game] += _GOLDEN
    return random_bits(states[game])


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
        draws[game] = np.float64(next_random(states, game) >> 11) * 2.0**-53


@compiled
def load_board(boards: U8, game: int) -> Words:
    """Top and bottom of one of the boards [N, 16]."""
    top, bottom = np.uint64(0), np.uint64(0)
    for cell in range(8):
        top |= np.uint64(boards[game, cell]) << np.uint64(8 * cell)
        bottom |= np.uint64(boards[game, 8 + cell]) << np.uint64(8 * cell)
    return top, bottom


@compiled
def store_board(boards: U8, game: int, top: np.uint64, bottom: np.uint64) -> None:
    """Write one of the boards [N, 16]."""
    for cell in range(8):
        boards[game, cell] = np.uint8(top >> np.uint64(8 * cell))
    for cell in range(8):
        boards[game, 8 + cell] = np.uint8(bottom >> np.uint64(8 * cell))


@compiled
def _tiles(word: np.uint64) -> np.uint64:
    """A 1 in every byte that is not 0; bytes are below 128."""
    return ((word + _TO_128) >> 7) & _ONES


@compiled
def _transposed(top: np.uint64, bottom: np.uint64) -> Words:
    swapped = (top ^ (top >> 24)) & _OFF_DIAGONAL
    top ^= swapped ^ (swapped << 24)
    swapped = (bottom ^ (bottom >> 24)) & _OFF_DIAGONAL
    bottom ^= swapped ^ (swapped << 24)
    swapped = ((top >> 16) ^ bottom) & _EVEN_PAIRS
    return top ^ (swapped << 16), bottom ^ swapped


@compiled
def _line_indices(word: np.uint64) -> np.uint64:
    """The table indices of a word's two rows, one in each half."""
    pairs = (word & _EVEN_BYTES) + ((word >> 8) & _EVEN_BYTES) * _18
    return (pairs & _EVEN_PAIRS) + ((pairs >> 16) & _EVEN_PAIRS) * _324


@compiled
def slide(
    tables: MoveTables, top: np.uint64, bottom: np.uint64, action: int
) -> tuple[np.uint64, np.uint64, np.int64]:
    """The board after its tiles slid, without a new one, and the sum of those that merged."""
    vertical = (action & 1) == 0
    side = (action ^ (action >> 1)) & 1
    column_top, column_bottom = _transposed(top, bottom)
    upper = _line_indices(column_top if vertical else top)
    lower = _line_indices(column_bottom if vertical else bottom)
    line_0, line_1 = tables[side, upper & _LOW_32], tables[side, upper >> 32]
    line_2, line_3 = tables[side, lower & _LOW_32], tables[side, lower >> 32]
    merged = (line_0 >> 32) + (line_1 >> 32) + (line_2 >> 32) + (line_3 >> 32)
    top = (line_0 & _LOW_32) | (line_1 << 32)
    bottom = (line_2 & _LOW_32) | (line_3 << 32)
    column_top, column_bottom = _transposed(top, bottom)
    return (
        column_top if vertical else top,
        column_bottom if vertical else bottom,
        np.int64(merged),
    )


@compiled
def with_tile(top: np.uint64, bottom: np.uint64, bits: np.uint64) -> Words:
    """The board with a 2 (chance 0.9) or a 4 on an empty cell, as 64 random bits decide."""
    empty_top, empty_bottom = _tiles(top) ^ _ONES, _tiles(bottom) ^ _ONES
    # Multiplied by ones, every byte becomes the sum of all up to it: the empty cells so far.
    count_top = empty_top * _ONES
    count_bottom = empty_bottom * _ONES + (count_top >> 56) * _ONES
    choice = (((bits >> 32) * (count_bottom >> 56)) >> 32) * _ONES
    here_top = empty_top & ~_tiles((count_top - empty_top) ^ choice)
    here_bottom = empty_bottom & ~_tiles((count_bottom - empty_bottom) ^ choice)
    doubled = np.uint64((bits & _LOW_32) < _A_TENTH)
    return top | (here_top << doubled), bottom | (here_bottom << doubled)


@compiled
def legal_actions(top: np.uint64, bottom: np.uint64) -> np.uint32:
    """The legal moves of a board: a 1 or 0 in each of four bytes, up in the lowest.

    A move is legal where a tile has an empty cell before it or an equal tile beside it.
    """
    tiles_top, tiles_bottom = _tiles(top), _tiles(bottom)
    empty_top, empty_bottom = tiles_top ^ _ONES, tiles_bottom ^ _ONES
    below_top = (tiles_top >> 32) | (tiles_bottom << 32)
    below_bottom = tiles_bottom >> 32
    merging_top = tiles_top & ~((top + _17_TO_128) >> 7)
    merging_bottom = tiles_bottom & ~((bottom + _17_TO_128) >> 7)

    pairs = merging_top & ~_tiles(top ^ ((top >> 32) | (bottom << 32)))
    pairs |= merging_bottom & ~_tiles(bottom ^ (bottom >> 32)) & _FIRST_ROW
    up = pairs | (empty_top & below_top) | (empty_bottom & below_bottom)
    down = pairs | (tiles_top & ~below_top) | (tiles_bottom & ~below_bottom & _FIRST_ROW)

    pairs = merging_top & ~_tiles(top ^ (top >> 8))
    pairs |= merging_bottom & ~_tiles(bottom ^ (bottom >> 8))
    left = pairs | (empty_top & (tiles_top >> 8)) | (empty_bottom & (tiles_bottom >> 8))
    right = pairs | (tiles_top & (empty_top >> 8)) | (tiles_bottom & (empty_bottom >> 8))
    return (
        np.uint32(up != 0)
        | np.uint32((right & _BUT_LAST_COLUMN) != 0) << np.uint32(8)
        | np.uint32(down != 0) << np.uint32(16)
        | np.uint32((left & _BUT_LAST_COLUMN) != 0) << np.uint32(24)
    )


@compiled
def place_tile(boards: U8, states: U64, game: int) -> None:
    """Put a 2 (chance 0.9) or a 4 on a random empty cell; a full board stays as it is."""
    top, bottom = load_board(boards, game)
    has_room = (_tiles(top) & _tiles(bottom)) != _ONES
    states[game] += np.uint64(has_room) * _GOLDEN
    top, bottom = with_tile(top, bottom, random_bits(states[game]))
    store_board(boards, game, top, bottom)


@compiled
def legal_moves(tables: MoveTables, boards: U8, game: int, masks: Bool) -> bool:
    """Write the game's row of masks [N, A]; return whether any move is legal."""
    top, bottom = load_board(boards, game)
    legal = legal_actions(top, bottom)
    for action in range(ACTIONS):
        masks[game, action] = (legal >> np.uint32(8 * action)) & np.uint32(1)
    return bool(legal != 0)


@compiled
def move_tiles(tables: MoveTables, boards: U8, game: int, action: int) -> int:
    """Slide one board; return the sum of the merged tiles, or -1 where nothing changes."""
    old_top, old_bottom = load_board(boards, game)
    top, bottom, merged = slide(tables, old_top, old_bottom, action)
    store_board(boards, game, top, bottom)
    return int(merged) if top != old_top or bottom != old_bottom else -1


@compiled
def _begin(words: U64, states: U64, scores: I64, steps: I64, masks: U32, game: int) -> None:
    top, bottom = with_tile(np.uint64(0), np.uint64(0), next_random(states, game))
    top, bottom = with_tile(top, bottom, next_random(states, game))
    words[2 * game], words[2 * game + 1] = top, bottom
    scores[game] = 0
    steps[game] = 0
    masks[game] = legal_actions(top, bottom)


@compiled
def start_games(words: U64, states: U64, scores: I64, steps: I64, masks: U32, chosen: Bool) -> None:
    """Begin a new game on the boards chosen [N]; the other arrays as `FlatArrays` has them."""
    for game in range(len(chosen)):
        if chosen[game]:
            _begin(words, states, scores, steps, masks, game)


@compiled
def refresh_masks(words: U64, masks: U32) -> None:
    """Recompute the legal moves of every board."""
    for game in range(len(masks)):
        masks[game] = legal_actions(words[2 * game], words[2 * game + 1])


@compiled
def _slide_all(tables: MoveTables, words: U64, actions: I64, rewards: I64, illegal: Bool) -> None:
    for game in range(len(actions)):
        old_top, old_bottom = words[2 * game], words[2 * game + 1]
        top, bottom, merged = slide(tables, old_top, old_bottom, actions[game])
        words[2 * game], words[2 * game + 1] = top, bottom
        rewards[game] = merged
        illegal[game] = (top == old_top) & (bottom == old_bottom)


@compiled
def _place_all(words: U64, states: U64, illegal: Bool) -> None:
    for game in range(len(states)):
        old_top, old_bottom = words[2 * game], words[2 * game + 1]
        state = states[game] + _GOLDEN
        top, bottom = with_tile(old_top, old_bottom, random_bits(state))
        words[2 * game] = old_top if illegal[game] else top
        words[2 * game + 1] = old_bottom if illegal[game] else bottom
        states[game] = states[game] if illegal[game] else state


@compiled
def _count_all(
    masks: U32, rewards: I64, scores: I64, steps: I64, terminated: Bool, truncated: Bool,
    max_steps: int,
) -> bool:  # fmt: skip
    """Book the step; whether any game ended in it."""
    ended = 0
    for game in range(len(masks)):
        scores[game] += rewards[game]
        steps[game] += 1
        alive = masks[game] != 0
        cut_off = alive & (max_steps > 0) & (steps[game] >= max_steps)
        terminated[game] = not alive
        truncated[game] = cut_off
        ended += cut_off | (not alive)
    return ended > 0


@compiled
def step_games(
    tables: MoveTables, words: U64, states: U64, scores: I64, steps: I64, masks: U32,
    rewards: I64, illegal: Bool, terminated: Bool, truncated: Bool,
    final_words: U64, final_scores: I64, final_steps: I64,
    actions: I64, max_steps: int, restart: bool,
) -> bool:  # fmt: skip
    """One step of every game; False, with nothing played, where an action is out of range."""
    outside = 0
    for game in range(len(actions)):
        outside += (actions[game] < 0) | (actions[game] >= ACTIONS)
    if outside > 0:
        return False
    _slide_all(tables, words, actions, rewards, illegal)
    _place_all(words, states, illegal)
    refresh_masks(words, masks)
    if _count_all(masks, rewards, scores, steps, terminated, truncated, max_steps):
        for game in range(len(actions)):
            if terminated[game] or truncated[game]:
                final_words[2 * game] = words[2 * game]
                final_words[2 * game + 1] = words[2 * game + 1]
                final_scores[game] = scores[game]
                final_steps[game] = steps[game]
                if restart:
                    _begin(words, states, scores, steps, masks, game)
    return True

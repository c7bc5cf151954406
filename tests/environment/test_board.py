import hashlib
import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.environment.board import (
    ACTIONS,
    EXPONENTS,
    TABLES,
    U8,
    legal_moves,
    move_tiles,
    place_tile,
    seed_states,
    step_games,
)
from app.environment.games import Games
from app.environment.move_tables import slide_lines
from tests.environment.slow_2048 import SlowGame, slide

GOLDEN_BOARD = [[1, 0, 0, 1], [3, 2, 0, 0], [2, 7, 3, 0], [2, 4, 1, 0]]
GOLDEN_DIGEST = "5c866a343f2fcc8cfc67512d7e93a9f18bd05145cc133724455baf79cbe7a047"


def games_with(board: list[int]) -> Games:
    games = Games(1, restart=False)
    games.seed(np.array([7], np.uint64))
    games.arrays.boards[0] = board
    games.refresh_masks()
    return games


def test_every_line_slides_as_the_slow_one() -> None:
    lines = list(itertools.product((0, 1, 2, 3, 11, 16, 17), repeat=4))
    moved, merged = slide_lines(np.array(lines))
    for index, line in enumerate(lines):
        expected = slide(line)
        assert (tuple(moved[index].tolist()), merged[index]) == expected


def random_boards(count: int) -> U8:
    """Boards [N, 16] from empty to full; few or many kinds of tiles, up to the largest."""
    draws = np.random.default_rng(4)
    highest = draws.integers(1, EXPONENTS, size=(count, 1))
    lowest = np.maximum(1, highest - draws.integers(5, size=(count, 1)))
    tiles = draws.integers(lowest, highest + 1, size=(count, 16))
    return (tiles * (draws.random((count, 16)) < draws.random((count, 1)) * 1.3)).astype(np.uint8)


def test_any_board_moves_as_the_slow_one() -> None:
    boards = random_boards(3000)
    assert (boards == 17).any(axis=1).sum() > 100
    assert (boards > 0).all(axis=1).sum() > 100
    masks = np.zeros((len(boards), ACTIONS), np.bool_)
    slow = SlowGame(0)
    for game, board in enumerate(boards):
        slow.rows = board.reshape(4, 4).tolist()
        assert legal_moves(TABLES, boards, game, masks) == any(slow.legal())
        assert masks[game].tolist() == slow.legal()
        for action in range(ACTIONS):
            moved = boards[game : game + 1].copy()
            reward = move_tiles(TABLES, moved, 0, action)
            rows, merged = slow.after(action)
            assert moved.reshape(4, 4).tolist() == rows
            assert reward == (merged if slow.legal()[action] else -1)


def test_a_tile_is_placed_as_the_slow_one_does_and_a_full_board_stays() -> None:
    boards = random_boards(3000)
    states = np.zeros(len(boards), np.uint64)
    seed_states(states, np.arange(len(boards), dtype=np.uint64))
    for game in range(len(boards)):
        slow = SlowGame(0)
        slow.rows, slow.state = boards[game].reshape(4, 4).tolist(), int(states[game])
        if not boards[game].all():
            slow.place_tile()
        place_tile(boards, states, game)
        assert boards[game].tolist() == slow.board()
        assert states[game] == slow.state


def play_beside_the_slow_one(first_seed: int, count: int, steps: int, seed: int) -> None:
    """Random moves, illegal ones too, in games that restart when they end."""
    seeds = [(first_seed + offset) % 2**64 for offset in range(count)]
    games = Games(count)
    games.seed(np.array(seeds, np.uint64))
    games.start()
    slow = [SlowGame(seed) for seed in seeds]
    for actions in np.random.default_rng(seed).integers(ACTIONS, size=(steps, count)):
        after = games.step(actions)
        for index, game in enumerate(slow):
            reward, legal = game.step(int(actions[index]))
            assert (after.rewards[index], after.illegal[index]) == (reward, not legal)
            mask = game.legal()
            assert after.terminated[index] == (not any(mask))
            if not any(mask):
                assert after.final_boards[index].tolist() == game.board()
                assert after.final_scores[index] == game.score
                game.start()
                mask = game.legal()
            assert after.boards[index].tolist() == game.board()
            assert after.masks[index].tolist() == mask
            assert (after.scores[index], after.states[index]) == (game.score, game.state)


@pytest.mark.parametrize("first_seed", [0, 2**63, 2**64 - 8])
def test_games_are_the_slow_ones_bit_for_bit(first_seed: int) -> None:
    play_beside_the_slow_one(first_seed, count=16, steps=400, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_million_moves_are_the_slow_ones_bit_for_bit() -> None:
    play_beside_the_slow_one(10**6, count=250, steps=8000, seed=2)


def test_a_game_does_not_depend_on_its_batch() -> None:
    together, alone = Games(8), Games(1)
    together.seed(np.arange(8, dtype=np.uint64))
    alone.seed(np.array([5], np.uint64))
    together.start()
    alone.start()
    for action in np.random.default_rng(3).integers(4, size=300):
        together.step(np.full(8, action))
        alone.step(np.array([action]))
        assert (together.arrays.boards[5] == alone.arrays.boards[0]).all()


def test_parts_of_a_batch_play_in_two_threads_as_the_whole_does() -> None:
    whole, split = Games(300, max_steps=50), Games(300, max_steps=50)
    for games in (whole, split):
        games.seed(np.arange(300, dtype=np.uint64))
        games.start()
    parts = [split.part(0, 100), split.part(100, 300)]
    with ThreadPoolExecutor(2) as threads:
        for actions in np.random.default_rng(5).integers(4, size=(200, 300)):
            whole.step(actions)
            halves = [actions[:100], actions[100:]]
            list(threads.map(lambda part, chosen: part.step(chosen), parts, halves))
            for one, other in zip(whole.arrays, split.arrays, strict=True):
                np.testing.assert_array_equal(one, other)


def test_the_first_games_never_change() -> None:
    """Same seed, same game, on every machine and in every release."""
    games = Games(3)
    games.seed(np.array([0, 1, 2**40], np.uint64))
    games.start()
    for action in (0, 1, 2, 3) * 20:
        games.step(np.full(3, action))
    assert games.arrays.scores.tolist() == [832, 836, 588]
    assert games.arrays.boards[0].reshape(4, 4).tolist() == GOLDEN_BOARD


def test_ten_thousand_games_never_change() -> None:
    games = Games(10_000)
    games.seed(np.arange(10_000, dtype=np.uint64))
    games.start()
    for step in range(300):
        games.step(np.arange(step, step + 10_000) % 4)
    digest = hashlib.sha256(games.arrays.boards.tobytes() + games.arrays.scores.tobytes())
    assert digest.hexdigest() == GOLDEN_DIGEST


def test_new_tiles_are_one_in_ten_a_four() -> None:
    games = Games(20_000)
    games.seed(np.arange(20_000, dtype=np.uint64))
    games.start()
    boards = games.arrays.boards
    fours = (boards == 2).sum() / (boards > 0).sum()
    assert 0.095 < fours < 0.105
    per_cell = (boards > 0).mean(axis=0)
    assert per_cell.min() > 0.11
    assert per_cell.max() < 0.14


def test_an_illegal_move_changes_nothing_and_draws_nothing() -> None:
    games = games_with([1, 2, 3, 4] + [0] * 12)
    before = games.snapshot()
    after = games.step(np.array([0]))
    assert after.illegal[0]
    assert after.rewards[0] == 0
    assert not after.terminated[0]
    assert (after.boards == before["boards"]).all()
    assert (after.states == before["states"]).all()


def test_three_equal_tiles_merge_the_pair_by_the_wall() -> None:
    games = games_with([1, 1, 1, 0] + [0] * 12)
    after = games.step(np.array([1]))
    assert after.rewards[0] == 4
    assert after.boards[0, 2:4].tolist() == [1, 2]


def test_the_largest_tiles_do_not_leave_the_board() -> None:
    games = games_with([17, 17, 16, 16] + [0] * 12)
    after = games.step(np.array([3]))
    assert after.rewards[0] == 2**17
    assert after.boards[0, :3].tolist() == [17, 17, 17]


def test_truncation_is_not_termination() -> None:
    games = Games(2, max_steps=5)
    games.seed(np.arange(2, dtype=np.uint64))
    games.start()
    for step in range(1, 11):
        after = games.step(np.array([step % 4, step % 4]))
        assert after.truncated.tolist() == [step % 5 == 0] * 2
        assert not after.terminated.any()
    assert after.steps.tolist() == [0, 0]


def test_actions_of_any_integer_kind_are_played_by_the_same_kernel() -> None:
    games = Games(3)
    games.start()
    games.step(np.zeros(3, np.int64))
    compiled = len(step_games.signatures)  # type: ignore[attr-defined]
    games.step(np.zeros(3, np.int32))
    games.step(np.zeros(6, np.int64)[::2])
    assert len(step_games.signatures) == compiled  # type: ignore[attr-defined]


@pytest.mark.parametrize("action", [-1, 4, 99])
def test_an_action_out_of_range_is_refused_and_nothing_is_played(action: int) -> None:
    games = Games(2)
    games.start()
    before = games.snapshot()
    with pytest.raises(ValueError, match="up"):
        games.step(np.array([0, action]))
    assert (games.arrays.boards == before["boards"]).all()


def test_wrong_sizes_are_refused() -> None:
    games = Games(2)
    with pytest.raises(ValueError, match="shape"):
        games.step(np.array([0]))
    with pytest.raises(ValueError, match="shape"):
        games.seed(np.zeros(3, np.uint64))
    with pytest.raises(ValueError, match="at least 1"):
        Games(0)
    other = Games(3).snapshot()
    with pytest.raises(ValueError, match="3 games"):
        games.restore(**other)  # type: ignore[arg-type]
    impossible = games.snapshot()
    impossible["boards"][0, 0] = 18
    with pytest.raises(ValueError, match="at most 17"):
        games.restore(**impossible)  # type: ignore[arg-type]

import itertools

import numpy as np
import pytest

from app.environment.board import TABLES
from app.environment.games import Games
from tests.environment.slow_2048 import SlowGame, slide


def games_with(board: list[int]) -> Games:
    games = Games(1, restart=False)
    games.seed(np.array([7], np.uint64))
    games.arrays.boards[0] = board
    games.refresh_masks()
    return games


def test_every_line_slides_as_the_slow_one() -> None:
    interesting = (0, 1, 2, 3, 11, 16, 17)
    for line in itertools.product(interesting, repeat=4):
        index = int(np.dot(line, [18**3, 18**2, 18, 1]))
        moved, merged = slide(list(line))
        assert TABLES.moved[index].tolist() == moved
        assert TABLES.merged[index] == merged
        assert TABLES.changes[index] == (moved != list(line))


@pytest.mark.parametrize("first_seed", [0, 2**63, 2**64 - 40])
def test_whole_games_are_the_slow_ones_bit_for_bit(first_seed: int) -> None:
    seeds = [first_seed + offset for offset in range(16)]
    games = Games(len(seeds), restart=False)
    games.seed(np.array(seeds, np.uint64))
    games.start()
    slow = [SlowGame(seed) for seed in seeds]
    draws = np.random.default_rng(1)
    for _ in range(600):
        actions = draws.integers(4, size=len(seeds))
        after = games.step(actions)
        for index, game in enumerate(slow):
            reward, legal = game.step(int(actions[index]))
            assert after.rewards[index] == reward
            assert after.illegal[index] == (not legal)
            assert after.boards[index].tolist() == game.board()
            assert after.masks[index].tolist() == game.legal()
            assert after.scores[index] == game.score
            assert after.terminated[index] == (not any(game.legal()))
            assert after.states[index] == game.state


def test_a_restarted_game_is_the_next_of_its_series() -> None:
    games = Games(4)
    games.seed(np.arange(4, dtype=np.uint64))
    games.start()
    slow = [SlowGame(seed) for seed in range(4)]
    draws, ended = np.random.default_rng(2), 0
    for _ in range(1500):
        actions = draws.integers(4, size=4)
        after = games.step(actions)
        for index, game in enumerate(slow):
            game.step(int(actions[index]))
            if not any(game.legal()):
                assert after.terminated[index]
                assert after.final_boards[index].tolist() == game.board()
                assert after.final_scores[index] == game.score
                game.start()
                ended += 1
            assert after.boards[index].tolist() == game.board()
    assert ended > 4


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


def test_the_first_boards_never_change() -> None:
    """Same seed, same game, on every machine and in every release."""
    games = Games(3)
    games.seed(np.array([0, 1, 2**40], np.uint64))
    games.start()
    for action in (0, 1, 2, 3) * 20:
        games.step(np.full(3, action))
    assert games.arrays.scores.tolist() == [832, 836, 588]


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

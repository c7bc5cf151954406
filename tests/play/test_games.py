import numpy as np
import pytest

from app.environment.board import I64, U8, Bool
from app.play.games import GamesSoFar, IllegalActionError, play_games
from app.play.policies import random_policy
from tests.environment.slow_2048 import SlowGame


def test_game_i_is_the_game_of_seed_i_move_by_move() -> None:
    seeds = [5, 2**64 - 1, 7, 5]
    played = play_games(random_policy(1), seeds)
    for game, seed in enumerate(seeds):
        slow = SlowGame(seed)
        for action in played.moves[game]:
            assert slow.step(int(action))[1]
        assert not any(slow.legal())
        assert played.scores_N[game] == slow.score
        assert played.max_exponents_N[game] == max(slow.board())
        assert played.steps_N[game] == len(played.moves[game])
    assert played.ended_N.all()


def test_a_game_does_not_depend_on_its_batch() -> None:
    together = play_games(random_policy(3), range(20))
    alone = play_games(random_policy(3), [13])
    assert together.moves[13].tolist() == alone.moves[0].tolist()
    assert together.scores_N[13] == alone.scores_N[0]


def test_the_policy_is_asked_about_living_boards_only() -> None:
    asked: list[int] = []
    choose = random_policy(0)

    def watched(boards: U8, masks: Bool) -> I64:
        assert masks.any(axis=1).all()
        asked.append(len(boards))
        return choose(boards, masks)

    played = play_games(watched, range(16))
    assert asked == sorted(asked, reverse=True)
    assert sum(asked) == played.steps_N.sum()
    assert asked[-1] < 16


def test_max_moves_cuts_games() -> None:
    played = play_games(random_policy(0), range(4), max_moves=10)
    assert played.steps_N.tolist() == [10] * 4
    assert not played.ended_N.any()
    uncut = play_games(random_policy(0), range(4))
    assert [g[:10].tolist() for g in uncut.moves] == [g.tolist() for g in played.moves]


def test_who_watches_is_told_how_far_the_games_are() -> None:
    told: list[GamesSoFar] = []
    played = play_games(random_policy(0), range(16), watch=told.append)
    assert (told[0].moves, told[0].ended, told[0].moves_left) == (0, 0, None)
    first = next(so_far for so_far in told if so_far.ended == 1)
    assert first.moves_left == 15 * first.moves
    assert [so_far.ended for so_far in told] == sorted(so_far.ended for so_far in told)
    last = told[-1]
    assert (last.ended, last.moves, last.moves_left) == (16, played.steps_N.sum(), 0)
    assert last.mean_score == played.scores_N.mean()
    assert last.best_score == played.scores_N.max()


def test_an_illegal_choice_is_told_instead_of_played_for_ever() -> None:
    with pytest.raises(IllegalActionError):
        play_games(lambda boards, _masks: np.zeros(len(boards), np.int64), range(4))


@pytest.mark.parametrize("seeds", [[], [-1], [2**64]])
def test_seeds_are_checked(seeds: list[int]) -> None:
    with pytest.raises(ValueError, match="seed"):
        play_games(random_policy(0), seeds)

import json

import numpy as np
import pytest

from app.play.evaluation import evaluate_games, gain
from app.play.games import PlayedGames, play_games
from app.play.policies import random_policy


def games_of(scores: list[int], exponents: list[int]) -> PlayedGames:
    count = len(scores)
    return PlayedGames(
        seeds_N=np.arange(3, 3 + count).astype(np.uint64),
        scores_N=np.array(scores),
        max_exponents_N=np.array(exponents),
        steps_N=np.full(count, 100),
        ended_N=np.ones(count, np.bool_),
        moves=tuple(np.zeros(100, np.uint8) for _ in scores),
    )


def test_figures_of_a_few_games() -> None:
    found = evaluate_games(games_of([100, 200, 300, 800], [8, 9, 11, 13]), "greedy")
    assert (found.mean, found.median, found.games, found.seed) == (350.0, 250.0, 4, 3)
    assert found.stderr == pytest.approx(np.std([100, 200, 300, 800], ddof=1) / 2)
    assert found.low == pytest.approx(350 - 1.96 * found.stderr)
    assert found.high == pytest.approx(350 + 1.96 * found.stderr)
    assert found.reached == {"512": 0.75, "1024": 0.5, "2048": 0.5, "4096": 0.25, "8192": 0.25}
    assert found.max_tile == 8192
    assert json.loads(json.dumps(found.as_document()))["reached"]["512"] == 0.75


def test_one_game_has_no_bounds() -> None:
    found = evaluate_games(games_of([100], [8]), "greedy")
    assert (found.mean, found.stderr, found.low, found.high) == (100.0, None, None, None)
    assert gain(found, found) is not None


def test_the_bounds_hold_the_true_mean_about_95_times_of_100() -> None:
    scores = play_games(random_policy(0), range(400)).scores_N
    true_mean, draws = scores.mean(), np.random.default_rng(0)
    held = 0
    for _ in range(300):
        found = evaluate_games(games_of(draws.choice(scores, 64).tolist(), [7] * 64), "random")
        assert found.low is not None
        assert found.high is not None
        held += found.low <= true_mean <= found.high
    assert 0.9 <= held / 300 <= 0.98


def test_gain_is_the_ratio_of_means_with_bounds_around_it() -> None:
    draws = np.random.default_rng(1)
    base = evaluate_games(games_of(draws.integers(500, 1500, 100).tolist(), [7] * 100), "greedy")
    better = evaluate_games(games_of(draws.integers(1500, 4500, 100).tolist(), [8] * 100), "search")
    found = gain(better, base)
    assert found is not None
    assert found.ratio == better.mean / base.mean
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.ratio < found.high
    assert found.low == pytest.approx(2.8, abs=0.2)
    nothing = evaluate_games(games_of([0, 0], [1, 1]), "greedy")
    assert gain(better, nothing) is None

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch

from app.environment.board import I64, U8
from app.environment.games import Games
from app.models.game_transformer import GameTransformer
from app.play.evaluation import evaluate_games
from app.play.games import play_games
from app.play.learned import ActorCritic, AfterstateCritic
from app.play.network import F32, Network
from app.play.policies import greedy_policy, random_policy
from app.play.search import SearchLimits, search, search_policy, usual_limits
from app.training.run_folder import read_run
from tests.play.slow_search import after, move_values
from tests.training.run_folders import make_run

WEIGHTS = np.random.default_rng(0).normal(size=(18, 16))
LIKES = np.random.default_rng(1).normal(size=(18, 16, 4))
CELLS = np.arange(16)


@dataclass
class Known:
    """A value that the slow search can be given too. Counts what it is asked."""

    kind: Literal["position", "afterstate"] = "position"
    discount: float = 0.9
    liking: float = 0.0
    asked: int = 0

    def rewards(self, merged: I64) -> F32:
        return np.sqrt(merged).astype(np.float32)

    def values(self, boards_NC: U8) -> F32:
        self.asked += len(boards_NC)
        assert len({row.tobytes() for row in boards_NC}) == len(boards_NC)
        return WEIGHTS[boards_NC, CELLS].sum(axis=1).astype(np.float32)

    def preferences(self, positions_PC: U8) -> F32 | None:
        if self.liking == 0:
            return None
        return (self.liking * LIKES[positions_PC, CELLS].sum(axis=1)).astype(np.float32)


def boards_after(moves: int, count: int) -> U8:
    games = Games(count)
    games.seed(np.arange(count, dtype=np.uint64))
    games.start()
    choose = random_policy(1)
    for _ in range(moves):
        games.step(choose(games.arrays.boards, games.arrays.masks))
    return games.arrays.boards.copy()


def slow_answer(known: Known, depth: int, board: list[int]) -> list[float]:
    def likes(position: list[int]) -> list[float]:
        return (known.liking * LIKES[position, CELLS].sum(axis=0)).tolist()  # type: ignore[no-any-return]

    values = move_values(
        board,
        depth,
        lambda position: float(WEIGHTS[position, CELLS].sum()),
        likes,
        kind=known.kind,
        discount=known.discount,
        reward=lambda merged: float(np.sqrt(merged)),
    )
    liked = likes(board)
    return [-np.inf if v is None else v + liked[a] for a, v in enumerate(values)]


@pytest.mark.parametrize("liking", [0.0, 0.3])
@pytest.mark.parametrize("kind", ["position", "afterstate"])
@pytest.mark.parametrize(("depth", "count"), [(1, 40), (2, 6)])
def test_it_is_the_slow_expectimax(
    depth: int, count: int, kind: Literal["position", "afterstate"], liking: float
) -> None:
    known = Known(kind, liking=liking)
    boards = boards_after(90, count)
    fast = search(known, SearchLimits(depth=depth), boards)
    slow = [slow_answer(known, depth, board) for board in boards.tolist()]
    np.testing.assert_allclose(fast, slow, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["position", "afterstate"])
def test_it_is_the_slow_expectimax_three_moves_deep(
    kind: Literal["position", "afterstate"],
) -> None:
    known = Known(kind, liking=0.1)
    full = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 1, 1]], np.uint8)
    fast = search(known, SearchLimits(depth=3), full)
    np.testing.assert_allclose(fast, [slow_answer(known, 3, full[0].tolist())], rtol=1e-4)


def test_a_board_without_a_move_is_worth_nothing() -> None:
    # After left, the new tile fills the last cell and nothing can merge.
    board = np.array([[3, 4, 3, 4, 4, 3, 4, 3, 3, 4, 3, 4, 4, 3, 5, 5]], np.uint8)
    known = Known(discount=1.0)
    values = search(known, SearchLimits(depth=1), board)[0]
    assert np.isneginf(values[[0, 2]]).all()
    assert values[3] == np.sqrt(64)
    assert known.asked == 2  # after right, with a 2 and with a 4


def test_equal_boards_are_asked_once_across_games() -> None:
    boards = boards_after(20, 4)
    known, again = Known(), Known()
    one = search(known, SearchLimits(depth=2), boards)
    many = search(again, SearchLimits(depth=2), np.repeat(boards, 5, axis=0))
    assert known.asked == again.asked
    assert (np.repeat(one, 5, axis=0) == many).all()


def test_what_is_searched_together_does_not_matter() -> None:
    boards = boards_after(60, 12)
    limits = SearchLimits(depth=2, least_chance=0.01)
    together = search(Known(liking=0.2), limits, boards)
    apart = search(Known(liking=0.2), replace(limits, games_at_once=1), boards)
    np.testing.assert_allclose(together, apart, rtol=1e-5)


@pytest.mark.parametrize("kind", ["position", "afterstate"])
def test_what_is_unlikely_is_judged_as_it_lies(kind: Literal["position", "afterstate"]) -> None:
    boards = boards_after(10, 4)
    asked = []
    for least_chance in (0.0, 0.01, 0.5):
        known, again = Known(kind), Known(kind)
        limits = SearchLimits(depth=2, least_chance=least_chance, few_cells=2)
        first = search(known, limits, boards)
        assert (first == search(again, limits, boards)).all()
        asked.append(known.asked)
    assert asked[0] > 1.2 * asked[1] > 2.4 * asked[2] > 0


def test_a_search_is_longer_where_few_cells_are_empty() -> None:
    full = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 1, 1]], np.uint8)
    limits = SearchLimits(depth=2, least_chance=0.08)
    known = Known("afterstate")
    exact = search(Known("afterstate"), SearchLimits(depth=2), full)
    np.testing.assert_array_equal(search(known, limits, full), exact)
    wide, shallow = boards_after(2, 4), Known("afterstate")
    search(shallow, limits, wide)
    at_once = Known("afterstate")
    search(at_once, SearchLimits(depth=1), wide)
    assert shallow.asked == at_once.asked


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"depth": 0}, "must be from 1"),
        ({"depth": 9}, "must be from 1"),
        ({"few_cells": 0}, "must be from 1"),
        ({"few_cells": 17}, "must be from 1"),
        ({"least_chance": -0.1}, "must be from 0"),
        ({"least_chance": 1.0}, "must be from 0"),
    ],
)
def test_limits_are_checked(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        SearchLimits(**change)


def test_commands_offer_three_depths_each_a_larger_tree() -> None:
    full = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 1, 1]], np.uint8)
    asked = []
    for depth in (1, 2, 3):
        known = Known("afterstate")
        search(known, usual_limits(depth), full)
        asked.append(known.asked)
    assert asked == sorted(set(asked))
    with pytest.raises(ValueError, match="one of"):
        usual_limits(4)


def test_search_with_a_sensible_value_plays_better_than_chance() -> None:
    @dataclass
    class EmptyCells(Known):
        def values(self, boards_NC: U8) -> F32:
            return (boards_NC == 0).sum(axis=1).astype(np.float32)

    chance = evaluate_games(play_games(random_policy(0), range(32)), "random")
    played = play_games(search_policy(EmptyCells(), SearchLimits(depth=1)), range(32))
    assert evaluate_games(played, "search").mean > 1.5 * chance.mean


def test_a_networks_two_heads_are_its_value_and_its_preference(model: GameTransformer) -> None:
    boards = boards_after(30, 8)
    learned = ActorCritic(Network(model), discount=0.99, reward_scale=0.2)
    with torch.inference_mode():
        logits, values = model.eval()(torch.from_numpy(boards.astype(np.int64)))
    np.testing.assert_allclose(learned.values(boards), values.numpy(), atol=1e-6)
    np.testing.assert_allclose(learned.preferences(boards), logits.numpy(), atol=1e-6)
    without = replace(learned, prior_weight=0)
    assert without.preferences(boards) is None
    np.testing.assert_allclose(learned.rewards(np.array([0, 4, 1024])), [0, 0.4, 2.0])
    played = play_games(search_policy(learned, SearchLimits(depth=1)), range(2), max_moves=5)
    assert played.steps_N.tolist() == [5, 5]


def test_one_move_deep_over_afterstates_is_the_play_of_such_a_network(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path, template="n-tuple", hyperparameters={}))
    model = run.build_model()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_()
    boards = boards_after(60, 50)
    masks = np.array([[bool(after(b, a)) for a in range(4)] for b in boards.tolist()])
    learned = AfterstateCritic(Network(model))
    found = search_policy(learned, SearchLimits(depth=1))(boards, masks)
    assert (found == greedy_policy(model)(boards, masks)).all()
    deeper = search(learned, SearchLimits(depth=2), boards[:4])
    assert (np.isfinite(deeper) == masks[:4]).all()

import json
from dataclasses import asdict, replace

import pytest
import torch

from app.models.model_config import DynamicModelConfig
from app.models.standard_model import StandardModel
from app.play.evaluation import Evaluation
from app.play.recording import read_recording, replay
from app.training.evaluating import (
    FEWEST_GAMES,
    FIRST_SEED,
    Evaluated,
    Evaluator,
    evaluation_message,
)
from app.training.hyperparameters import Hyperparameters

SETTINGS = Hyperparameters.from_values({"evaluate_seconds": 60.0, "evaluate_games": 64})


def result(mean: float, *, half: float = 50.0, seconds: float = 1.0, games: int = 64) -> Evaluated:
    summary = Evaluation(
        mode="greedy",
        games=games,
        seed=0,
        mean=mean,
        median=mean,
        stderr=half / 1.96,
        low=mean - half,
        high=mean + half,
        reached={},
        max_tile=512,
        mean_moves=100.0,
    )
    return Evaluated(summary, {}, seconds)


@pytest.fixture(scope="module")
def model() -> StandardModel:
    torch.manual_seed(0)
    return StandardModel(DynamicModelConfig(d_model=8, n_heads=1))


def test_its_games_replay_and_touch_no_random_numbers_of_the_training(
    model: StandardModel,
) -> None:
    before = torch.get_rng_state()
    calls: list[None] = []
    played = Evaluator().play(model, 8, lambda: calls.append(None))
    assert torch.equal(torch.get_rng_state(), before)
    assert len(calls) >= max(len(game.moves) for game in played.recordings.values())
    scores = {kind: game.score for kind, game in played.recordings.items()}
    assert scores["best"] >= scores["median"] >= scores["worst"]
    for game in played.recordings.values():
        boards = replay(read_recording(json.loads(json.dumps(game.as_document()))))
        assert len(boards) == len(game.moves) + 1
        assert FIRST_SEED <= game.seed < FIRST_SEED + 8
    again = Evaluator().play(model, 8, lambda: None)
    assert again.summary == played.summary
    place = {"step": 1, "update": 2, "elapsed_s": 3.0, "kickstarted": False}
    message = evaluation_message(played, **place)  # type: ignore[arg-type]
    low, high = message["score"]["ci95"]
    assert low < message["score"]["mean"] < high
    json.dumps(message, allow_nan=False)


def test_what_checks_in_can_end_it(model: StandardModel) -> None:
    def end() -> None:
        raise InterruptedError

    evaluator = Evaluator()
    with pytest.raises(InterruptedError):
        evaluator.play(model, 8, end)
    assert evaluator == Evaluator()


def test_it_comes_every_so_often_and_takes_a_twentieth_of_the_time_at_most() -> None:
    evaluator = Evaluator()
    assert not evaluator.is_due(SETTINGS, 59.0)
    assert evaluator.is_due(SETTINGS, 60.0)
    assert not evaluator.is_due(replace(SETTINGS, evaluate_seconds=0.0), 600.0)
    assert evaluator.games(SETTINGS, 60.0, None) == FEWEST_GAMES
    assert evaluator.games(SETTINGS, 60.0, 0.1) == 30
    assert evaluator.games(SETTINGS, 60.0, 0.001) == 64
    assert evaluator.games(SETTINGS, 60.0, 10.0) == FEWEST_GAMES
    evaluator.add(result(500.0, seconds=8.0, games=16), step=1, elapsed_s=68.0)
    assert evaluator.games(SETTINGS, 60.0, 0.001) == FEWEST_GAMES
    assert evaluator.games(SETTINGS, 600.0, 0.001) == 60
    assert not evaluator.is_due(SETTINGS, 68.0 + 151.0)
    assert evaluator.is_due(SETTINGS, 68.0 + 153.0)


def test_a_run_without_progress_ends_early() -> None:
    settings = replace(SETTINGS, early_stop_evaluations=3)
    evaluator = Evaluator()
    assert evaluator.ending(settings) is None
    endings = []
    for step, mean in enumerate([500.0, 540.0, 549.0, 551.0, 560.0, 400.0, 590.0]):
        evaluator.add(result(mean), step, elapsed_s=60.0 * step)
        endings.append(evaluator.ending(settings))
        evaluator = Evaluator.from_document(json.loads(json.dumps(asdict(evaluator))))
    assert endings[:6] == [None] * 6
    assert "3 evaluations" in (endings[6] or "")
    assert (evaluator.best_step, evaluator.best_mean) == (6, 590.0)
    assert evaluator.ending(SETTINGS) is None


def test_a_run_that_reached_its_target_ends() -> None:
    settings = replace(SETTINGS, target_score=600)
    evaluator = Evaluator()
    evaluator.add(result(599.0), step=1, elapsed_s=60.0)
    assert evaluator.ending(settings) is None
    evaluator.add(result(600.0), step=2, elapsed_s=120.0)
    assert "600" in (evaluator.ending(settings) or "")

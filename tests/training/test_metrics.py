import json
import math
from dataclasses import replace
from typing import Any

import pytest

from app.training.metrics import RecentGames, training_update
from app.training.rollout import FinishedGame
from app.training.trainer import KickstartReport, UpdateReport

PLACE: dict[str, Any] = {
    "step": 10,
    "update": 2,
    "steps_per_second": 5.0,
    "algorithm": "ppo",
    "progress": {"fraction": 0.1, "elapsed_s": 2.0, "seconds_left": None},
}


def report(
    usage: dict[str, list[float]],
    policy_loss: float = 0.5,
    aux_by_component: dict[str, float] | None = None,
) -> UpdateReport:
    aux = aux_by_component or {}
    return UpdateReport(
        finished=[],
        learning_rate=0.001,
        value_loss=1.0,
        policy_loss=policy_loss,
        entropy=0.2,
        aux_loss=0.01,
        aux_by_component=aux,
        lb_reward=-0.01,
        expert_usage=usage,
    )


def test_scores_and_tile_rates_are_those_of_the_window() -> None:
    recent = RecentGames()
    assert recent.score() == {"mean": None, "max": None, "median": None}
    assert (recent.mean_score(), recent.max_tile(), recent.tile_rates()) == (None, None, {})
    recent.add(FinishedGame(score=100 * n, max_exponent=n, steps=10) for n in (8, 9, 10, 12))
    assert recent.score() == {"mean": 975.0, "max": 1200, "median": 950.0}
    assert recent.max_tile() == 4096
    assert recent.tile_rates() == {"512": 0.75, "1024": 0.5, "2048": 0.25, "4096": 0.25}
    recent.add(FinishedGame(1, 1, 1) for _ in range(300))
    assert recent.score()["max"] == 1
    assert recent.max_tile() == 4096
    assert recent.tile_rates() == {"512": 0.0, "1024": 0.0, "2048": 0.0}
    assert recent.episodes == 304


def test_games_survive_a_checkpoint() -> None:
    recent, restored = RecentGames(), RecentGames()
    recent.add([FinishedGame(4, 5, 6), FinishedGame(7, 8, 9)])
    restored.restore(json.loads(json.dumps(recent.as_document())))
    assert restored.as_document() == recent.as_document()


def test_usage_is_a_mean_per_expert_and_flat_for_the_first_block() -> None:
    reports = [
        report({"a": [1.0, 0.0], "b": [0.2, 0.8]}),
        report({"a": [0.5, 0.5], "b": [0.4, 0.6]}),
    ]
    message = training_update(reports, RecentGames(), **PLACE)
    moe = message["moe"]
    assert moe["expert_usage"] == [0.75, 0.25]
    assert moe["expert_usage_by_component"]["b"] == pytest.approx([0.3, 0.7])
    assert moe["lb_reward"] == pytest.approx(-0.01)
    assert moe["entropy_by_component"] == pytest.approx({"a": 0.8113, "b": 0.8813}, abs=1e-4)
    assert moe["dead_by_component"] == {"a": [], "b": []}


def test_without_experts_and_with_nan_the_message_is_still_json() -> None:
    message = training_update([report({}, policy_loss=math.nan)], RecentGames(), **PLACE)
    assert message["moe"] == {
        "expert_usage": [],
        "expert_usage_by_component": {},
        "lb_reward": None,
        "entropy_by_component": {},
        "dead_by_component": {},
    }
    assert message["kickstart"] is None
    assert message["loss"]["policy"] is None
    json.dumps(message, allow_nan=False)


def test_each_auxiliary_head_is_told_where_there_are_some() -> None:
    reports = [report({}, aux_by_component={"tile": loss, "moves": 1.0}) for loss in (1.0, 2.0)]
    message = training_update(reports, RecentGames(), **PLACE)
    assert message["loss"]["aux_by_component"] == {"tile": 1.5, "moves": 1.0}
    assert message["loss"]["aux"] == pytest.approx(0.01)
    assert "aux_by_component" not in training_update([report({})], RecentGames(), **PLACE)["loss"]


def test_a_teacher_is_told_as_long_as_there_was_one() -> None:
    teacher = KickstartReport(weight=0.0, loss=None, teacher_score=20_000.0)
    taught = replace(report({}), kickstart=teacher)
    told = training_update([report({}), taught], RecentGames(), **PLACE)["kickstart"]
    assert told == {"weight": 0.0, "loss": None, "teacher_score": 20_000.0}

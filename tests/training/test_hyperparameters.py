import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from app.training.hyperparameters import (
    HyperparameterError,
    Hyperparameters,
    check_minutes,
    check_run_number,
    check_settings,
    run_default,
    setting_rules,
)

SPEC = json.loads(
    (Path(__file__).resolve().parents[2] / "spec" / "hyperparameters.json").read_text()
)


def test_the_fields_are_the_rows_of_the_spec() -> None:
    names = [field.name for field in dataclasses.fields(Hyperparameters)]
    assert names == [row["name"] for row in SPEC["hyperparameters"]]
    defaults = {row["name"]: row["default"] for row in SPEC["hyperparameters"]}
    assert Hyperparameters.from_values().as_values() == defaults
    assert check_settings(defaults) == defaults
    assert check_run_number("total_steps", run_default("total_steps")) > 0


def test_whole_numbers_pass_as_floats_and_stay_floats() -> None:
    settings = Hyperparameters.from_values({"gamma": 1})
    assert isinstance(settings.gamma, float)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"learning_rate": "1e-3"}, "type"),
        ({"learning_rate": True}, "type"),
        ({"learning_rate": None}, "type"),
        ({"learning_rate": math.nan}, "range"),
        ({"learning_rate": math.inf}, "range"),
        ({"learning_rate": 0}, "range"),
        ({"learning_rate": 10**400}, "range"),
        ({"anneal": 1}, "type"),
        ({"epochs": 1.5}, "type"),
        ({"epochs": 2.0}, "type"),
        ({"epochs": 0}, "range"),
        ({"n_envs": [64]}, "type"),
        ({"lerning_rate": 1}, "unknown"),
        ({"device": "gpu"}, "type"),
        ({"device": 0}, "type"),
        ({"precision": ["float32"]}, "type"),
    ],
)
def test_a_bad_value_is_named(values: dict[str, object], code: str) -> None:
    with pytest.raises(HyperparameterError) as caught:
        Hyperparameters.from_values(values)
    (problem,) = caught.value.problems
    assert (problem.name, problem.code) == (next(iter(values)), f"hyperparameter.{code}")
    assert problem.message


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(HyperparameterError) as caught:
        check_settings({"gamma": 2, "epochs": 0, "clip_range": 0.1})
    assert [problem.name for problem in caught.value.problems] == ["gamma", "epochs"]


def test_only_live_settings_change_while_a_run_goes_on() -> None:
    settings = Hyperparameters.from_values()
    assert settings.changed({"learning_rate": 0.01}).learning_rate == 0.01
    with pytest.raises(HyperparameterError) as caught:
        settings.changed({"n_envs": 4})
    assert caught.value.problems[0].code == "hyperparameter.not_live"
    assert {name for name, rule in setting_rules().items() if not rule.live} >= {"n_envs"}


def test_every_row_has_a_group_and_every_choice_its_default() -> None:
    rows, groups = SPEC["hyperparameters"], SPEC["groups"]
    assert list(dict.fromkeys(row["group"] for row in rows)) == [group["name"] for group in groups]
    for row in rows:
        if row["kind"] == "choice":
            assert row["default"] in [choice["value"] for choice in row["values"]]
    assert Hyperparameters.from_values({"device": "cuda"}).device == "cuda"


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, True, "5", None, 10**6])
def test_minutes_are_a_number_in_bounds(value: object) -> None:
    with pytest.raises(HyperparameterError):
        check_minutes(value)
    assert check_minutes(10) == 10.0


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "5", None, 10**13])
def test_total_steps_is_a_whole_number_in_bounds(value: object) -> None:
    with pytest.raises(HyperparameterError):
        check_run_number("total_steps", value)


def test_the_server_may_import_it_without_torch() -> None:
    code = "import app.training.hyperparameters, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr

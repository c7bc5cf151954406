from typing import Any

import pytest

from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment
from weightslab.hyperparameters.steering import check_edit, check_steering, steer


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("experiment_name", 3),
        ("is_training", 1),
        ("auditorMode", "audit"),
        ("pause_at_step", 1.5),
        ("pause_at_step", True),
    ],
)
def test_a_key_that_means_something_wants_its_type(key: str, value: Any) -> None:
    with pytest.raises(ArgumentError, match=key):
        check_steering((key,), value)
    check_steering(("section", key), value)
    check_steering(("other",), value)


def test_the_folder_is_the_scripts() -> None:
    check_steering(("root_log_dir",), "logs")
    with pytest.raises(ArgumentError, match="root_log_dir"):
        check_edit(("root_log_dir",), "logs")


def test_a_step_that_passed_meanwhile_pauses_at_once(experiment: Experiment) -> None:
    experiment.step = 9
    steer(experiment, ("pause_at_step",), 5)
    assert experiment.control.attend_at <= 9
    steer(experiment, ("pause_at_step",), None)
    steer(experiment, ("auditorMode",), True)
    assert experiment.control.mode == "audit"
    steer(experiment, ("root_log_dir",), "")
    assert experiment.root.endswith("root_log_dir")

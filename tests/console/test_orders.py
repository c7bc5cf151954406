from pathlib import Path

import pytest

from app import cli
from app.console.orders import new_order
from app.console.run_folders import find_trained
from app.errors import CommandError
from app.services.run_request import RunWish
from app.training.loaded_teacher import load_teacher


def test_a_run_can_be_given_a_teacher(trained: Path, tmp_path: Path) -> None:
    teacher = find_trained(trained)
    order = new_order("template:starter-moe", RunWish(), tmp_path / "run", teacher)
    assert load_teacher(order.folder / "teacher").score == teacher.checkpoint.score
    without = new_order("template:starter-moe", RunWish(), tmp_path / "other")
    assert not (without.folder / "teacher").exists()


def test_what_cannot_learn_from_a_teacher_is_told(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="learns no policy"):
        new_order("template:n-tuple", RunWish(), tmp_path / "run", find_trained(trained))
    two = RunWish(hyperparameters={"kickstart_moves": 1000})
    with pytest.raises(CommandError, match="Name one teacher"):
        new_order("template:starter-moe", two, tmp_path / "run", find_trained(trained))
    assert not (tmp_path / "run").exists()


def test_a_teacher_that_is_no_run_is_told(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = ["train", "template:starter-moe", "--teacher", str(tmp_path)]
    assert cli.main([*train, "--out", str(tmp_path / "run")]) == 2
    assert "neither the folder of a run" in capsys.readouterr().err
    assert cli.main(["train", "--resume", str(trained), "--teacher", str(trained)]) == 2
    assert "leave --teacher out" in capsys.readouterr().err

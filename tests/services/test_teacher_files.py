from pathlib import Path

import pytest

from app.errors import CheckpointNotFoundError, RunRequestError
from app.services.checkpoint_files import find_checkpoint
from app.services.run_request import RunWish, check_teaching, check_wish
from app.services.teacher_files import copy_teacher, inherit_teacher
from app.training.loaded_teacher import load_teacher
from app.training.run_folder import read_run
from tests.training.run_folders import make_run, template_design, train_in_place


@pytest.fixture(scope="module")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_run(tmp_path_factory.mktemp("lender") / "run", template="tiny-linear")
    train_in_place(folder, updates=2)
    return folder


def test_a_copy_teaches_without_its_run_and_branches_inherit_it(
    lender: Path, tmp_path: Path
) -> None:
    checkpoint = find_checkpoint(lender, None)
    assert checkpoint is not None
    student, branch = make_run(tmp_path / "student"), make_run(tmp_path / "branch")
    assert read_run(student).teacher is None
    copy_teacher(lender, checkpoint, student)
    inherit_teacher(student, branch)
    for folder in (student, branch):
        teacher = read_run(folder).teacher
        assert teacher is not None
        assert load_teacher(teacher).score == checkpoint.score
    inherit_teacher(lender, make_run(tmp_path / "other"))
    assert read_run(tmp_path / "other").teacher is None


def test_a_run_that_was_cleared_away_cannot_teach(lender: Path, tmp_path: Path) -> None:
    checkpoint = find_checkpoint(lender, None)
    assert checkpoint is not None
    with pytest.raises(CheckpointNotFoundError, match="not on disk"):
        copy_teacher(tmp_path / "gone", checkpoint, tmp_path / "student")


def test_only_a_policy_without_another_teacher_can_be_taught() -> None:
    settings = check_wish(RunWish()).hyperparameters
    check_teaching(settings, template_design("starter-moe"))
    with pytest.raises(RunRequestError, match="learns no policy"):
        check_teaching(settings, template_design("n-tuple"))
    with pytest.raises(RunRequestError, match="Name one teacher"):
        check_teaching({**settings, "kickstart_moves": 1000}, template_design("starter-moe"))

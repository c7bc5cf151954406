import json
from pathlib import Path

import pytest

from app.training.hyperparameters import HyperparameterError
from app.training.run_folder import RunFolderError, read_run, starting_checkpoint
from app.training.worker import failure
from tests.training.run_folders import make_run, train_in_place
from weightslab.checkpoints import CheckpointDamagedError


def test_an_order_is_read(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path, template="residual-experts", resume_from=tmp_path / "x"))
    assert run.model_config().n_experts == 8
    assert list(run.build_model().moe_layers()) == ["experts1", "experts2"]
    assert run.resume_from == tmp_path / "x"
    assert run.hyperparameters.n_envs == 8


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"run_id": 1}', "null"])
def test_a_broken_order_is_one_kind_of_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(RunFolderError):
        read_run(tmp_path)
    with pytest.raises(RunFolderError, match="cannot be read"):
        read_run(tmp_path / "none")


def test_a_setting_out_of_bounds_is_named(tmp_path: Path) -> None:
    folder = make_run(tmp_path, hyperparameters={"gamma": 9})
    with pytest.raises(HyperparameterError, match="gamma"):
        read_run(folder)


def test_a_run_goes_on_from_its_own_newest_before_its_parents(tmp_path: Path) -> None:
    parent = make_run(tmp_path / "parent", template="tiny-linear")
    parents = parent / "checkpoints" / train_in_place(parent, updates=1)
    folder = make_run(tmp_path / "child", template="tiny-linear", resume_from=parents)
    assert starting_checkpoint(read_run(folder)) == (parents, [])
    own = folder / "checkpoints" / train_in_place(folder, updates=2)
    assert starting_checkpoint(read_run(folder)) == (own, [])
    (own / "model.safetensors").unlink()
    path, damaged = starting_checkpoint(read_run(folder))
    assert path == parents
    assert len(damaged) == 1
    (parents / "model.safetensors").unlink()
    with pytest.raises(CheckpointDamagedError):
        starting_checkpoint(read_run(folder))
    assert starting_checkpoint(read_run(make_run(tmp_path / "new"))) == (None, [])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "run.out_of_memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 GB"), "run.out_of_memory"),
        (RunFolderError("x"), "run.order"),
        (CheckpointDamagedError("x"), "checkpoint.damaged"),
        (ZeroDivisionError("two\nlines"), "run.crashed"),
    ],
)
def test_every_failure_has_a_code_and_one_line(error: Exception, code: str) -> None:
    told = failure(error)
    assert told["code"] == code
    assert told["reason"]
    assert "\n" not in told["reason"]
    json.dumps(told)

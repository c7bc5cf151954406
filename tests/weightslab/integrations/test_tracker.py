import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import weightslab as wl
from weightslab.errors import ArgumentError, StoreClosedError
from weightslab.experiment import Experiment, current, use
from weightslab.store.history_reader import HistoryReader


@pytest.fixture(autouse=True)
def _own_current() -> Any:
    former = use(None)
    yield
    wl.finish()
    use(former)


def curve(folder: Path, name: str) -> list[tuple[int, float]]:
    table = HistoryReader(folder).global_rows(signals=[name])
    return list(zip(table["step"].to_pylist(), table["value"].to_pylist(), strict=True))


def test_values_are_counted_by_call_without_an_optimizer(tmp_path: Path) -> None:
    with wl.init(project="toy", dir=tmp_path) as run:
        wl.log({"loss": 0.5, "nested": {"deep": {"er": 1}}})
        run.log({"loss": torch.tensor(0.25)})
        wl.log({"loss": np.float32(0.125)}, step=7)
        wl.log({"loss": float("nan")})
        assert run.name == "toy"
    assert curve(tmp_path, "loss")[:3] == [(0, 0.5), (1, 0.25), (7, 0.125)]
    assert np.isnan(dict(curve(tmp_path, "loss"))[8])
    assert curve(tmp_path, "nested/deep/er") == [(0, 1.0)]


def test_values_bear_the_models_age_where_an_optimizer_is_watched(tmp_path: Path) -> None:
    wl.init(dir=tmp_path, name="aged")
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = wl.watch_or_edit(torch.optim.SGD([weight], lr=0.1), flag="optimizer")
    for _ in range(3):
        weight.grad = torch.ones(1)
        optimizer.step()
        wl.log({"a": 1.0})
        wl.log({"b": 2.0})
    wl.finish()
    assert [step for step, _ in curve(tmp_path, "a")] == [1, 2, 3]
    assert [step for step, _ in curve(tmp_path, "b")] == [1, 2, 3]


@pytest.mark.parametrize(
    "value", ["0.5", None, [1.0, 2.0], torch.ones(2), object(), {"deep": "text"}, 1j]
)
def test_what_is_no_number_is_refused_and_nothing_of_the_call_is_kept(
    tmp_path: Path, value: Any
) -> None:
    with wl.init(dir=tmp_path):
        with pytest.raises(ArgumentError):
            wl.log({"good": 1.0, "bad": value})
        with pytest.raises(ArgumentError):
            wl.log(value)
        wl.log({"later": 1.0})
    assert HistoryReader(tmp_path).signals() == ["later"]
    assert curve(tmp_path, "later") == [(0, 1.0)]


def test_a_second_init_finishes_the_first(tmp_path: Path) -> None:
    first = wl.init(dir=tmp_path / "first")
    wl.log({"loss": 1.0})
    wl.init(dir=tmp_path / "second")
    wl.log({"loss": 2.0})
    with pytest.raises(StoreClosedError):
        first.log({"loss": 3.0})
    wl.finish()
    wl.finish()
    assert curve(tmp_path / "first", "loss") == [(0, 1.0)]
    assert curve(tmp_path / "second", "loss") == [(0, 2.0)]


def test_init_finishes_what_a_plain_script_began(tmp_path: Path) -> None:
    wl.watch_or_edit(None, flag="logger", log_dir=tmp_path)
    wl.log({"loss": 1.0})
    wl.init(dir=tmp_path)  # the same folder: the former experiment must have let go of it
    wl.log({"loss": 2.0}, step=1)
    wl.finish()
    assert curve(tmp_path, "loss") == [(0, 1.0), (1, 2.0)]


def test_the_config_is_live(tmp_path: Path) -> None:
    weight = torch.nn.Parameter(torch.ones(1))
    with wl.init(dir=tmp_path, config={"lr": 0.1, "depth": 3}) as run:
        optimizer = wl.watch_or_edit(torch.optim.SGD([weight], lr=0.1), flag="optimizer")
        assert run.config["depth"] == 3
        run.config["lr"] = 0.5
        weight.grad = torch.ones(1)
        optimizer.step()
        assert optimizer.param_groups[0]["lr"] == 0.5
        assert current().hyperparameters is run.config


def test_finishing_names_a_signal_that_never_ran(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wl.init(dir=tmp_path)
    wl.signal(name="lonely", subscribe_to="los")(lambda ctx: 1.0)
    wl.log({"loss": 1.0})
    wl.finish()
    assert "'lonely' never ran" in caplog.text
    assert "loss" in caplog.text


def test_an_exception_in_the_block_passes_and_what_was_logged_is_kept(tmp_path: Path) -> None:
    def train() -> None:
        with wl.init(dir=tmp_path):
            wl.log({"loss": 1.0})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train()
    assert curve(tmp_path, "loss") == [(0, 1.0)]


def test_log_works_without_init(experiment: Experiment) -> None:
    former = use(experiment)
    wl.log({"loss": 1.0})
    experiment.flush()
    assert curve(Path(experiment.root), "loss") == [(0, 1.0)]
    use(former)


@pytest.mark.slow
def test_a_script_that_never_finishes_loses_nothing(tmp_path: Path) -> None:
    script = "import sys, weightslab as wl; wl.init(dir=sys.argv[1]); wl.log({'loss': 1.0})"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert curve(tmp_path, "loss") == [(0, 1.0)]

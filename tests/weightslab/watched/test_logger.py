import copy
import logging
import math
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

import weightslab as wl
from weightslab.errors import StoreError
from weightslab.experiment import Experiment


class Writer:
    def __init__(self) -> None:
        self.written: list[tuple[Any, ...]] = []

    def add_scalar(self, tag: str, scalar_value: Any, global_step: Any = None) -> str:
        self.written.append((tag, float(scalar_value), global_step))
        return "written"


class Slotted:
    __slots__ = ()

    def add_scalar(self, tag: str, scalar_value: Any, global_step: Any = None) -> None:
        """Nothing."""


def recorded(experiment: Experiment) -> list[tuple[str, int, float]]:
    experiment.flush()
    table = experiment.history.reader.global_rows()
    return [(row["signal"], row["step"], row["value"]) for row in table.to_pylist()]


@pytest.mark.parametrize("obj", [None, logging.getLogger("a_script"), object(), {"a": 1}])
def test_any_object_comes_back_as_it_was(experiment: Experiment, tmp_path: Path, obj: Any) -> None:
    watched = wl.watch_or_edit(obj, flag="logger", name="exp", log_dir=tmp_path / "logs")
    assert watched is obj
    assert experiment.root == str(tmp_path / "logs")
    assert experiment.name == "exp"


def test_hyperparameters_name_the_experiment_first(experiment: Experiment) -> None:
    wl.watch_or_edit({"experiment_name": "exp"}, flag="hyperparameters")
    wl.watch_or_edit(None, flag="logger", name="main")
    assert experiment.name == "exp"


def test_scalars_become_global_signals(experiment: Experiment) -> None:
    writer = Writer()
    watched = wl.watch_or_edit(writer, flag="logger")
    assert watched is writer
    assert type(writer) is Writer
    assert writer.add_scalar("loss", torch.tensor(0.5), 3) == "written"
    wl.watch_or_edit(writer, flag="logger")
    experiment.step = 7
    writer.add_scalar("loss", 0.25)
    writer.add_scalar(tag="gap", scalar_value=math.inf, global_step=8)
    assert writer.written == [("loss", 0.5, 3), ("loss", 0.25, None), ("gap", math.inf, 8)]
    assert sorted(recorded(experiment)) == [
        ("gap", 8, math.inf),
        ("loss", 3, 0.5),
        ("loss", 7, 0.25),
    ]


def test_copies_of_a_writer_only_write(experiment: Experiment) -> None:
    writer = wl.watch_or_edit(Writer(), flag="logger")
    for twin in (copy.deepcopy(writer), pickle.loads(pickle.dumps(writer))):
        twin.add_scalar("loss", 1.0, 1)
        assert twin.written == [("loss", 1.0, 1)]
    assert writer.written == []
    assert not experiment.uses("recorder")


def test_a_writer_that_takes_no_attributes_is_left_alone(
    experiment: Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    wl.watch_or_edit(Slotted(), flag="logger").add_scalar("a", 1)
    assert "not recorded" in caplog.text


def test_the_folder_is_named_before_anything_is_recorded(
    experiment: Experiment, tmp_path: Path
) -> None:
    experiment.journal.append("tag")
    wl.watch_or_edit(None, flag="logger", log_dir=experiment.root)
    with pytest.raises(StoreError, match="in use"):
        wl.watch_or_edit(None, flag="logger", log_dir=tmp_path / "elsewhere")

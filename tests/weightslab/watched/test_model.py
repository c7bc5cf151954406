import copy
import io
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import weightslab as wl
from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment


def net() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))


def test_a_watched_model_is_the_same_object_and_knows_its_age(experiment: Experiment) -> None:
    model = net()
    keys, text = list(model.state_dict()), repr(model)
    watched: Any = wl.watch_or_edit(model, flag="model", device="cpu")
    assert watched is model
    assert type(watched) is torch.nn.Sequential
    assert experiment.models == {"model": model}
    assert (list(model.state_dict()), repr(model)) == (keys, text)
    assert watched.get_age() == 0
    experiment.step = 7
    assert watched.get_age() == 7


def test_watching_anew_under_a_name_takes_the_place(
    experiment: Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = net(), net()
    wl.watch_or_edit(first, flag="model")
    wl.watch_or_edit(second, flag="model")
    wl.watch_or_edit(second, flag="model", name="encoder")
    assert experiment.models == {"model": second, "encoder": second}
    assert not caplog.records
    wl.watch_or_edit(torch.nn.Linear(1, 1), flag="model")
    assert "takes the place" in caplog.text


def test_copies_and_pickles_remember_their_age(experiment: Experiment) -> None:
    model: Any = wl.watch_or_edit(net(), flag="model")
    experiment.step = 5
    twin = copy.deepcopy(model)
    experiment.step = 6
    assert (model.get_age(), twin.get_age()) == (6, 5)
    assert pickle.loads(pickle.dumps(model)).get_age() == 6
    stream = io.BytesIO()
    torch.save(model.state_dict(), stream)
    stream.seek(0)
    net().load_state_dict(torch.load(stream, weights_only=True))
    watched_again: Any = wl.watch_or_edit(twin, flag="model")
    experiment.step = 9
    assert watched_again.get_age() == 9


@pytest.mark.slow
def test_a_saved_model_needs_no_weightslab(experiment: Experiment, tmp_path: Path) -> None:
    experiment.step = 6
    saved = tmp_path / "model.pt"
    torch.save(wl.watch_or_edit(net(), flag="model"), saved)
    code = (
        "import sys, torch; m = torch.load(sys.argv[1], weights_only=False);"
        "print(m.get_age(), 'weightslab' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(saved)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout == "6 False\n", done.stderr


def test_a_model_keeps_a_get_age_of_its_own(experiment: Experiment) -> None:
    class Wine(torch.nn.Linear):
        def get_age(self) -> int:
            return 1982

    assert wl.watch_or_edit(Wine(1, 1), flag="model").get_age() == 1982


def test_a_device_that_is_not_there_leaves_the_model_where_it_is(
    experiment: Experiment, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    model = wl.watch_or_edit(net(), flag="model", device="cuda")
    assert model[0].weight.device.type == "cpu"
    assert "no cuda here" in caplog.text


def test_what_is_no_module_is_refused(experiment: Experiment) -> None:
    with pytest.raises(ArgumentError, match="Module"):
        wl.watch_or_edit("model", flag="model")
    with pytest.raises(TypeError):
        wl.watch_or_edit(net(), flag="model", devise="cpu")
    assert experiment.models == {}


def test_averaged_models_take_a_watched_one(experiment: Experiment) -> None:
    model = wl.watch_or_edit(net(), flag="model")
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)
    )
    average.update_parameters(model)
    assert torch.equal(average.module[0].weight, model[0].weight)


@pytest.mark.slow
def test_a_watched_model_compiles(experiment: Experiment) -> None:
    model = wl.watch_or_edit(net(), flag="model").eval()
    compiled: Any = torch.compile(model, backend="eager", fullgraph=True)
    x = torch.randn(2, 4)
    assert torch.equal(compiled(x), model(x))
    experiment.step = 3
    assert compiled.get_age() == 3
    again: Any = wl.watch_or_edit(torch.compile(net(), backend="eager"), flag="model", name="c")
    assert again.get_age() == 3
    assert again(x).shape == (2, 3)

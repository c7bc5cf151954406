"""What the ledger refuses, and that a refusal leaves it as it was and the training alive."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

import weightslab as wl
from weightslab.errors import (
    ArgumentError,
    CheckpointRefusedError,
    MisalignedError,
    SampleIdError,
    SignalCycleError,
    StoreClosedError,
    StoreError,
    StoreLockedError,
    UnknownNameError,
    UnknownSampleError,
    WeightslabError,
)
from weightslab.experiment import Experiment

ROOT = Path(__file__).parents[2]


def in_a_process(code: str, *arguments: object, **environment: str) -> Any:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def everything(experiment: Experiment) -> dict[str, Any]:
    """All that the ledger holds, to be compared."""
    experiment.flush()
    reader = experiment.history.reader
    return {
        "journal": [(e.kind, e.fields) for e in experiment.journal.entries()],
        "samples": reader.sample_rows().to_pylist(),
        "instances": reader.instance_rows().to_pylist(),
        "curves": reader.global_rows().to_pylist(),
        "frame": wl.dataframe().to_json(),
        "watched": {
            kind: sorted(getattr(experiment, kind))
            for kind in ("models", "optimizers", "loaders", "measures")
        },
        "signals": [signal.name for signal in experiment.signals.all()],
        "hyperparameters": json.dumps(experiment.hyperparameters, default=repr),
    }


@pytest.fixture
def ledger(experiment: Experiment) -> Experiment:
    """One with four samples, values, tags and a signal."""
    wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    wl.watch_or_edit(TensorDataset(torch.zeros(4, 2)), "train", flag="data", batch_size=2)
    wl.save_signals({"loss": torch.ones(4)}, [0, 1, 2, 3], step=0)
    wl.save_instance_signals({"iou": [0.5]}, [0, 1], [1], step=0)
    wl.tag_samples([1], "odd")
    wl.register_categorical_tag("weather", ["sunny"])
    wl.signal(name="a", subscribe_to="b")(lambda ctx: 0.0)
    return experiment


CALLS: dict[str, tuple[type[Exception], Callable[[], Any]]] = {
    "SD01 unknown flag": (ValueError, lambda: wl.watch_or_edit(nn.Linear(1, 1), flag="nope")),
    "no flag": (ValueError, lambda: wl.watch_or_edit(nn.Linear(1, 1))),
    "a flag of another type": (ValueError, lambda: wl.watch_or_edit(nn.Linear(1, 1), flag=3)),  # type: ignore[arg-type]
    "a flag for something else": (ArgumentError, lambda: wl.watch_or_edit(3, flag="model")),
    "an optimizer that is none": (ArgumentError, lambda: wl.watch_or_edit("x", flag="opt")),
    "a loss that is none": (ArgumentError, lambda: wl.watch_or_edit(3, flag="loss")),
    "data that is none": (ArgumentError, lambda: wl.watch_or_edit(3, flag="dataset")),
    "SD03 missing file": (
        FileNotFoundError,
        lambda: wl.watch_or_edit("./missing.yaml", flag="hyperparameters"),
    ),
    "hyperparameters of a list": (ArgumentError, lambda: wl.watch_or_edit([1], flag="hp")),
    "SD09 unknown mode": (ValueError, lambda: wl.tag_samples([1], "x", mode="bogus")),
    "SD11 huge value": (
        ValueError,
        lambda: wl.set_categorical_tag([1], "weather", "x" * 2_000_000),
    ),
    "SD11 huge tag": (ValueError, lambda: wl.tag_samples([1], "x" * 2_000_000)),
    "SD15 circle": (SignalCycleError, lambda: wl.signal(name="b", subscribe_to="a")(len)),
    "SD15 own subscriber": (SignalCycleError, lambda: wl.signal(name="c", subscribe_to="c")(len)),
    "SD19 unknown column": (
        KeyError,
        lambda: wl.write_dataframe("frame.json", columns=["no_such"]),
    ),
    "SD25 pickle": (CheckpointRefusedError, lambda: wl.load_checkpoint("x.pt")),  # type: ignore[arg-type]
    "too few values": (MisalignedError, lambda: wl.save_signals({"s": [1.0]}, [0, 1])),
    "too many values": (MisalignedError, lambda: wl.save_signals({"s": [1.0, 2, 3]}, [0, 1])),
    "one of two signals misaligned": (
        MisalignedError,
        lambda: wl.save_signals({"s": [1.0, 2.0], "t": [1.0]}, [0, 1]),
    ),
    "targets misaligned": (
        MisalignedError,
        lambda: wl.save_signals({"s": [1.0, 2.0]}, [0, 1], targets=[1]),
    ),
    "instances misaligned": (
        MisalignedError,
        lambda: wl.save_instance_signals({"s": [1.0, 2.0]}, [0, 1], [0]),
    ),
    "an instance of no sample": (
        MisalignedError,
        lambda: wl.save_instance_signals({"s": [1.0]}, [0, 1], [2]),
    ),
    "unknown id tagged": (UnknownSampleError, lambda: wl.tag_samples([1, 99], "x")),
    "unknown id discarded": (UnknownSampleError, lambda: wl.discard_samples(["nobody"])),
    "ids of mixed types": (SampleIdError, lambda: wl.save_signals({"s": [1.0, 2.0]}, [1, "1"])),
    "ids that are none": (SampleIdError, lambda: wl.save_signals({"s": [1.0]}, [None])),
    "ids of fractions": (
        SampleIdError,
        lambda: wl.save_signals({"s": [1.0]}, torch.tensor([0.5])),
    ),
    "ids of two dimensions": (
        SampleIdError,
        lambda: wl.save_signals({"s": [1.0]}, torch.zeros(1, 1, dtype=torch.long)),
    ),
    "texts as values": (ArgumentError, lambda: wl.save_signals({"s": ["a", "b"]}, [0, 1])),
    "objects as values": (ArgumentError, lambda: wl.save_signals({"s": [{}, {}]}, [0, 1])),
    "None as values": (ArgumentError, lambda: wl.save_signals({"s": None}, [0, 1])),
    "complex values": (
        ArgumentError,
        lambda: wl.save_signals({"s": torch.ones(2, dtype=torch.complex64)}, [0, 1]),
    ),
    "ragged values": (ArgumentError, lambda: wl.save_signals({"s": [[1.0], [1.0, 2.0]]}, [0, 1])),
    "no mapping": (ArgumentError, lambda: wl.save_signals([1.0], [0])),  # type: ignore[arg-type]
    "a step before 0": (ArgumentError, lambda: wl.save_signals({"s": [1.0]}, [0], step=-1)),
    "a fraction of a step": (ArgumentError, lambda: wl.save_signals({"s": [1.0]}, [0], step=1.5)),  # type: ignore[arg-type]
    "a name that is none": (ArgumentError, lambda: wl.save_signals({3: [1.0]}, [0])),  # type: ignore[dict-item]
    "an empty name": (ArgumentError, lambda: wl.save_signals({"": [1.0]}, [0])),
    "unregistered signal": (UnknownNameError, lambda: wl.compute_signals([], signals=["no"])),
    "unregistered loader": (UnknownNameError, lambda: wl.request_evaluation("no")),
    "unregistered checkpoint": (UnknownNameError, lambda: wl.load_checkpoint(7)),
    "an empty tag": (ArgumentError, lambda: wl.tag_samples([1], " ")),
    "a tag of the other kind": (ArgumentError, lambda: wl.tag_samples([1], "weather")),
    "one text as categories": (ArgumentError, lambda: wl.register_categorical_tag("t", "abc")),
    "an unknown format": (ArgumentError, lambda: wl.write_history("h.xml", format="xml")),
    "an unknown layer": (ArgumentError, lambda: wl.write_history(type_of_history="no")),
    "annotation 0": (ArgumentError, lambda: wl.query_instance_history(0, 0)),
    "an unknown audit mode": (ArgumentError, lambda: wl.set_mode("off")),  # type: ignore[arg-type]
    "a step that is over": (ArgumentError, lambda: wl.pause_at_step(-1)),
    "a log of texts": (ArgumentError, lambda: wl.log({"x": "high"})),
    "a throttle of 0": (ArgumentError, lambda: wl.signal(name="d", compute_every_n_steps=0)(len)),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_call_is_refused_and_changes_nothing(
    ledger: Experiment, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error, call = CALLS[name]
    before = everything(ledger)
    with pytest.raises(error) as told:
        call()
    assert str(told.value)
    assert everything(ledger) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root_log_dir"]


def test_the_flags_are_listed(experiment: Experiment) -> None:
    with pytest.raises(ArgumentError, match="model, data, dataset, dataloader, optimizer, opt"):
        wl.watch_or_edit(nn.Linear(1, 1), flag="modle")


def test_known_columns_and_names_are_listed(ledger: Experiment) -> None:
    with pytest.raises(KeyError, match="signals_loss"):
        wl.write_dataframe(columns=["no_such"])
    with pytest.raises(UnknownNameError, match="train"):
        wl.request_evaluation("no")


def test_sd03_defaults_stand_for_a_missing_file(experiment: Experiment) -> None:
    hp = wl.watch_or_edit("./missing.yaml", flag="hyperparameters", defaults={"lr": 1.0})
    assert hp == {"lr": 1.0}


def test_sd05_a_half_written_file_keeps_the_former_values(
    experiment: Experiment, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("lr: 0.1\n")
    hp = wl.watch_or_edit(str(path), flag="hyperparameters", poll_interval=3600)
    for _ in range(3):
        path.write_text("lr: [0.2,\n" + "#" * len(caplog.text))
        hp.look_at_file()
    assert hp == {"lr": 0.1}
    assert caplog.text.count("former hyperparameters are kept") == 1
    path.write_text("lr: 0.25\n")
    hp.look_at_file()
    experiment.control.boundary()
    assert hp == {"lr": 0.25}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_sd07_what_is_not_finite_is_stored_counted_and_null_in_json(
    experiment: Experiment, tmp_path: Path, value: float
) -> None:
    wl.save_signals({"l": torch.tensor([value, 1.0])}, ["x", "y"])
    assert repr(wl.query_sample_history("x", "l")[0][2]) == repr(value)
    assert experiment.recorder.nan_counts.get("l", 0) == int(np.isnan(value))
    wl.write_history(str(tmp_path / "h.json"))

    def refuse(word: str) -> None:
        raise AssertionError(word)

    written = json.loads((tmp_path / "h.json").read_text(), parse_constant=refuse)
    assert [row["metric_value"] for row in written["sample"]] == [None, 1.0]


def test_sd13_a_signal_that_raises_is_told_counted_and_disabled(
    ledger: Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.strict = False

    @wl.signal(name="broken", subscribe_to="loss")
    def broken(ctx: wl.SignalContext) -> float:
        raise RuntimeError("mine")

    for step in range(20):
        wl.save_signals({"loss": torch.ones(2)}, [0, 1], step=step)
    definition = ledger.signals.get("broken")
    assert (definition.errors, definition.disabled) == (10, True)
    assert caplog.text.count("RuntimeError: mine") == 1
    assert Path(__file__).name in str(definition.last_error)
    assert len(wl.query_sample_history(0, "loss")) == 21


def test_a_sample_twice_in_a_batch_has_both_values_in_its_history(ledger: Experiment) -> None:
    wl.save_signals({"loss": torch.tensor([1.0, 2.0])}, [2, 2], step=1)
    assert [value for _, _, value, _ in wl.query_sample_history(2)] == [1.0, 1.0, 2.0]
    assert wl.dataframe().loc[("2", 0), "signals_loss"] == 2.0


def test_every_error_is_in_the_one_tree(ledger: Experiment) -> None:
    for error, call in CALLS.values():
        if error is not FileNotFoundError:
            with pytest.raises(WeightslabError) as told:
                call()
            assert told.value.code


def test_sd25_and_sd27_are_with_the_checkpoints() -> None:
    from tests.weightslab.checkpointing import test_keeper

    assert test_keeper.test_pickles_are_refused_and_not_executed
    assert test_keeper.test_a_damaged_one_is_set_aside_and_the_good_one_before_is_used


CLOSED: list[Callable[[], Any]] = [
    lambda: wl.save_signals({"s": [1.0]}, [0]),
    lambda: wl.save_instance_signals({"s": [1.0]}, [0], [0]),
    lambda: wl.tag_samples([1], "late"),
    lambda: wl.discard_samples([1]),
    lambda: wl.register_categorical_tag("late", ["a"]),
    lambda: wl.log({"x": 1}),
    lambda: wl.watch_or_edit(nn.Linear(1, 1), flag="model"),
    lambda: wl.request_evaluation("train"),
    lambda: wl.save_checkpoint(),
    lambda: wl.load_checkpoint(),
]


@pytest.mark.parametrize("call", CLOSED)
def test_a_closed_ledger_takes_nothing(ledger: Experiment, call: Callable[[], Any]) -> None:
    wl.finish()
    wl.finish()
    with pytest.raises(StoreClosedError):
        call()


def test_training_goes_on_with_a_closed_ledger(experiment: Experiment) -> None:
    model = wl.watch_or_edit(nn.Linear(2, 1), flag="model")
    optimizer = wl.watch_or_edit(torch.optim.SGD(model.parameters(), lr=0.1), flag="optimizer")
    loss = wl.watch_or_edit(nn.MSELoss(reduction="none"), flag="loss", signal_name="l")
    loader = wl.watch_or_edit(
        TensorDataset(torch.ones(8, 2), torch.zeros(8, 1)), flag="data", batch_size=2
    )
    before = model.weight.detach().clone()
    for place, (inputs, ids, targets) in enumerate(loader):
        if place == 2:
            wl.finish()
        loss(model(inputs), targets, batch_ids=ids).mean().backward()
        optimizer.step()
    assert not model.weight.equal(before)


LOCKED = """
import sys, torch, weightslab as wl
from weightslab.errors import StoreLockedError
wl.watch_or_edit({"root_log_dir": sys.argv[1]}, flag="hyperparameters")
try:
    wl.save_signals({"s": [1.0]}, ["x"])
except StoreLockedError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_second_process_is_told_who_writes(ledger: Experiment) -> None:
    before = everything(ledger)
    done = in_a_process(LOCKED, ledger.root)
    assert done.returncode == 0, done.stderr
    assert f"process {os.getpid()}" in done.stdout
    assert everything(ledger) == before
    with pytest.raises(StoreLockedError):
        Experiment(ledger.root).journal  # noqa: B018


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    for name in ("taken", "taken/below"):
        with pytest.raises(StoreError, match="taken"):
            Experiment(tmp_path / name).journal  # noqa: B018


FULL = """
import errno, pathlib, resource, sys, torch
import weightslab as wl
root = pathlib.Path(sys.argv[1])
wl.watch_or_edit({"root_log_dir": str(root / "log"), "checkpoints": {"every_s": 0}}, flag="hp")
model = wl.watch_or_edit(torch.nn.Linear(2, 1), flag="model")
optimizer = wl.watch_or_edit(torch.optim.SGD(model.parameters(), lr=0.1), flag="optimizer")
loss = wl.watch_or_edit(torch.nn.MSELoss(reduction="none"), flag="loss", signal_name="l")
data = torch.utils.data.TensorDataset(torch.ones(512, 2), torch.zeros(512, 1))
loader = wl.watch_or_edit(data, flag="data", batch_size=64)

def epoch():
    for inputs, ids, targets in loader:
        loss(model(inputs), targets, batch_ids=ids).mean().backward()
        optimizer.step()

epoch()
history = root / "h.json"
wl.write_history(str(history), experiment_hash="all")
wl.tag_samples([1], "before")
before = history.read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
for act in (
    lambda: wl.write_history(str(history), experiment_hash="all"),
    lambda: wl.write_dataframe(str(root / "frame.json")),
    lambda: wl.tag_samples(list(range(0, 512, 2)), "x" * 200),
    lambda: wl.save_checkpoint(),
):
    try:
        act()
    except OSError as error:
        print(type(error).__name__, error.errno)
    else:
        print("no error")
epoch()
assert history.read_bytes() == before
assert not list(root.glob(".tmp*")) and not (root / "frame.json").exists()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert wl.get_samples_by_tag("before") == ["1"]
assert wl.get_samples_by_tag("x" * 200) == []
wl.tag_samples([2], "after")
wl.finish()
"""


@pytest.mark.slow
def test_sd17_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    done = in_a_process(FULL, tmp_path)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert len(told) == 4
    assert "no error" not in told
    assert f"StoreError {errno.EFBIG}" in told[0]
    again = Experiment(tmp_path / "log")
    assert len(again.history.reader.sample_rows(signals=["l"])) == 2 * 512
    kinds = [entry.fields.get("tag") for entry in again.journal.entries()]
    assert [tag for tag in kinds if tag] == ["before", "after"]
    again.close()


@pytest.mark.slow
@pytest.mark.parametrize("value", ["LOUD", "7"])
def test_a_variable_that_cannot_be_meant_is_told_at_the_start(value: str) -> None:
    done = in_a_process(
        "import weightslab as wl; wl.tag_samples([1], 'x')", WEIGHTSLAB_LOG_LEVEL=value
    )
    assert done.returncode != 0
    assert f"WEIGHTSLAB_LOG_LEVEL: '{value}' is not usable" in done.stderr

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import weightslab as wl
from weightslab.errors import ArgumentError, StoreError, UnknownNameError
from weightslab.experiment import Experiment, use
from weightslab.store.journal import read_journal

VALUES = {"experiment_name": "exp", "optimizer": {"lr": 0.1, "steps": 10}, "batch": 32}
TEXT = "experiment_name: exp\noptimizer: {lr: 0.1, steps: 10}\nbatch: 32\n"


def watch(obj: Any, **kwargs: Any) -> Any:
    return wl.watch_or_edit(obj, flag="hyperparameters", **kwargs)


def until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def changes(experiment: Experiment) -> list[dict[str, Any]]:
    return [
        change
        for entry in read_journal(experiment.root)
        if entry.kind == "hyperparameters"
        for change in entry.fields["changes"]
    ]


def in_another_thread(call: Callable[..., Any], *args: Any) -> None:
    thread = threading.Thread(target=call, args=args)
    thread.start()
    thread.join()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(TEXT)
    return path


def test_the_handle_is_the_registered_values(experiment: Experiment) -> None:
    values = {"optimizer": {"lr": 0.1}}
    hp = watch(values, defaults={"optimizer": {"lr": 9, "wd": 0.5}, "seed": 1})
    assert hp == {"optimizer": {"lr": 0.1, "wd": 0.5}, "seed": 1}
    assert experiment.hyperparameters is hp
    hp["optimizer"]["lr"] = 0.2
    assert values == {"optimizer": {"lr": 0.1}}
    assert hp["optimizer"]["lr"] == 0.2


def test_the_names_take_effect(experiment: Experiment, tmp_path: Path) -> None:
    hp = watch({"experiment_name": "first", "root_log_dir": str(tmp_path / "logs")})
    assert (experiment.name, experiment.root) == ("first", str(tmp_path / "logs"))
    hp["experiment_name"] = "second"
    assert experiment.name == "second"
    with pytest.raises(ArgumentError, match="experiment_name"):
        hp["experiment_name"] = 3
    hp.set_from_page("experiment_name", "third")
    with pytest.raises(StoreError, match="in use"):
        hp["root_log_dir"] = str(tmp_path / "elsewhere")
    assert hp["root_log_dir"] == str(tmp_path / "logs")
    with pytest.raises(ArgumentError, match="root_log_dir"):
        hp.set_from_page("root_log_dir", "x")
    assert hp["experiment_name"] == experiment.name == "third"


def test_registering_again_sets_only_what_changed(experiment: Experiment) -> None:
    hp = watch(VALUES)
    hp.set_from_page("optimizer.lr", 0.5)
    hp.set_from_page("batch", 64)
    again = watch({**VALUES, "batch": 128, "new": 1}, obj_name="other")
    assert again is hp
    assert hp["optimizer"]["lr"] == 0.5
    assert (hp["batch"], hp["new"]) == (128, 1)


def test_an_edit_of_the_page_waits_for_the_boundary(experiment: Experiment) -> None:
    hp = watch(VALUES)
    control = experiment.control
    control.boundary()
    version = hp.version
    in_another_thread(hp.set_from_page, "optimizer", {"lr": 1, "steps": 20.0})
    assert hp == VALUES
    assert hp.version == version
    assert hp.wanted()["optimizer"] == {"lr": 1.0, "steps": 20}
    assert hp.flat() == {
        "experiment_name": "exp",
        "optimizer.lr": 1.0,
        "optimizer.steps": 20,
        "batch": 32,
    }
    assert [change["source"] for change in changes(experiment)] == ["page", "page"]
    control.boundary()
    assert hp["optimizer"] == {"lr": 1.0, "steps": 20}
    assert hp.version > version


def test_an_edit_arrives_while_training_waits(experiment: Experiment) -> None:
    hp = watch(VALUES)
    wl.pause()
    training = threading.Thread(target=experiment.control.boundary)
    training.start()
    assert experiment.control.wait_until_waiting(5)
    hp.set_from_page("batch", 64)
    assert until(lambda: hp["batch"] == 64)
    wl.resume()
    training.join()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("optimizer.lr", "fast"),
        ("optimizer.lr", True),
        ("optimizer.lr", float("nan")),
        ("optimizer.steps", 1.5),
        ("optimizer", 3),
        ("optimizer", {"lr": 0.5, "steps": "many"}),
        ("batch", {"size": 3}),
        ("batch", None),
    ],
)
def test_a_page_that_edits_wrongly_changes_nothing(
    experiment: Experiment, name: str, value: Any
) -> None:
    hp = watch(VALUES)
    with pytest.raises((ArgumentError, UnknownNameError)):
        hp.set_from_page(name, value)
    assert hp == hp.wanted() == VALUES
    assert not experiment.uses("journal")


def test_unknown_names_are_told_with_those_there_are(experiment: Experiment) -> None:
    hp = watch(VALUES)
    with pytest.raises(UnknownNameError, match=r"optimizer\.lr"):
        hp.set_from_page("optimizer.rl", 1)
    with pytest.raises(UnknownNameError):
        hp.set_from_page("optimizer", {"rl": 1})


def test_every_change_is_journaled_with_step_and_source(
    experiment: Experiment, config: Path
) -> None:
    hp = watch(config, poll_interval=None)
    experiment.step = 3
    hp.set_from_page("batch", 64)
    hp["optimizer"]["lr"] = 0.3
    config.write_text(TEXT.replace("10", "20"))
    hp.look_at_file()
    experiment.control.boundary()
    hp.write_edits()
    kept = [
        (".".join(c["path"]), c["value"], c["former"], c["source"]) for c in changes(experiment)
    ]
    assert kept == [
        ("batch", 64, 32, "page"),
        ("optimizer.lr", 0.3, 0.1, "code"),
        ("optimizer.steps", 20, 10, "file"),
    ]
    assert {change["step"] for change in changes(experiment)} == {3}


def test_edits_by_the_script_before_training_leave_the_folder_to_be_named(
    experiment: Experiment, tmp_path: Path
) -> None:
    hp = watch(VALUES)
    hp["batch"] = 8
    hp.write_edits()
    wl.watch_or_edit(None, flag="logger", log_dir=tmp_path / "logs")
    experiment.step = 1
    hp["batch"] = 16
    assert until(lambda: len(changes(experiment)) == 2)
    assert experiment.root == str(tmp_path / "logs")


def test_file_page_and_script_edit_different_keys(experiment: Experiment, config: Path) -> None:
    hp = watch(config, poll_interval=0.02)
    hp["extra"] = "code"
    hp.set_from_page("optimizer.lr", 0.5)
    config.write_text(TEXT.replace("32", "64"))
    assert until(lambda: hp.wanted()["batch"] == 64)
    assert hp["batch"] == 32
    experiment.control.boundary()
    assert hp["optimizer"] == {"lr": 0.5, "steps": 10}
    assert (hp["batch"], hp["extra"]) == (64, "code")


def test_the_file_wins_a_key_when_it_changes_that_key(experiment: Experiment, config: Path) -> None:
    hp = watch(str(config), poll_interval=None)
    hp.set_from_page("batch", 64)
    config.write_text(TEXT.replace("0.1", "1"))
    hp.look_at_file()
    experiment.control.boundary()
    assert (hp["batch"], hp["optimizer"]["lr"]) == (64, 1.0)
    config.write_text(TEXT.replace("32", "48"))
    hp.look_at_file()
    experiment.control.boundary()
    assert hp["batch"] == 48


def test_a_half_written_file_keeps_the_former_values_and_recovers(
    experiment: Experiment, config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hp = watch(config, poll_interval=0.02)
    for text in ("optimizer: {lr: 0.", "", "optimizer:\nbatch: 64\n", "batch: many\n", "- 1\n"):
        config.write_text(text)
        assert until(lambda: bool(caplog.records))
        time.sleep(0.25)
        experiment.control.boundary()
        assert hp == VALUES, text
    assert len(caplog.records) == 1
    assert "The former hyperparameters are kept" in caplog.text
    config.write_text(TEXT.replace("32", "64"))
    assert until(lambda: hp.wanted()["batch"] == 64)
    caplog.clear()
    config.write_text("{")
    assert until(lambda: bool(caplog.records))


def test_a_key_that_disappears_keeps_its_value_and_new_ones_come(
    experiment: Experiment, config: Path
) -> None:
    hp = watch(config, poll_interval=None)
    config.write_text("optimizer: {momentum: 0.9}\nscheduler: {gamma: 5e-1}\n")
    hp.look_at_file()
    experiment.control.boundary()
    assert hp == {
        **VALUES,
        "optimizer": {"lr": 0.1, "steps": 10, "momentum": 0.9},
        "scheduler": {"gamma": 0.5},
    }


def test_a_missing_file_is_an_error_unless_there_are_defaults(
    experiment: Experiment, tmp_path: Path
) -> None:
    path = tmp_path / "missing.yaml"
    with pytest.raises(FileNotFoundError, match=r"missing\.yaml"):
        watch(str(path))
    assert experiment.hyperparameters is None
    hp = watch(str(path), defaults=VALUES, poll_interval=0.02)
    assert hp == VALUES
    path.write_text("batch: 64\n")
    assert until(lambda: hp.wanted()["batch"] == 64)


@pytest.mark.parametrize(
    ("obj", "kwargs"),
    [
        (3, {}),
        (["a"], {}),
        ({}, {"poll_interval": 0}),
        ({}, {"poll_interval": -1.0}),
        ({}, {"poll_interval": "1"}),
        ({}, {"defaults": [1]}),
        ({"is_training": "yes"}, {}),
        ({"pause_at_step": True}, {}),
        ({"experiment_name": None}, {}),
    ],
)
def test_wrong_arguments_register_nothing(
    experiment: Experiment, obj: Any, kwargs: dict[str, Any]
) -> None:
    with pytest.raises(ArgumentError):
        watch(obj, **kwargs)
    assert experiment.hyperparameters is None


def test_a_file_that_is_no_mapping_registers_nothing(experiment: Experiment, config: Path) -> None:
    config.write_text("- 1\n")
    with pytest.raises(ArgumentError, match="mapping"):
        watch(config)
    assert experiment.hyperparameters is None


def test_a_folder_that_cannot_be_changed_any_more_changes_nothing(
    experiment: Experiment, tmp_path: Path
) -> None:
    experiment.journal.append("tag")
    with pytest.raises(StoreError, match="in use"):
        watch({"experiment_name": "other", "root_log_dir": str(tmp_path / "elsewhere")})
    assert experiment.hyperparameters is None
    assert experiment.name == "experiment"


def restarted(root: Path | str, values: Any) -> Any:
    """The handle of the next run in this folder."""
    fresh = Experiment(root)
    former = use(fresh)
    try:
        return watch(values)
    finally:
        use(former)


def test_an_edit_of_the_page_holds_for_the_next_run(experiment: Experiment) -> None:
    hp = watch(VALUES)
    hp.set_from_page("optimizer.lr", 0.5)
    hp["batch"] = 7
    experiment.close()
    assert restarted(experiment.root, VALUES)["optimizer"]["lr"] == 0.5
    assert restarted(experiment.root, VALUES)["batch"] == 32
    other = {**VALUES, "optimizer": {"lr": 0.2, "steps": 10}}
    assert restarted(experiment.root, other)["optimizer"]["lr"] == 0.2


def test_a_script_that_changed_the_key_since_then_ends_the_pages_edit(
    experiment: Experiment,
) -> None:
    watch(VALUES).set_from_page("optimizer.lr", 0.5)
    experiment.close()
    changed = restarted(experiment.root, {**VALUES, "optimizer": {"lr": 0.2, "steps": 10}})
    changed._experiment.step = 1
    changed._experiment.close()
    assert restarted(experiment.root, VALUES)["optimizer"]["lr"] == 0.1


def test_naming_the_folder_later_brings_the_edits_made_there(
    experiment: Experiment, tmp_path: Path
) -> None:
    watch(VALUES).set_from_page("batch", 64)
    experiment.close()
    fresh = Experiment(tmp_path / "other")
    former = use(fresh)
    hp = watch(VALUES)
    assert hp["batch"] == 32
    wl.watch_or_edit(None, flag="logger", log_dir=experiment.root)
    assert hp["batch"] == 64
    use(former)


def test_is_training_and_auditor_mode_are_the_buttons(experiment: Experiment) -> None:
    hp = watch({"is_training": False, "auditorMode": False, "pause_at_step": 0})
    assert experiment.control.paused
    wl.start_training()
    assert hp["is_training"] is True
    hp["is_training"] = False
    assert experiment.control.paused
    wl.resume()
    hp.set_from_page("auditorMode", True)
    assert experiment.control.mode == "audit"
    wl.set_mode("train")
    assert hp["auditorMode"] is False
    hp.set_from_page("pause_at_step", 5)
    experiment.step = 5
    threading.Timer(0.1, wl.resume).start()
    experiment.control.boundary()
    assert hp["is_training"] is True


def test_a_pause_by_hyperparameter_is_not_for_the_next_run(experiment: Experiment) -> None:
    hp = watch({"is_training": True})
    hp.set_from_page("is_training", False)
    experiment.close()
    assert restarted(experiment.root, {"is_training": True})["is_training"] is True

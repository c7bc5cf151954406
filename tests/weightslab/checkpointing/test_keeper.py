import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import weightslab as wl
from tests.weightslab.checkpointing.test_resume import session
from tests.weightslab.checkpointing.training import Points, Training
from weightslab.checkpoints import CheckpointDamagedError
from weightslab.errors import (
    ArgumentError,
    CheckpointMismatchError,
    CheckpointRefusedError,
    StoreClosedError,
    StoreError,
    UnknownNameError,
)
from weightslab.experiment import Experiment
from weightslab.watched.loader_pass import Batch


def weights(training: Training) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in training.model.state_dict().values()]


def steps(experiment: Experiment) -> list[int]:
    return [info.step for info in experiment.checkpoints.all()]


def saved(experiment: Experiment, *at: int) -> Training:
    training = Training()
    for step in at:
        training.run(step)
        wl.save_checkpoint()
    return training


# the hash


def test_the_hash_changes_with_what_makes_the_experiment_and_only_then(
    experiment: Experiment,
) -> None:
    training = Training()
    hashes = [wl.get_current_experiment_hash()]

    def changed(part: slice | None) -> bool:
        hashes.append(wl.get_current_experiment_hash())
        former, present = map(str, hashes[-2:])
        same = [former[p] == present[p] for p in (slice(8), slice(8, 16), slice(16, 24))]
        parts = [slice(8), slice(8, 16), slice(16, 24)]
        return same == [p != part for p in parts]

    training.run(3)
    assert changed(None)
    wl.save_checkpoint()
    wl.pause()
    wl.resume()
    wl.watch_or_edit(Points(), "val", flag="data")
    training.loss(torch.zeros(1, 3), torch.zeros(1, dtype=torch.long), batch_ids=[3])
    assert changed(None)
    wl.tag_samples([1], "odd")
    assert changed(slice(16, 24))
    wl.tag_samples([1], "odd")
    assert changed(None)
    wl.discard_samples([2])
    assert changed(slice(16, 24))
    handle: Any = experiment.hyperparameters
    handle["lr"] = 0.01
    assert changed(slice(8))
    handle["experiment_name"] = "other"
    handle["checkpoints"] = {"every_s": 5}
    assert changed(None)
    wl.watch_or_edit(nn.Linear(3, 4), flag="model", name="more")
    assert changed(slice(8, 16))
    wl.watch_or_edit(nn.Linear(3, 5), flag="model", name="more")
    assert changed(slice(8, 16))
    wl.discard_samples([2], discarded=False)
    handle["lr"] = 0.05
    assert str(wl.get_current_experiment_hash())[:8] == str(hashes[0])[:8]


def test_the_hash_is_the_same_in_another_session(tmp_path: Path) -> None:
    hashes = []
    for _ in range(2):
        with session(tmp_path):
            Training()
            wl.watch_or_edit({"act": torch.nn.functional.relu}, flag="hyperparameters")
            hashes.append(wl.get_current_experiment_hash())
    assert hashes[0] == hashes[1]


def test_the_tree_knows_where_each_came_from_over_restarts(tmp_path: Path) -> None:
    with session(tmp_path) as experiment:
        Training()
        a = experiment.checkpoints.hash
        wl.tag_samples([1], "x")
        b = experiment.checkpoints.hash
        wl.tag_samples([1], "x", mode="remove")
        again = experiment.checkpoints.hash
    with session(tmp_path) as experiment:
        Training()
        wl.tag_samples([2], "y")
        c = experiment.checkpoints.hash
        assert experiment.checkpoints.branches.parents == {a: None, b: a, again: b, c: again}
        assert experiment.checkpoints.branches.used[-1] == c


# when it saves, and what stays


def test_every_n_steps_the_last_and_the_best_stay(experiment: Experiment) -> None:
    policy = {"every_n_steps": 2, "every_s": 0, "keep_last": 2, "metric": "score"}
    training = Training(policy=policy)
    for step, score in enumerate([9, 9, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9]):
        wl.log({"score": score}, step=step)
        training.run(step + 1)
    assert steps(experiment) == [2, 8, 10]
    wl.pin_checkpoint(8)
    training.run(17)
    assert steps(experiment) == [2, 8, 14, 16]
    with pytest.raises(UnknownNameError, match="there are 2, 8, 14, 16"):
        wl.pin_checkpoint(9)


def test_every_so_many_seconds(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("weightslab.checkpointing.save_schedule.time.monotonic", lambda: clock[0])
    training = Training(policy={"every_s": 10, "keep_last": 9})
    for step in range(1, 13):
        clock[0] += 4
        training.run(step)
    first, *more = steps(experiment)
    assert 3 <= first <= 4
    assert all(3 <= later - former <= 5 for former, later in pairwise([first, *more]))
    assert more


def test_branches_are_bounded_and_pins_stay(experiment: Experiment) -> None:
    policy = {"every_n_steps": 1, "every_s": 0, "keep_last": 1, "keep_branches": 2}
    training = Training(policy=policy)
    folder = Path(experiment.root) / "checkpoints"
    training.run(1)
    wl.save_checkpoint()
    wl.pin_checkpoint(1)
    first = experiment.checkpoints.hash
    for number in range(6):
        wl.tag_samples([number], "seen")
        training.run(training.step + 1)
        wl.save_checkpoint()
    experiment.checkpoints.prune()
    held = {f.name: sorted(p.name for p in f.glob("step_*")) for f in folder.iterdir()}
    assert held[first] == ["step_000000000001"]
    assert sum(map(bool, held.values())) == 4


@pytest.mark.parametrize(
    "policy",
    [{"every": 3}, {"every_n_steps": "2"}, {"keep_last": 0}, {"every_s": True}, [1], {"metric": 3}],
)
def test_a_policy_that_cannot_be_is_refused(experiment: Experiment, policy: Any) -> None:
    with pytest.raises(ArgumentError, match="checkpoints"):
        Training(policy=policy)


def test_a_policy_edited_to_nonsense_does_not_end_the_training(
    experiment: Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    training = Training(policy={"every_n_steps": 2, "every_s": 0})
    training.run(3)
    handle: Any = experiment.hyperparameters
    handle["checkpoints"]["every_n_steps"] = -1
    training.run(8)
    assert caplog.text.count("saved as before") == 1
    assert training.step == 8


# loading


def test_a_step_is_loaded_and_told_apart_from_what_followed_it(experiment: Experiment) -> None:
    training = saved(experiment, 2, 4)
    training.run(6)
    h = str(wl.get_current_experiment_hash())
    assert wl.load_checkpoint(2).step == 2
    assert training.step == 2
    branch = wl.get_current_experiment_hash()
    assert branch == f"{h}-1"
    training.run(4)
    last = [step for _, step, _, _ in wl.query_signal_history("loss", branch)]
    assert sorted(set(last)) == [2, 3]
    assert {step for _, step, _, _ in wl.query_signal_history("loss", h)} == set(range(6))
    assert experiment.checkpoints.branches.parents[str(branch)] == h
    wl.save_checkpoint()
    assert wl.load_checkpoint().path.parent.name == branch
    assert wl.get_current_experiment_hash() == f"{h}-2"
    assert experiment.checkpoints.branches.parents[f"{h}-2"] == branch
    wl.tag_samples([1], "new")
    assert "-" not in str(wl.get_current_experiment_hash())


def test_a_new_session_finds_the_newest_branch(tmp_path: Path) -> None:
    with session(tmp_path) as experiment:
        saved(experiment, 2)
    with session(tmp_path) as experiment:
        training = Training()
        assert wl.load_checkpoint().step == 2
        training.run(5)
        wl.save_checkpoint()
        branch = wl.get_current_experiment_hash()
    with session(tmp_path):
        Training()
        assert wl.load_checkpoint().path.parent.name == branch
    with session(tmp_path):
        Training()
        wl.watch_or_edit({"lr": 0.5}, flag="hyperparameters")
        assert wl.load_checkpoint().step == 5


def test_what_there_is_not(experiment: Experiment) -> None:
    saved(experiment, 2)
    with pytest.raises(UnknownNameError, match="step 3: there are 2"):
        wl.load_checkpoint(3)
    with pytest.raises(UnknownNameError, match="no checkpoint of abc"):
        wl.load_checkpoint(experiment_hash="abc")


class Canary:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


def test_pickles_are_refused_and_not_executed(experiment: Experiment, tmp_path: Path) -> None:
    training = saved(experiment, 1, 2)
    canary, file = tmp_path / "canary", tmp_path / "x.pt"
    torch.save({"a": Canary(canary)}, file)
    for what in (str(file), file, 2.0, True):
        with pytest.raises(CheckpointRefusedError, match="loaded by step"):
            wl.load_checkpoint(what)  # type: ignore[arg-type]
    newest = experiment.checkpoints.folder / "step_000000000002"
    (newest / "state.safetensors").write_bytes(pickle.dumps(Canary(canary)))
    assert wl.load_checkpoint().step == 1
    assert training.step == 1
    assert not canary.exists()


@pytest.mark.parametrize("name", ["manifest.json", "state.safetensors", "state.json"])
@pytest.mark.parametrize("how", ["empty", "truncated", "flipped", "missing"])
@pytest.mark.parametrize("step", [None, 4])
def test_a_damaged_one_is_set_aside_and_the_good_one_before_is_used(
    experiment: Experiment,
    name: str,
    how: str,
    step: int | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    training = saved(experiment, 2)
    good = weights(training)
    training.run(4)
    wl.save_checkpoint()
    folder = experiment.checkpoints.folder
    file = folder / "step_000000000004" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    match how:
        case "empty":
            file.write_bytes(b"")
        case "truncated":
            file.write_bytes(bytes(content[: len(content) // 2]))
        case "flipped":
            file.write_bytes(bytes(content))
        case "missing":
            file.unlink()
    training.run(5)
    assert wl.load_checkpoint(step).step == 2
    assert all(a.equal(b) for a, b in zip(weights(training), good, strict=True))
    assert "step_000000000004" in caplog.text
    assert "set aside" in caplog.text
    assert (folder / "step_000000000004.damaged").is_dir()


def test_where_none_is_good_nothing_is_changed(experiment: Experiment) -> None:
    training = saved(experiment, 2)
    for file in experiment.checkpoints.folder.glob("*/state.json"):
        file.write_text("{}")
    training.run(3)
    before = weights(training)
    with pytest.raises(CheckpointDamagedError, match="none of the 1"):
        wl.load_checkpoint()
    assert all(a.equal(b) for a, b in zip(weights(training), before, strict=True))
    assert training.step == 3


def test_a_state_that_does_not_fit_changes_nothing(experiment: Experiment) -> None:
    training = saved(experiment, 2)
    h = experiment.checkpoints.hash
    training.run(4)
    before = weights(training)
    more = wl.watch_or_edit(nn.Linear(2, 2), flag="model", name="more")
    with pytest.raises(CheckpointMismatchError, match="models 'more' is not in it, but model"):
        wl.load_checkpoint(experiment_hash=h)
    del experiment.models["more"]
    wl.watch_or_edit(torch.optim.SGD(more.parameters()), flag="optimizer", name="optimizer")
    with pytest.raises(CheckpointMismatchError, match="other parameters"):
        wl.load_checkpoint(experiment_hash=h)
    training.model[3] = nn.Linear(16, 4)
    with pytest.raises(CheckpointMismatchError, match=r"3\.(weight|bias) of 'model'"):
        wl.load_checkpoint(experiment_hash=h)
    training.model[3] = nn.Linear(16, 3)
    assert all(a.equal(b) for a, b in zip(weights(training)[:7], before[:7], strict=True))
    assert training.step == 4


def test_audit_mode_keeps_what_was_loaded(experiment: Experiment) -> None:
    training = saved(experiment, 3)
    training.run(6)
    wl.set_mode("audit")
    training.run(6)
    wl.load_checkpoint(3)
    loaded = weights(training)
    training.train_on(next(iter(training.loader)))
    assert all(a.equal(b) for a, b in zip(weights(training), loaded, strict=True))


def test_a_closed_or_remote_experiment_saves_nothing(experiment: Experiment) -> None:
    Training()
    experiment.close()
    with pytest.raises(StoreClosedError):
        wl.save_checkpoint()
    with pytest.raises(StoreClosedError):
        wl.load_checkpoint()


def test_an_object_store_holds_no_checkpoints(caplog: pytest.LogCaptureFixture) -> None:
    with remote() as experiment:
        training = Training(policy={"every_n_steps": 2, "every_s": 0})
        training.run(5)
        assert training.step == 5
        assert caplog.text.count("checkpoints need a local folder") == 1
        with pytest.raises(StoreError, match="local folder"):
            wl.save_checkpoint()
        assert experiment.batch.__class__ is Batch


@contextmanager
def remote() -> Iterator[Experiment]:
    with session(Path()) as experiment:
        experiment.root = "memory://checkpoints-test"
        yield experiment


# kills and a full disk


def in_a_process(code: str, *arguments: object) -> Any:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )


KILLED = """
import itertools, os, sys, pathlib, threading, time
import weightslab as wl
from tests.weightslab.checkpointing.training import Training
from weightslab.experiment import Experiment, use
use(Experiment(pathlib.Path(sys.argv[1])))
training = Training(policy={"every_n_steps": 1, "every_s": 0})
if sys.argv[2] != "0":
    print(wl.load_checkpoint().step, flush=True)
    assert not list(pathlib.Path(sys.argv[1]).rglob("*.damaged"))
threading.Timer(float(sys.argv[3]), lambda: os.kill(os.getpid(), 9)).start()
training.run(10**9)
"""


@pytest.mark.slow
def test_a_kill_while_saving_leaves_the_one_before(tmp_path: Path) -> None:
    loaded = []
    for number, seconds in enumerate((0.3, 0.41, 0.23, 0.35)):
        done = in_a_process(KILLED, tmp_path, number, seconds)
        assert done.returncode == -9, done.stderr
        loaded += [int(line) for line in done.stdout.splitlines()]
    assert len(loaded) == 3
    assert 0 < loaded[0] < loaded[1] < loaded[2]


FULL = """
import resource, sys, torch, pathlib
import weightslab as wl
from tests.weightslab.checkpointing.training import Points, Training
from weightslab.experiment import Experiment, use
experiment = Experiment(pathlib.Path(sys.argv[1])); use(experiment)
training = Training(policy={"every_n_steps": 2, "every_s": 0})
training.run(3)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, resource.RLIM_INFINITY))
training.run(9)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
training.run(11)
names = sorted(p.name for p in experiment.checkpoints.folder.iterdir())
print(training.step, names)
assert wl.load_checkpoint(2).step == 2
"""


@pytest.mark.slow
def test_a_full_disk_costs_a_checkpoint_and_not_the_training(tmp_path: Path) -> None:
    done = in_a_process(FULL, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "11 ['step_000000000002', 'step_000000000010']\n"
    assert done.stderr.count("no checkpoint is saved") >= 1

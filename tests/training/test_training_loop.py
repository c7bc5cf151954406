import json
import socket
from pathlib import Path

import pytest

from app.training import checkpoint_keeper, experts, training_loop
from app.training.run_folder import read_run
from app.training.training_loop import TrainingLoop
from app.training.worker_channel import Message, WorkerChannel
from tests.training.run_folders import make_run
from weightslab.checkpoints import list_checkpoints, verify_checkpoint


def train_here(folder: Path) -> list[Message]:
    """Train in this process; what the server would be told."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        TrainingLoop(read_run(folder), WorkerChannel(ours)).train()
        return [json.loads(line) for line in theirs.recv(10**6).splitlines()]


def test_experts_that_nobody_asks_are_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(experts, "DEAD_SHARE", 100.0)  # so that all of them count as dead
    monkeypatch.setattr(experts, "DEAD_SECONDS", 0.0)
    monkeypatch.setattr(training_loop, "EMIT_SECONDS", 0.0)
    messages = train_here(make_run(tmp_path, total_steps=384))
    updates = [m for m in messages if m["type"] == "training_update"]
    assert len(updates) == 3
    (alert,) = [m for m in messages if m["type"] == "alert"]
    assert (alert["severity"], alert["code"]) == ("warning", "moe.dead_experts")
    dead = updates[0]["moe"]["dead_by_component"]
    assert dead == {alert["details"]["component_id"]: alert["details"]["experts"]}
    assert "number 1, 2, 3, 4" in alert["message"]


def test_a_long_update_is_saved_in_its_middle_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_keeper, "OVERDUE_SECONDS", 0.2)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    slow = {"n_envs": 64, "n_steps": 32, "minibatch": 16, "epochs": 5, "checkpoint_seconds": 1.0}
    folder = make_run(tmp_path, hyperparameters=slow, total_steps=2048)
    messages = train_here(folder)
    told = [(m["step"], m["update"]) for m in messages if m["type"] == "checkpoint"]
    assert len(told) > 1
    assert told[-2:] == [(2048, 0), (2048, 1)]
    (checkpoint,) = list_checkpoints(folder / "checkpoints")
    assert verify_checkpoint(checkpoint.path).update == 1

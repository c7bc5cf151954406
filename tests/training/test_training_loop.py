import json
import socket
from pathlib import Path

import pytest

from app.training import checkpoint_keeper
from app.training.run_folder import read_run
from app.training.training_loop import TrainingLoop
from app.training.worker_channel import WorkerChannel
from tests.training.run_folders import make_run
from weightslab.checkpoints import list_checkpoints, verify_checkpoint


def test_a_long_update_is_saved_in_its_middle_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_keeper, "OVERDUE_SECONDS", 0.2)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    slow = {"n_envs": 64, "n_steps": 32, "minibatch": 16, "epochs": 5, "checkpoint_seconds": 1.0}
    folder = make_run(tmp_path, hyperparameters=slow, total_steps=2048)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        TrainingLoop(read_run(folder), WorkerChannel(ours)).train()
        messages = [json.loads(line) for line in theirs.recv(10**6).splitlines()]
    told = [(m["step"], m["update"]) for m in messages if m["type"] == "checkpoint"]
    assert len(told) > 1
    assert told[-2:] == [(2048, 0), (2048, 1)]
    (checkpoint,) = list_checkpoints(folder / "checkpoints")
    assert verify_checkpoint(checkpoint.path).update == 1

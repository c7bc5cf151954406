"""The real worker process, spoken to as the server does."""

import hashlib
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.training.run_folders import make_run, train_in_place
from tests.training.running_worker import TIMEOUT_S, Start
from weightslab.checkpoints import list_checkpoints, verify_checkpoint

pytestmark = pytest.mark.slow


def test_a_run_from_start_to_completion(tmp_path: Path, start: Start) -> None:
    folder = make_run(tmp_path, total_steps=2_560, template="residual-experts")
    worker = start(folder)
    assert worker.until("started") == {"type": "started", "step": 0, "update": 0}
    update = worker.until("training_update")
    assert update["step"] == update["update"] * 128
    assert set(update["loss"]) == {"policy", "value", "entropy", "aux"}
    usage = update["moe"]["expert_usage_by_component"]
    assert list(usage) == ["experts1", "experts2"]
    assert update["moe"]["expert_usage"] == usage["experts1"]
    assert sum(usage["experts2"]) == pytest.approx(1.0)
    finished = worker.until("finished")
    place = {"type": "finished", "outcome": "completed", "step": 2_560}
    assert finished == {**place, "reason": None}
    assert worker.exit_code() == 0
    *_, checkpoint = list_checkpoints(folder / "checkpoints")  # a slow machine writes some before
    assert verify_checkpoint(checkpoint.path).step == 2_560
    told = [m for m in worker.seen if m["type"] == "checkpoint"]
    assert told[-1]["path"] == checkpoint.name
    assert told[-1]["bytes"] == checkpoint.bytes


def test_pause_resume_change_and_stop(tmp_path: Path, start: Start) -> None:
    folder = make_run(tmp_path, template="tiny-linear")
    worker = start(folder)
    worker.until("training_update")
    worker.send({"type": "pause"})
    worker.until("paused")
    paused_at = worker.seen[-2]["step"]
    assert worker.seen[-2]["type"] == "checkpoint"
    worker.send({"type": "pause"})
    worker.until("paused")
    worker.send(
        {"type": "set_hyperparameters", "values": {"learning_rate": 0.005, "anneal": False}}
    )
    told = worker.until("hyperparameters")
    assert told["values"] == {"learning_rate": 0.005, "anneal": False}
    assert told["step"] == paused_at
    worker.send({"type": "set_hyperparameters", "values": {"n_envs": 2, "gamma": 7}})
    alert = worker.until("alert")
    assert alert["code"] == "hyperparameters.refused"
    assert "n_envs" in alert["message"]
    worker.send({"type": "resume"})
    worker.until("resumed")
    update = worker.until("training_update")
    assert update["learning_rate"] == 0.005
    assert update["step"] > paused_at
    worker.send({"type": "stop"})
    assert worker.until("finished")["outcome"] == "stopped"
    assert worker.exit_code() == 0
    assert list_checkpoints(folder / "checkpoints")[-1].step == worker.seen[-1]["step"]


def test_kill_9_costs_at_most_what_came_after_the_last_checkpoint(
    tmp_path: Path, start: Start
) -> None:
    folder = make_run(tmp_path, template="tiny-linear", hyperparameters={"checkpoint_seconds": 1.0})
    worker = start(folder)
    saved = worker.until("checkpoint")
    worker.until("training_update", lambda m: m["step"] > saved["step"])
    worker.process.kill()
    worker.process.wait()
    (folder / "checkpoints" / ".tmp-step_000000999999-0badcafe").mkdir()
    again = start(folder)
    started = again.until("started")
    assert started["step"] >= saved["step"]
    update = again.until("training_update")
    assert update["step"] > started["step"]

    assert not list((folder / "checkpoints").glob(".tmp-*"))


def test_the_newest_checkpoints_are_kept_and_a_damaged_one_is_set_aside(
    tmp_path: Path, start: Start
) -> None:
    folder = make_run(tmp_path, template="tiny-linear", hyperparameters={"checkpoint_seconds": 1.0})
    worker = start(folder)
    for _ in range(4):
        worker.until("checkpoint")
    worker.send({"type": "stop"})
    worker.until("finished")
    assert 3 <= len(list_checkpoints(folder / "checkpoints")) <= 4  # the best is kept too
    *_, before, newest = list_checkpoints(folder / "checkpoints")
    weights = newest.path / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-9] ^= 64
    weights.write_bytes(content)
    again = start(folder)
    alert = again.until("alert")
    assert alert["code"] == "checkpoint.damaged"
    assert newest.name in alert["message"]
    assert again.until("started")["step"] == before.step
    assert (folder / "checkpoints" / f"{newest.name}.damaged").is_dir()


def test_a_branch_starts_from_its_parents_checkpoint(tmp_path: Path, start: Start) -> None:
    parent = make_run(tmp_path / "parent", template="tiny-linear")
    train_in_place(parent, updates=2)
    (checkpoint,) = list_checkpoints(parent / "checkpoints")
    child = make_run(
        tmp_path / "child", template="tiny-linear", total_steps=512, resume_from=checkpoint.path
    )
    worker = start(child)
    assert worker.until("started")["step"] == 256
    assert worker.until("finished")["step"] == 512
    (checkpoint.path / "trainer.json").write_text("{}")
    lost = make_run(tmp_path / "lost", template="tiny-linear", resume_from=checkpoint.path)
    worker = start(lost)
    failed = worker.until("failed")
    assert failed["code"] == "checkpoint.damaged"
    assert worker.exit_code() == 1


def test_what_is_not_a_number_pauses_the_run_and_is_not_saved(tmp_path: Path, start: Start) -> None:
    folder = make_run(tmp_path, template="tiny-linear")
    source = (folder / "model.py").read_text()
    last = "        return self.join_heads("
    assert last in source
    poisoned = source.replace(
        last,
        "        if self.training: self.passes = getattr(self, 'passes', 0) + 1\n"
        "        if getattr(self, 'passes', 0) > 40: h0 = self.c1.tile.weight.data.fill_(1e38)\n"
        + last,
    )
    (folder / "model.py").write_text(poisoned)
    order = json.loads((folder / "run.json").read_text())
    order["source_sha256"] = hashlib.sha256(poisoned.encode()).hexdigest()
    (folder / "run.json").write_text(json.dumps(order))
    worker = start(folder)
    alert = worker.until("alert")
    assert (alert["severity"], alert["code"]) == ("error", "training.non_finite")
    assert alert["details"]["tensor"] in alert["message"]
    assert str(alert["step"]) in alert["message"]
    worker.until("paused")
    worker.send({"type": "stop"})
    assert worker.until("finished")["outcome"] == "stopped"
    assert list_checkpoints(folder / "checkpoints") == []
    assert not [m for m in worker.seen if m["type"] == "checkpoint"]


def test_the_end_of_the_server_leaves_a_checkpoint(tmp_path: Path, start: Start) -> None:
    folder = make_run(tmp_path, template="tiny-linear")
    worker = start(folder)
    step = worker.until("training_update")["step"]
    worker.socket.shutdown(socket.SHUT_RDWR)
    assert worker.process.wait(TIMEOUT_S) == 0
    assert list_checkpoints(folder / "checkpoints")[-1].step >= step


def test_sigterm_cuts_a_long_update_off(tmp_path: Path, start: Start) -> None:
    slow = {"n_envs": 256, "n_steps": 256, "minibatch": 16, "epochs": 20}
    folder = make_run(tmp_path, hyperparameters=slow)
    worker = start(folder)
    worker.until("started")
    time.sleep(2.0)
    asked = time.monotonic()
    worker.process.send_signal(signal.SIGTERM)
    worker.process.send_signal(signal.SIGINT)
    assert worker.until("finished")["outcome"] == "stopped"
    assert worker.exit_code() == 0
    assert time.monotonic() - asked < 10
    assert list_checkpoints(folder / "checkpoints")


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG")
def test_the_worker_dies_with_its_parent(tmp_path: Path) -> None:
    folder = make_run(tmp_path, template="tiny-linear")
    parent_code = (
        "import socket, subprocess, sys, time\n"
        "a, b = socket.socketpair()\n"
        "p = subprocess.Popen([sys.executable, '-m', 'app.training.worker', '--run-dir',"
        f" {str(folder)!r}, '--channel-fd', str(b.fileno())], pass_fds=[b.fileno()])\n"
        "a.recv(1)\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", parent_code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    worker_pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 2.0
    while is_alive(worker_pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(worker_pid)


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_a_changed_model_fails_with_a_reason(tmp_path: Path, start: Start) -> None:
    folder = make_run(tmp_path, template="tiny-linear")
    with (folder / "model.py").open("a") as source:
        source.write("open('/tmp/never', 'w')\n")
    worker = start(folder)
    assert worker.until("failed")["code"] == "model.source_changed"
    assert worker.exit_code() == 1
    assert "\n" not in worker.seen[-1]["reason"]


def test_a_disk_that_refuses_is_told_and_training_goes_on(tmp_path: Path, start: Start) -> None:
    folder = make_run(tmp_path, template="tiny-linear", hyperparameters={"checkpoint_seconds": 1.0})
    (folder / "checkpoints").write_text("a file where the folder should be")
    worker = start(folder)
    alert = worker.until("alert")
    assert alert["code"] == "checkpoint.failed"
    assert str(folder / "checkpoints") in alert["message"]
    (folder / "checkpoints").unlink()
    worker.until("checkpoint")


def test_tables_are_trained_by_td(tmp_path: Path, start: Start) -> None:
    worker = start(make_run(tmp_path, template="n-tuple", total_steps=500_000))
    update = worker.until("training_update")
    assert update["algorithm"] == "td"
    assert update["score"]["mean"] > 1500
    assert worker.until("finished")["outcome"] == "completed"
    assert list_checkpoints(tmp_path / "checkpoints")

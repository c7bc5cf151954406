from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.server import running, wait_for

pytestmark = pytest.mark.slow


def test_a_killed_worker_fails_its_run_and_no_other(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        design_id = server.create()
        victim, other = server.train(design_id), server.train(design_id)
        checkpoint = server.wait_checkpoint(victim)["step"]
        server.wait_state(other, "running")
        worker = server.worker_pid(victim)
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        failed = server.wait_state(victim, "failed", seconds=5)
        assert "SIGKILL" in failed["reason"]
        assert failed["allowed"] == []
        assert server.run(other)["state"] == "running"
        assert server.client.get("/healthz").status_code == 200
        assert server.events(victim)[-1]["data"]["state"] == "failed"

        items = server.client.get(f"/api/runs/{victim}/checkpoints").json()["items"]
        assert items[-1]["step"] >= checkpoint
        body = {"step": items[-1]["step"]}
        branch = server.client.post(f"/api/runs/{victim}/branch", json=body)
        child = branch.json()["run_id"]
        server.wait_state(child, "running")
        for run_id in (other, child):
            server.stop(run_id)


def test_a_model_that_was_changed_is_not_trained(tmp_path: Path) -> None:
    with running(tmp_path / "data", max_concurrent_runs=1) as server:
        design_id = server.create()
        first, second = server.train(design_id), server.train(design_id)
        server.wait_state(first, "running")
        model = server.data_dir / "runs" / second / "model.py"
        model.write_text(model.read_text() + "\nraise SystemExit('executed')\n")
        server.stop(first)
        failed = server.wait_state(second, "failed")
        assert "executed" not in failed["reason"]


def test_the_worker_knows_no_secrets_and_takes_sigterm_as_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("GRPC_AUTH_TOKEN", "secret")
    with running(tmp_path / "data") as server:
        run_id = server.train(server.create())
        server.wait_checkpoint(run_id)
        worker = server.worker_pid(run_id)
        assert worker is not None
        environment = Path(f"/proc/{worker}/environ").read_text()
        assert "secret" not in environment
        assert "MODEL_STUDIO" not in environment
        os.kill(worker, signal.SIGTERM)
        stopped = server.wait_state(run_id, "stopped")
        assert stopped["latest_checkpoint"]["step"] == stopped["step"]


def test_a_pin_survives_the_server_and_the_worker(tmp_path: Path) -> None:
    settings = {"keep_last": 1, "evaluate_seconds": 0.0}
    with running(tmp_path / "data") as server:
        run_id = server.train(server.create(), settings=settings)
        step = server.wait_checkpoint(run_id)["step"]
        path = f"/api/runs/{run_id}/checkpoints"
        assert server.client.put(f"{path}/{step}/pin").status_code == 200
        server.end(signal.SIGKILL)
        server.start()
        server.client.post(f"/api/runs/{run_id}/resume")
        newest = server.run(run_id)["latest_checkpoint"]["step"]
        wait_for(lambda: server.run(run_id)["latest_checkpoint"]["step"] > newest)
        items = {each["step"]: each for each in server.client.get(path).json()["items"]}
        assert items[step]["pinned"]
        assert "pinned" in items[step]["kept_because"]
        server.stop(run_id)

"""What is promised when the server dies, politely or not."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import StudioServer, freeze, is_alive, running, wait_for

pytestmark = pytest.mark.slow


def _updates(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["data"] for event in events if event["event"] == "training_update"]


def test_kill_9_leaves_nothing_behind_and_the_run_can_go_on(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        design_id = server.create()
        design = server.client.get(f"/api/designs/{design_id}").json()
        run_id = server.train(design_id)
        server.wait_checkpoint(run_id)
        renamed = {**design, "name": "Acknowledged"}
        headers = {"if-match": '"1"'}
        saved = server.client.put(f"/api/designs/{design_id}", json=renamed, headers=headers)
        assert saved.status_code == 200
        told = server.events(run_id, until=lambda event: event["data"].get("update", 0) > 3)
        orphans = [server.mongod_pid, server.worker_pid(run_id)]
        assert all(orphans)

        server.end(signal.SIGKILL)
        wait_for(lambda: not any(is_alive(pid) for pid in orphans if pid), 2)
        spool = server.data_dir / "runs" / run_id / "events.jsonl"
        spool.write_bytes(spool.read_bytes() + b'{"seq":99999,"time":"20')  # a torn line

        began = time.monotonic()
        server.start()
        run = server.run(run_id)
        assert time.monotonic() - began < 10
        assert run["state"] == "interrupted"
        assert "Resume" in run["reason"]
        assert run["allowed"] == ["resume", "stop", "set_hyperparameters"]
        assert server.client.get(f"/api/designs/{design_id}").json()["name"] == "Acknowledged"
        story = server.events(run_id, until=lambda e: e["data"].get("state") == "interrupted")
        assert story[: len(told)] == told, "what was streamed is kept"
        numbers = [int(event["id"]) for event in story]
        assert numbers == sorted(set(numbers))
        assert numbers[-1] < 99999

        checkpoint = run["latest_checkpoint"]["step"]
        answer = server.client.post(f"/api/runs/{run_id}/resume")
        assert answer.status_code == 202
        server.wait_state(run_id, "running")
        fresh = server.events(
            run_id,
            last_event_id=story[-1]["id"],
            until=lambda event: event["event"] == "training_update",
        )
        assert _updates(fresh)[-1]["step"] > checkpoint, "training went on from the checkpoint"
        stopped = server.stop(run_id)
        path = f"/api/runs/{run_id}/metrics"
        curve = server.client.get(path, params={"names": "loss.value"}).json()["series"]
        steps = [step for step, _ in curve["loss.value"]]
        assert steps == sorted(set(steps)), "what the resume took back is not drawn twice"
        assert steps[-1] <= stopped["step"]
        export = server.client.get(f"/api/designs/{design_id}/export?fmt=safetensors")
        assert export.status_code == 200


def test_runs_that_waited_wait_again(tmp_path: Path) -> None:
    with running(tmp_path / "data", max_concurrent_runs=1) as server:
        design_id = server.create()
        first, second = server.train(design_id), server.train(design_id)
        server.wait_state(first, "running")
        server.end(signal.SIGKILL)
        server.start()
        assert server.run(first)["state"] == "interrupted"
        server.wait_state(second, "running")
        assert server.client.post(f"/api/runs/{first}/resume").json()["state"] == "queued"
        server.stop(second)
        server.wait_state(first, "running")
        server.stop(first)


def test_sigterm_writes_final_checkpoints_and_tells_the_streams(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        run_id = server.train(server.create(), settings={"checkpoint_seconds": 60.0})
        server.events(run_id, until=lambda event: event["data"].get("update", 0) > 3)
        heard: list[dict[str, Any]] = []
        listener = threading.Thread(target=lambda: heard.extend(server.events(run_id)))
        listener.start()
        wait_for(lambda: "model_studio_streams 1.0" in server.client.get("/metrics").text)
        children = [server.mongod_pid, server.worker_pid(run_id)]
        began = time.monotonic()
        assert server.end(signal.SIGTERM) == 0
        assert time.monotonic() - began < 10
        listener.join(5)
        assert heard[-1]["event"] == "run_state"
        assert heard[-1]["data"]["state"] == "interrupted"
        assert not any(is_alive(pid) for pid in children if pid)
        server.start()
        run = server.run(run_id)
        assert run["state"] == "interrupted"
        assert run["latest_checkpoint"]["step"] == run["step"], "no step was lost"
        server.client.post(f"/api/runs/{run_id}/resume")
        server.wait_state(run_id, "running")
        server.stop(run_id)


def _hang(server: StudioServer, run_id: str) -> int:
    worker = server.worker_pid(run_id)
    assert worker is not None
    freeze(worker)
    return worker


def test_a_worker_that_hangs_is_killed_after_a_stop(tmp_path: Path) -> None:
    with running(tmp_path / "data", stop_grace_s=2) as server:
        run_id = server.train(server.create())
        server.wait_checkpoint(run_id)
        worker = _hang(server, run_id)
        answer = server.client.post(f"/api/runs/{run_id}/stop")
        assert answer.json()["state"] == "stopping"
        stopped = server.wait_state(run_id, "stopped", seconds=10)
        assert "did not stop in time" in stopped["reason"]
        assert not is_alive(worker)


def test_a_worker_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        run_id = server.train(server.create())
        server.wait_checkpoint(run_id)
        worker = _hang(server, run_id)
        began = time.monotonic()
        server.end(signal.SIGTERM)
        assert time.monotonic() - began < 10
        assert not is_alive(worker)
        server.start()
        assert server.run(run_id)["state"] == "interrupted"

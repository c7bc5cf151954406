from __future__ import annotations

import concurrent.futures
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import TINY, StudioServer, freeze, running, wait_for

pytestmark = pytest.mark.slow


def _assert_unavailable(
    server: StudioServer, method: str, path: str, request: dict[str, Any]
) -> None:
    began = time.monotonic()
    answer = server.client.request(method, path, **request)
    assert answer.status_code == 503, (path, answer.text)
    assert time.monotonic() - began < 2
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1


def _story_in_the_store(server: StudioServer, run_id: str) -> list[int]:
    """Steps of all updates that `/metrics` reads from MongoDB."""
    path = f"/api/runs/{run_id}/metrics"
    query = {"names": "loss.value", "max_points": 10_000}
    return [
        step for step, _ in server.client.get(path, params=query).json()["series"]["loss.value"]
    ]


@pytest.mark.parametrize("fault", ["frozen", "killed"])
def test_training_goes_on_and_nothing_is_missing(tmp_path: Path, fault: str) -> None:
    with running(tmp_path / "data") as server:
        design_id = server.create()
        design = server.client.get(f"/api/designs/{design_id}").json()
        run_id = server.train(design_id)
        server.wait_checkpoint(run_id)
        mongod = server.mongod_pid
        freeze(mongod)
        headers = {"if-match": '"1"', "idempotency-key": "while-away"}
        order = {"total_steps": 300, "hyperparameters": TINY}
        train = {"json": order, "headers": headers}
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", "/api/designs", {}),
            ("GET", f"/api/designs/{design_id}", {}),
            ("PUT", f"/api/designs/{design_id}", {"json": design, "headers": headers}),
            ("POST", f"/api/designs/{design_id}/compile", {}),
            ("POST", f"/api/designs/{design_id}/train", train),
            ("GET", "/api/runs", {}),
            ("GET", "/readyz", {}),
        ]
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
            list(pool.map(lambda call: _assert_unavailable(server, *call), calls))
        assert server.client.get("/healthz").status_code == 200

        before = server.run(run_id)
        heard = server.events(
            run_id, after=before["last_seq"], until=lambda e: int(e["id"]) % 5 == 0
        )
        assert heard, "streams go on"
        waiting = server.client.get("/metrics").text
        assert "model_studio_unflushed_events 0.0" not in waiting

        os.kill(mongod, signal.SIGKILL if fault == "killed" else signal.SIGCONT)
        wait_for(lambda: server.client.get("/api/designs").status_code == 200, 15)
        if fault == "killed":
            assert server.mongod_pid != mongod
        assert server.client.get(f"/api/designs/{design_id}").json() == design
        path = f"/api/designs/{design_id}/train"
        late = server.client.post(path, json=order, headers=headers).json()["run_id"]
        server.wait_state(late, "completed")
        runs = server.client.get("/api/runs", params={"design_id": design_id}).json()["items"]
        assert [run["id"] for run in runs] == [late, run_id], "the order that got 503 left no run"

        server.stop(run_id)
        story = server.events(run_id)
        numbers = [int(event["id"]) for event in story]
        assert numbers == sorted(set(numbers))
        steps = [e["data"]["step"] for e in story if e["event"] == "training_update"]
        assert steps == sorted(set(steps))
        assert _story_in_the_store(server, run_id) == steps
        wait_for(lambda: "model_studio_unflushed_events 0.0" in server.client.get("/metrics").text)
        (server.data_dir / "runs" / run_id / "events.jsonl").rename(tmp_path / "spool")
        assert server.events(run_id) == story, "the store alone tells the same story"

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.support.server import StudioServer, freeze, running, wait_for

pytestmark = pytest.mark.slow


def _open_stream(server: StudioServer, run_id: str) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    path = f"/api/runs/{run_id}/events?after=0"
    line.sendall(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n\r\n".encode())
    return line


def _open_streams(server: StudioServer) -> str:
    text = server.client.get("/metrics").text
    return next(row for row in text.splitlines() if row.startswith("model_studio_streams "))


def test_a_client_that_never_reads_is_cut_off(tmp_path: Path) -> None:
    with running(tmp_path / "data", stream_stall_s=2) as server:
        run_id = server.train(server.create(), total_steps=200)
        server.wait_state(run_id, "completed")
        wait_for(lambda: "model_studio_unflushed_events 0.0" in server.client.get("/metrics").text)
        long_story = [
            {"seq": seq, "time": "t", "event": "alert", "data": {"message": "x" * 1000}}
            for seq in range(1, 20_000)
        ]
        time.sleep(1.0)
        spool = server.data_dir / "runs" / run_id / "events.jsonl"
        spool.write_text("".join(json.dumps(event) + "\n" for event in long_story))
        with _open_stream(server, run_id):
            wait_for(lambda: _open_streams(server).endswith(" 1.0"), 5)
            began = time.monotonic()
            assert server.client.get("/healthz").status_code == 200
            assert time.monotonic() - began < 0.5
            wait_for(lambda: _open_streams(server).endswith(" 0.0"), 8)
        assert "Traceback" not in server.log.read_text()


def test_there_are_only_so_many_streams(tmp_path: Path) -> None:
    with running(tmp_path / "data", max_streams=2) as server:
        run_id = server.train(server.create())
        with _open_stream(server, run_id), _open_stream(server, run_id):
            wait_for(lambda: _open_streams(server).endswith(" 2.0"), 5)
            refused = server.client.get(f"/api/runs/{run_id}/events")
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) >= 1
        wait_for(lambda: _open_streams(server).endswith(" 0.0"), 5)
        server.stop(run_id)


def test_a_frozen_server_that_thaws_goes_on(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        run_id = server.train(server.create())
        server.wait_checkpoint(run_id)
        freeze(server.pid)
        time.sleep(3)
        os.kill(server.pid, signal.SIGCONT)
        before = server.run(run_id)["last_seq"]
        wait_for(lambda: server.run(run_id)["last_seq"] > before + 2)
        assert server.run(run_id)["state"] == "running"
        assert server.stop(run_id)["state"] == "stopped"

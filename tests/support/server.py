"""A real server in its own process, and ways to treat it badly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
TINY = {
    **{"n_envs": 16, "n_steps": 8, "minibatch": 128, "epochs": 1},
    **{"checkpoint_seconds": 1.0, "entropy_floor": 0.0},
}
"""Settings with which a run makes an update every few milliseconds; so little play soon makes the
network sure of itself."""
LONG = 10**9


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], seconds: float = 60.0, every: float = 0.1) -> Any:
    """The first truthy answer of `what`."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(every)


def freeze(pid: int) -> None:
    """Stops a process as a hang would; returns when each of its threads stands still."""
    os.kill(pid, signal.SIGSTOP)
    threads = Path(f"/proc/{pid}/task")

    def stands_still() -> bool:
        stats = [(thread / "stat").read_text() for thread in threads.iterdir()]
        return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)

    wait_for(stands_still, 10, every=0.01)


class StudioServer:
    """`model-studio up` on a free port."""

    def __init__(self, data_dir: Path, **settings: object) -> None:
        self.data_dir = data_dir
        self.generated = data_dir / "generated"
        self.port = free_port()
        self.log = data_dir.with_name(data_dir.name + ".log")
        self.settings = {f"MODEL_STUDIO_{name.upper()}": str(v) for name, v in settings.items()}
        self.process: subprocess.Popen[str] | None = None
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    def start(self) -> StudioServer:
        environment = {
            **os.environ,
            "MODEL_STUDIO_GENERATED_DIR": str(self.generated),
            "MODEL_STUDIO_CREATE_BURST": "100000",
            **self.settings,
        }
        command = [sys.executable, "-m", "app.cli", "up"]
        command += ["--port", str(self.port), "--data-dir", str(self.data_dir)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Model Studio: "), self.log.read_text()
        wait_for(self._is_ready, 20)
        return self

    def _is_ready(self) -> bool:
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end."""
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.client.close()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)
        return code

    @property
    def mongod_pid(self) -> int:
        return next(pid for pid in descendants(self.pid) if "mongod" in command_line(pid))

    def worker_pid(self, run_id: str) -> int | None:
        workers = [pid for pid in descendants(self.pid) if run_id in command_line(pid)]
        return workers[0] if workers else None

    def create(self, template: str = "tiny-linear", **fields: object) -> str:
        answer = self.client.post("/api/designs", json={"template": template, **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def train(self, design_id: str, **body: Any) -> str:
        order = {"total_steps": LONG, **body, "hyperparameters": TINY | body.get("settings", {})}
        order.pop("settings", None)
        answer = self.client.post(f"/api/designs/{design_id}/train", json=order)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["run_id"])

    def run(self, run_id: str) -> dict[str, Any]:
        answer = self.client.get(f"/api/runs/{run_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wait_state(self, run_id: str, *states: str, seconds: float = 80.0) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            run = self.run(run_id)
            assert run["state"] in states or run["state"] != "failed", run["reason"]
            return run if run["state"] in states else None

        found: dict[str, Any] = wait_for(reached, seconds)
        return found

    def wait_checkpoint(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = wait_for(lambda: self.run(run_id)["latest_checkpoint"])
        return found

    def stop(self, run_id: str) -> dict[str, Any]:
        assert self.client.post(f"/api/runs/{run_id}/stop").status_code == 202
        return self.wait_state(run_id, "stopped", "completed")

    def events(
        self,
        run_id: str,
        *,
        last_event_id: str | None = None,
        until: Callable[[dict[str, Any]], bool] = lambda event: False,
        after: int | None = None,
    ) -> list[dict[str, Any]]:
        """Events `{event, id, data}` until `until` says so or the stream ends."""
        headers = {} if last_event_id is None else {"last-event-id": last_event_id}
        query = {} if after is None else {"after": after}
        path = f"/api/runs/{run_id}/events"
        with self.client.stream("GET", path, headers=headers, params=query) as answer:
            if answer.status_code != 200:
                assert answer.status_code == 204
                return []
            assert answer.headers["content-type"].startswith("text/event-stream")
            return list(_until(read_events(answer.iter_lines()), until))


def _until(events: Iterator[dict[str, Any]], until: Callable[[dict[str, Any]], bool]) -> Any:
    for event in events:
        yield event
        if until(event):
            return


def read_events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Parses a stream of server-sent events."""
    fields: dict[str, str] = {}
    for line in lines:
        if line == "":
            if "event" in fields:
                data = json.loads(fields["data"], parse_constant=_no_constant)
                yield {"event": fields["event"], "id": fields.get("id"), "data": data}
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@contextmanager
def running(data_dir: Path, **settings: object) -> Iterator[StudioServer]:
    """A started server that is ended whatever happens."""
    server = StudioServer(data_dir, **settings).start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.end()
        server.client.close()


def descendants(pid: int) -> list[int]:
    """Process ids of all children and their children."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"

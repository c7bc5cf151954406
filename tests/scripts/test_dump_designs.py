"""`scripts/dump_designs.py` against a real server, and against its store once it has ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.designs import validate_document
from tests.support.server import ROOT, running

pytestmark = pytest.mark.slow


def dump(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/dump_designs.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_every_design_becomes_a_file(tmp_path: Path) -> None:
    out, data_dir = tmp_path / "designs", tmp_path / "data"
    out.mkdir()
    (out / f"{'0' * 32}.json").write_text("{}")
    (out / "notes.json").write_text("kept")
    with running(data_dir) as server:
        slugs = [item["slug"] for item in server.client.get("/api/templates").json()["items"]]
        made = {
            server.client.post("/api/designs", json={"template": slug}).json()["id"]
            for slug in slugs
        }
        asked = dump("--server", str(server.client.base_url).rstrip("/"), "--out", out)
        assert asked.returncode == 0, asked.stderr
        assert dump("--data-dir", data_dir, "--out", out).returncode == 2  # it is in use
    assert {path.stem for path in out.iterdir()} == made | {"notes"}
    for name in made:
        design = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
        assert design["id"] == name
        assert validate_document(design).valid
    again = tmp_path / "again"
    read = dump("--data-dir", data_dir, "--out", again)
    assert read.returncode == 0, read.stderr
    assert {path.name: path.read_text() for path in again.iterdir()} == {
        path.name: path.read_text() for path in out.iterdir() if path.stem != "notes"
    }


def test_without_a_server_it_says_what_to_do(tmp_path: Path) -> None:
    away = dump("--server", "http://127.0.0.1:9", "--out", tmp_path / "out")
    assert away.returncode == 2
    assert "--data-dir" in away.stderr
    assert "Traceback" not in away.stderr

"""`model-studio train` as a user has it: real processes, tiny networks, few steps."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.console.conftest import ROOT, Cli
from tests.training.run_folders import template_design

pytestmark = pytest.mark.slow

QUICK = ["--set", "n_envs=8", "--set", "n_steps=16", "--set", "minibatch=64", "--games", "8"]
FEW = ["--steps", "2048", *QUICK]


def events_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_design_is_trained_evaluated_and_taken_away(cli: Cli, tmp_path: Path) -> None:
    design = tmp_path / "design.json"
    design.write_text(json.dumps(template_design("tiny-linear")))
    run = tmp_path / "run"
    done = cli("train", design, *FEW, "--out", run, "--json")
    assert done.returncode == 0, done.stderr
    events = events_of(done.stdout)
    states = [e["data"]["state"] for e in events if e["event"] == "run_state"]
    assert states == ["starting", "running", "completed"]
    result = events[-1]["data"]
    assert events[-1]["event"] == "result"
    assert (result["state"], result["step"]) == ("completed", 2048)
    assert result["evaluation"]["games"] == 8
    assert Path(result["checkpoint"]).is_dir()
    kept = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    assert kept == events[:-1]
    evaluated = cli("evaluate", run, "--games", "8", "--json")
    assert json.loads(evaluated.stdout)["evaluation"] == result["evaluation"]


def test_lines_for_people_say_what_comes_next(cli: Cli, tmp_path: Path) -> None:
    done = cli("train", "template:tiny-linear", *FEW, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    for words in (
        "Training Tiny: lookup and linear",
        "running",
        "Completed at step 2,048",
        "mean score",
    ):
        assert words in done.stdout
    assert f"model-studio export {tmp_path / 'run'}" in done.stdout
    again = cli("train", "template:tiny-linear", *FEW, "--out", tmp_path / "run")
    assert again.returncode == 2
    assert "holds a run" in again.stderr


def test_the_same_seed_trains_the_same_network(cli: Cli, tmp_path: Path) -> None:
    results = []
    for name in ("one", "other"):
        done = cli("train", "template:tiny-linear", *FEW, "--out", tmp_path / name, "--json")
        results.append(events_of(done.stdout)[-1]["data"]["evaluation"])
    assert results[0] == results[1]


def test_minutes_end_a_training(cli: Cli, tmp_path: Path) -> None:
    done = cli(
        "train", "template:tiny-linear", *QUICK, "--minutes", "0.05", "--out", tmp_path, "--json"
    )
    assert done.returncode == 0, done.stderr
    result = events_of(done.stdout)[-1]["data"]
    assert result["state"] == "completed"
    assert result["step"] > 0


def test_ctrl_c_keeps_a_checkpoint_and_the_run_goes_on_from_it(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "app.cli", "train", "template:tiny-linear", "--json"),
            *(*QUICK, "--steps", "100000000", "--out", str(run)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "training_update":
            break
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    result = events_of(rest)[-1]["data"]
    assert result["state"] == "stopped"
    assert result["step"] > 0
    assert Path(result["checkpoint"]).is_dir()

    more = str(result["step"] + 1024)
    done = cli("train", "--resume", run, "--steps", more, "--games", "0", "--json")
    assert done.returncode == 0, done.stderr
    events = events_of(done.stdout)
    first = next(e["data"]["step"] for e in events if e["event"] == "training_update")
    assert first > result["step"]
    assert events[-1]["data"]["step"] == int(more)
    assert events[-1]["data"]["evaluation"] is None
    assert events[0]["seq"] > 1


def test_a_training_that_fails_says_why_with_exit_code_1(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert cli("train", "template:tiny-linear", *FEW, "--out", run).returncode == 0
    (run / "model.py").write_text("changed = True\n")
    done = cli("train", "--resume", run, "--steps", "4096")
    assert done.returncode == 1
    assert "compile the design again" in done.stdout


def test_an_invalid_design_is_told_block_by_block(cli: Cli, tmp_path: Path) -> None:
    design = template_design("plain-mlp")
    design["components"][2]["props"]["hidden"] = -4
    file = tmp_path / "design.json"
    file.write_text(json.dumps(design))
    done = cli("train", file)
    assert done.returncode == 2
    assert "hidden: " in done.stderr
    assert "Use 1" in done.stderr

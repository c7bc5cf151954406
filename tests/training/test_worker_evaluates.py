"""Evaluations, budgets and guards in the real worker process."""

import hashlib
import json
import time
from pathlib import Path

import pytest

from app.play.recording import read_recording, replay
from app.training.game_files import list_games, read_game
from tests.training.run_folders import make_run
from tests.training.running_worker import Start
from weightslab.checkpoints import best_checkpoint, list_checkpoints

pytestmark = pytest.mark.slow

OFTEN = {"evaluate_seconds": 0.2, "evaluate_games": 16}
GAMES = 16


def slow_evaluations(folder: Path) -> Path:
    """A run whose evaluations take some ten seconds and begin after one."""
    settings = {"n_envs": 8 * GAMES, "minibatch": 8 * GAMES}  # more at once than any evaluation
    settings |= {"evaluate_seconds": 1.0, "evaluate_games": GAMES}
    make_run(folder, template="tiny-linear", hyperparameters=settings)
    source = (folder / "model.py").read_text()
    last = "        return self.join_heads("
    slow = f"        if len(board) <= {GAMES}: __import__('time').sleep(0.1)\n"
    source = source.replace(last, slow + last)
    assert slow in source
    (folder / "model.py").write_text(source)
    order = json.loads((folder / "run.json").read_text())
    order["source_sha256"] = hashlib.sha256(source.encode()).hexdigest()
    (folder / "run.json").write_text(json.dumps(order))
    return folder


def weights_of(folder: Path) -> list[str]:
    *_, newest = list_checkpoints(folder / "checkpoints")
    return [newest.files[name]["sha256"] for name in ("model.safetensors", "optimizer.safetensors")]


def test_evaluations_are_told_rate_checkpoints_and_leave_games(
    tmp_path: Path, start: Start
) -> None:
    folder = make_run(
        tmp_path / "run", template="tiny-linear", total_steps=60_000, hyperparameters=OFTEN
    )
    worker = start(folder)
    told = worker.until("evaluation")
    low, high = told["score"]["ci95"]
    assert low < told["score"]["mean"] < high
    assert (told["games"], told["mode"], told["kickstarted"]) == (16, "greedy", False)
    assert set(told["tile_rates"]) >= {"512", "1024", "2048"}
    assert worker.until("finished")["outcome"] == "completed"
    assert worker.exit_code() == 0
    evaluations = [m for m in worker.seen if m["type"] == "evaluation"]
    assert evaluations[-1]["step"] == worker.seen[-1]["step"] == 60_032
    kept = list_checkpoints(folder / "checkpoints")
    means = {m["step"]: m["score"]["mean"] for m in evaluations}
    best = best_checkpoint(kept)
    assert best is not None
    assert best.rating == means[best.step] == max(means.values())
    games = list_games(folder)
    assert {game["step"] for game in games} >= {evaluations[-1]["step"], best.step}
    for listed in games:
        game = read_game(folder, listed["id"])
        assert game is not None
        assert len(replay(read_recording(game))) == game["steps"] + 1


def test_evaluations_and_an_interruption_change_nothing_that_is_learnt(
    tmp_path: Path, start: Start
) -> None:
    length = {"template": "residual-experts", "total_steps": 5_120}
    quiet = make_run(tmp_path / "quiet", **length, hyperparameters={"evaluate_seconds": 0.0})  # type: ignore[arg-type]
    measured = make_run(tmp_path / "measured", **length, hyperparameters=OFTEN)  # type: ignore[arg-type]
    worker = start(measured)
    worker.until("evaluation")
    worker.send({"type": "stop"})
    worker.until("finished")
    assert worker.exit_code() == 0
    for folder in (quiet, measured):
        assert start(folder).until("finished")["outcome"] == "completed"
    assert weights_of(quiet) == weights_of(measured)
    assert list_games(quiet) == []


def test_a_pause_cuts_an_evaluation_off_and_a_resume_repeats_it(
    tmp_path: Path, start: Start
) -> None:
    worker = start(slow_evaluations(tmp_path / "run"))
    worker.until("started")
    time.sleep(3.0)
    asked = time.monotonic()
    worker.send({"type": "pause"})
    worker.until("paused")
    assert time.monotonic() - asked < 2.0
    assert not [m for m in worker.seen if m["type"] == "evaluation"]
    (step,) = {m["step"] for m in worker.seen[-3:] if m["type"] == "checkpoint"}
    worker.send({"type": "resume"})
    assert worker.until("evaluation")["step"] == step
    worker.send({"type": "stop"})
    assert worker.until("finished")["outcome"] == "stopped"


def test_a_worker_killed_in_an_evaluation_repeats_it(tmp_path: Path, start: Start) -> None:
    folder = slow_evaluations(tmp_path / "run")
    worker = start(folder)
    worker.until("started")
    time.sleep(3.0)
    worker.process.kill()
    worker.process.wait()
    *_, saved = list_checkpoints(folder / "checkpoints")
    again = start(folder)
    assert again.until("started")["step"] == saved.step
    told = again.until("evaluation")
    assert told["step"] == saved.step
    assert again.until("training_update")["progress"]["elapsed_s"] > (saved.elapsed_s or 0) > 0.9
    assert list_checkpoints(folder / "checkpoints")[0].rating == told["score"]["mean"]


def test_a_budget_of_time_is_spent_in_training_only(tmp_path: Path, start: Start) -> None:
    settings = {**OFTEN, "evaluate_seconds": 1.0}
    folder = make_run(
        tmp_path / "run", template="tiny-linear", minutes=0.05, hyperparameters=settings
    )
    began = time.monotonic()
    worker = start(folder)
    first = worker.until("training_update")
    assert first["progress"]["seconds_left"] == pytest.approx(
        3.0 - first["progress"]["elapsed_s"], abs=0.01
    )
    worker.send({"type": "pause"})
    worker.until("paused")
    time.sleep(3.0)
    worker.send({"type": "resume"})
    assert worker.until("finished")["outcome"] == "completed"
    assert time.monotonic() - began > 6.0
    last = [m for m in worker.seen if m["type"] == "training_update"][-1]
    assert last["progress"]["fraction"] == 1.0
    assert 3.0 <= last["progress"]["elapsed_s"] < 5.0
    assert 0 <= last["learning_rate"] < 0.2 * first["learning_rate"]
    assert last["step"] < 10_000_000

    branch = make_run(
        tmp_path / "branch",
        template="tiny-linear",
        minutes=0.05,
        resume_from=list_checkpoints(folder / "checkpoints")[-1].path,
    )
    told = start(branch).until("training_update")
    assert told["step"] > last["step"]
    assert told["progress"]["elapsed_s"] < 3.0
    assert told["learning_rate"] > last["learning_rate"]


def test_a_run_that_reached_its_target_completes_with_the_reason(
    tmp_path: Path, start: Start
) -> None:
    folder = make_run(
        tmp_path / "run", template="tiny-linear", hyperparameters={**OFTEN, "target_score": 1}
    )
    finished = start(folder).until("finished")
    assert finished["outcome"] == "completed"
    assert "target score" in finished["reason"]


def test_a_kl_spike_pauses_once_and_a_resume_goes_on(tmp_path: Path, start: Start) -> None:
    folder = make_run(
        tmp_path / "run", template="tiny-linear", hyperparameters={"kl_limit": 1e-9, "epochs": 4}
    )
    worker = start(folder)
    alert = worker.until("alert")
    assert (alert["severity"], alert["code"]) == ("error", "training.kl_spike")
    assert alert["details"]["approx_kl"] > alert["details"]["limit"] == 1e-9
    worker.until("paused")
    worker.send({"type": "resume"})
    worker.until("resumed")
    worker.until("training_update", lambda m: m["update"] > alert["details"]["update"] + 20)
    assert [m["type"] for m in worker.seen].count("alert") == 1
    worker.send({"type": "stop"})
    worker.until("finished")
    again = start(folder)
    again.until("training_update", lambda m: m["update"] > worker.seen[-1]["step"] // 128 + 20)
    assert not [m for m in again.seen if m["type"] == "alert"]

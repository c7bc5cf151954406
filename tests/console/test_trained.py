"""Evaluate, play and export a run that was trained: in this process, with real files."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import onnxruntime
import pytest
from rich.console import Console

from app import cli
from app.console.board import board_picture
from app.console.play import policy_chances
from app.console.player import open_player
from app.play.games import play_games
from app.play.recording import read_recording, recording_of, replay
from tests.console.conftest import Cli


def answer(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> Any:
    assert cli.main([*map(str, arguments), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_evaluate_tells_the_mean_and_how_sure_it_is(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "evaluate", trained, "--games", 16, "--seed", 5)
    evaluation = found["evaluation"]
    assert (evaluation["games"], evaluation["mode"], evaluation["seed"]) == (16, "greedy", 5)
    assert evaluation["low"] < evaluation["mean"] < evaluation["high"]
    again = answer(capsys, "evaluate", trained, "--games", 16, "--seed", 5)
    assert again["evaluation"] == evaluation


@pytest.mark.parametrize("mode", ["sampled", "symmetric"])
def test_evaluate_plays_in_other_modes(
    trained: Path, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "evaluate", trained, "--games", 4, "--mode", mode)
    assert found["evaluation"]["mode"] == mode


def test_search_is_compared_with_greedy_play(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "evaluate", trained, "--games", 3, "--mode", "search", "--depth", 1)
    assert found["gain"]["ratio"] == pytest.approx(
        found["evaluation"]["mean"] / found["greedy"]["mean"]
    )
    assert found["gain"]["low"] < found["gain"]["ratio"] < found["gain"]["high"]
    assert (
        cli.main(["evaluate", str(trained), "--games", "2", "--mode", "search", "--depth", "1"])
        == 0
    )
    assert "times greedy" in capsys.readouterr().out


def test_a_checkpoint_can_be_named(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint = next((trained / "checkpoints").iterdir())
    found = answer(capsys, "evaluate", checkpoint, "--games", 2)
    assert found["step"] == int(checkpoint.name.removeprefix("step_"))
    assert cli.main(["evaluate", str(checkpoint.with_name("step_999999999999"))]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_damaged_checkpoint_is_told(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(trained, copy)
    weights = next((copy / "checkpoints").iterdir()) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0\0")
    assert cli.main(["evaluate", str(copy)]) == 2
    assert "not what was written" in capsys.readouterr().err


def test_a_run_without_a_checkpoint_is_told(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.json").write_bytes((trained / "run.json").read_bytes())
    assert cli.main(["play", str(tmp_path)]) == 2
    assert "no checkpoint yet" in capsys.readouterr().err


def test_a_game_is_recorded_and_replayed_without_its_run(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "game.json"
    played = answer(capsys, "play", trained, "--seed", 3, "--record", file)
    assert json.loads(file.read_text()) == played
    assert len(replay(read_recording(played))) == played["steps"] + 1
    assert answer(capsys, "play", "--replay", file) == played
    assert cli.main(["play", "--replay", str(file)]) == 0
    assert f"score {played['score']:,}" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 1}', "\xff"])
def test_what_is_no_recorded_game_is_told(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "game.json"
    file.write_bytes(content.encode("latin-1"))
    assert cli.main(["play", "--replay", str(file)]) == 2
    assert "no recorded game" in capsys.readouterr().err


def test_a_game_with_another_score_is_not_shown(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "game.json"
    played = answer(capsys, "play", trained)
    file.write_text(json.dumps(played | {"score": played["score"] + 4}))
    assert cli.main(["play", "--replay", str(file)]) == 2
    assert "cannot be replayed" in capsys.readouterr().err


def test_a_board_is_drawn_with_its_tiles_and_chances(trained: Path) -> None:
    player = open_player(trained)
    games = play_games(player.policy("greedy", seed=0, depth=1), [7])
    boards = replay(recording_of(games, 0))
    chances = policy_chances(player, boards)
    for chosen, likes in zip(games.moves[0][:20], chances, strict=False):
        assert likes.sum() == pytest.approx(1)
        assert likes[chosen] == likes.max()
    assert not chances[-1].any()  # no move is left
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(board_picture(boards[-1], len(boards) - 1, 2, chances[-1]))
    text = console.export_text()
    for exponent in boards[-1]:
        assert str(1 << int(exponent)) in text
    assert "down" in text
    assert "%" in text


@pytest.mark.slow
@pytest.mark.parametrize("fmt", ["onnx", "pt", "safetensors", "py"])
def test_export_writes_the_file(
    trained: Path, tmp_path: Path, fmt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"model.{fmt}"
    found = answer(capsys, "export", trained, "--fmt", fmt, "--out", out)
    assert found["ok"]
    assert found["file"] == str(out)
    assert out.stat().st_size > 500
    if fmt == "onnx":
        assert onnxruntime.InferenceSession(str(out)).get_inputs()[0].name == "board"


@pytest.mark.slow
def test_an_export_that_fails_says_why_with_exit_code_1(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(trained, copy)
    (copy / "model.py").write_text("changed = True\n")
    found = answer(capsys, "export", copy, "--out", tmp_path / "m.onnx", code=1)
    assert found["code"] == "model.source_changed" or not found["ok"]
    assert cli.main(["export", str(copy), "--out", str(tmp_path / "no" / "m.onnx")]) == 2
    assert "no folder" in capsys.readouterr().err


@pytest.mark.slow
def test_the_commands_work_as_processes(trained: Path, cli: Cli) -> None:
    done = cli("evaluate", trained, "--games", 4)
    assert done.returncode == 0, done.stderr
    assert "mean score" in done.stdout
    shown = cli("play", trained, "--mode", "search", "--depth", 1)
    assert shown.returncode == 0, shown.stderr
    assert "largest tile" in shown.stdout

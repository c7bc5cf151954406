import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from tests.console.conftest import ROOT, Cli


def test_help_and_parsing_load_neither_torch_nor_a_web_framework() -> None:
    code = (
        "import app.cli, sys\n"
        "heavy = {'torch', 'fastapi', 'uvicorn', 'motor', 'numba', 'rich', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["up", "train", "evaluate", "play", "export", "doctor"])
def test_every_command_has_its_module(command: str) -> None:
    source = (ROOT / "app" / "console" / f"{command}.py").read_text()
    assert "def run(options: argparse.Namespace) -> int:" in source


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train"], "Name a design file"),
        (["train", "template:none"], "There is no template:none"),
        (["train", "none.json"], "cannot be read"),
        (["train", "template:plain-mlp", "--set", "gamma"], "--set gamma=VALUE"),
        (["train", "template:plain-mlp", "--set", "speed=2"], "no such setting"),
        (["train", "template:plain-mlp", "--set", "gamma=2"], "between 0 and 1"),
        (["train", "template:plain-mlp", "--steps", "0"], "total_steps must be"),
        (["train", "template:plain-mlp", "--minutes", "0"], "minutes must be"),
        (["train", "template:plain-mlp", "--games", "-1"], "must not be negative"),
        (["train", "template:plain-mlp", "--resume", "."], "leave DESIGN out"),
        (["train", "--resume", "nowhere"], "no readable run.json"),
        (["evaluate", "nowhere"], "no run.json"),
        (["evaluate", "nowhere", "--games", "0"], "must be from 1"),
        (["evaluate", "nowhere", "--seed", "-1"], "--seed"),
        (["play"], "Name a run"),
        (["play", "nowhere", "--replay", "x"], "Name a run"),
        (["play", "nowhere", "--speed", "-1"], "--speed"),
        (["play", "--replay", "none.json"], "cannot be read"),
        (["export", "nowhere", "--out", "x.onnx"], "no run.json"),
    ],
)
def test_what_has_to_be_put_right_is_told_with_exit_code_2(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.err.startswith("model-studio: ")
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["export", "x"], ["evaluate", "x", "--mode", "lucky"]]
)
def test_arguments_that_make_no_sense_exit_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2


@pytest.mark.slow
def test_the_doctor_answers_in_json(cli: Cli, tmp_path: Path) -> None:
    done = cli("doctor", "--data-dir", tmp_path, "--json")
    assert '"name": "torch"' in done.stdout

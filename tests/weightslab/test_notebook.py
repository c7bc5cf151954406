"""What notebooks show, and the line of an evaluation pass."""

from pathlib import Path
from typing import Any

import pytest

import weightslab as wl
from weightslab.checkpoints import CheckpointInfo
from weightslab.evaluation import progress
from weightslab.evaluation.evaluation_pass import EvaluationPass
from weightslab.evaluation.progress import ProgressLine
from weightslab.experiment import Experiment
from weightslab.integrations.tracker import Run
from weightslab.notebook import MOST_ROWS, table

ODD = "<script>alert(1)</script>"


def test_texts_are_escaped_and_long_tables_cut() -> None:
    shown = table(ODD, [(ODD, ODD)] * (MOST_ROWS + 5), ODD)
    assert "<script>" not in shown
    assert shown.count("<tr>") == MOST_ROWS + 1
    assert "x" * 201 not in table("t", [("long", "x" * 1000)])


def test_every_object_shows_what_it_holds(experiment: Experiment, tmp_path: Path) -> None:
    hp = wl.watch_or_edit({"optimizer": {"lr": 0.1}, ODD: 1}, flag="hyperparameters")
    wl.log({ODD: 0.123456789})
    wl.signal(name=ODD)(lambda ctx: 1.0)
    shown: list[Any] = [
        hp,
        Run(experiment),
        experiment.signals.get(ODD),
        EvaluationPass(ODD, "code", means={ODD: 0.5}),
        CheckpointInfo(tmp_path / "step_1", 1, 1, "now", 0.25, {}),
    ]
    texts = [one._repr_html_() for one in shown]
    assert not any("<script>" in text for text in texts)
    assert "optimizer.lr" in texts[0]
    assert "0.123457" in texts[1]
    assert "of each sample" in texts[2]
    assert "0.5" in texts[3]
    assert "checkpoint of step 1" in texts[4]


def test_a_finished_run_still_shows_its_values(experiment: Experiment) -> None:
    run = Run(experiment)
    run.log({"loss": 0.5})
    run.finish()
    assert "loss" in run._repr_html_()


def test_the_line_is_written_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_EVERY_S", 0.0)
    line = ProgressLine("val")
    line.show(1, 4)
    line.clear()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    line = ProgressLine("val")
    line.show(1, 4)
    assert "'val': 1/4 batches" in capsys.readouterr().err
    line.show(2, None)
    line.clear()
    assert capsys.readouterr().err.endswith("\r")

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.console.display import LiveDisplay, PlainDisplay, event_line, open_display
from app.console.orders import Order
from app.training.training_manager import ExternalTrainer


@pytest.fixture
def order() -> Order:
    trainer = ExternalTrainer(
        run_id="f" * 32,
        design_id="0" * 32,
        design={"name": "Two rows"},
        source_sha256="a" * 64,
        config={},
        total_steps=1000,
        minutes=None,
        seed=0,
        hyperparameters={},
    )
    return Order(Path("runs/two-rows"), trainer, None)


def update(step: int, mean: float | None) -> dict[str, Any]:
    data = {
        "step": step,
        "score": {"mean": mean, "median": mean, "max": mean},
        "tile_rates": {"512": 0.25} if mean else {},
        "episodes": 3,
        "loss": {"policy": 0.1, "value": 1.5, "entropy": None, "aux": 0.0},
        "steps_per_second": 1234.5,
        "moe": {"expert_usage_by_component": {"experts": [0.75, 0.25]}},
        "progress": {"fraction": step / 1000, "elapsed_s": 61.0, "seconds_left": None},
    }
    return {"seq": 1, "time": "", "event": "training_update", "data": data}


def event(name: str, **data: Any) -> dict[str, Any]:
    return {"seq": 1, "time": "", "event": name, "data": data}


def test_the_live_panel_shows_progress_scores_losses_and_experts(order: Order) -> None:
    out = io.StringIO()
    display = LiveDisplay(order, Console(file=out, force_terminal=True, width=100))
    with display:
        display.show(update(100, None))
        display.show(update(500, 2000.0))
        display.show(update(600, 3000.0))
        display.show(event("alert", severity="warning", message="The disk is nearly full."))
        display.stopping()
    shown = out.getvalue()
    for words in ("Two rows", "step 600", "60%", "mean 3,000", "512 in 25.0%", "value 1.500"):
        assert words in shown
    for words in ("experts experts", "75%", "▁", "█", "1,234", "1 min 01 s gone, – left"):
        assert words in shown
    assert "The disk is nearly full." in shown
    assert "Stopping with a final checkpoint" in shown


def test_plain_lines_come_now_and_then(order: Order, capsys: pytest.CaptureFixture[str]) -> None:
    display = PlainDisplay(order)
    for step in range(100, 1000, 100):
        display.show(update(step, 2000.0))
    display.show(event("run_state", state="running", previous="starting", reason=None))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Training Two rows")
    assert sum("mean score 2,000" in line for line in lines) == 1
    assert lines[-1] == "running"


def test_without_a_terminal_lines_are_plain(order: Order) -> None:
    assert isinstance(open_display(order, as_json=False), PlainDisplay)


def test_what_is_worth_a_line() -> None:
    score = {"mean": 5000.0, "median": 1.0, "sem": 2.0, "ci95": [4500.0, 5500.0]}
    line = event_line(event("evaluation", step=9000, games=64, mode="greedy", score=score))
    assert line == "step 9,000: 64 greedy games, mean score 5,000 (4,500 to 5,500)"
    assert event_line(event("checkpoint", step=1)) == ""
    failed = event("run_state", state="failed", previous="running", reason="It broke.")
    assert event_line(failed) == "failed: It broke."

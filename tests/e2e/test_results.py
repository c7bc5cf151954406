"""What a run leaves: evaluations, checkpoints to pin and to branch from, games that replay."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import watch
from tests.e2e.test_quality import check_screen
from tests.support.server import TINY, StudioServer

SETTINGS = {**TINY, "evaluate_seconds": 2.0, "evaluate_games": 8, "entropy_floor": 0.0}
"""Batches so small settle the policy within seconds, so the guard that would pause it is off."""


@pytest.fixture(scope="module")
def run_id(studio: StudioServer) -> str:
    """A run of fifteen seconds on the smallest template, which the tests watch and then read."""
    design = studio.client.post("/api/designs", json={"template": "tiny-linear"}).json()
    wish = {"minutes": 0.25, "hyperparameters": SETTINGS}
    answer = studio.client.post(f"/api/designs/{design['id']}/train", json=wish)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["run_id"])


def test_a_run_by_time_is_evaluated_and_ends(
    phone: Page, run_id: str, studio: StudioServer, complaints: list[str]
) -> None:
    phone.goto(f"/runs/{run_id}")
    expect(phone.get_by_test_id("progress")).to_contain_text(" s of 15 s", timeout=60_000)
    expect(phone.get_by_test_id("evaluation-score")).to_have_text(
        re.compile(r"^[\d,]+ ± [\d,]+$"), timeout=60_000
    )
    expect(phone.get_by_test_id("algorithm").first).to_have_text("PPO")
    expect(phone.get_by_test_id("kickstarted")).to_have_count(0)
    state = phone.get_by_test_id("run-state")
    expect(state).to_have_attribute("data-state", "completed", timeout=90_000)
    evaluations = studio.client.get(f"/api/runs/{run_id}/evaluations").json()["items"]
    expect(phone.get_by_test_id("evaluation")).to_have_attribute(
        "data-step", str(evaluations[-1]["step"])
    )
    assert complaints == []


def test_a_checkpoint_is_pinned_and_branched(
    phone: Page, run_id: str, studio: StudioServer, complaints: list[str]
) -> None:
    phone.goto(f"/runs/{run_id}")
    phone.get_by_test_id("checkpoints").tap()
    row = phone.locator(".checkpoint").last
    step = row.get_attribute("data-step")
    row.get_by_role("button").first.tap()
    row.get_by_test_id("pin").tap()
    expect(row).to_have_attribute("data-pinned", "true")
    phone.reload()
    phone.get_by_test_id("checkpoints").tap()
    row = phone.locator(f'.checkpoint[data-step="{step}"]')
    expect(row).to_contain_text("Pinned")
    row.get_by_role("button").first.tap()
    row.get_by_test_id("branch").tap()
    row.get_by_test_id("start-branch").tap()
    expect(phone).not_to_have_url(re.compile(run_id))
    state = phone.get_by_test_id("run-state")
    expect(state).to_have_attribute("data-state", "running", timeout=60_000)
    branched = studio.client.get(phone.url.replace("/runs/", "/api/runs/")).json()
    assert branched["parent"] == {"run_id": run_id, "step": int(step or -1)}
    phone.get_by_test_id("stop").tap()
    expect(state).to_have_attribute("data-state", "stopped", timeout=30_000)
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_recorded_game_replays(
    theme: str,
    open_phone: Callable[..., BrowserContext],
    run_id: str,
    studio: StudioServer,
    complaints: list[str],
) -> None:
    page = open_phone(theme).new_page()
    watch(page, complaints)
    page.goto(f"/runs/{run_id}")
    expect(page.get_by_test_id("evaluation")).to_be_visible()
    page.get_by_test_id("health").locator("summary").tap()
    check_screen(page, "results of a run")
    page.get_by_test_id("checkpoints").tap()
    page.locator(".checkpoint button").first.tap()
    page.get_by_test_id("branch").tap()
    check_screen(page, "checkpoints")
    page.keyboard.press("Escape")
    page.get_by_test_id("games").tap()
    game = page.locator("[data-game-id]").first
    expect(game).to_be_visible()
    check_screen(page, "games")
    game_id = game.get_attribute("data-game-id")
    game.tap()
    board = page.get_by_test_id("play-board")
    expect(board).to_be_visible()
    check_screen(page, "replay")

    page.get_by_test_id("play-pause").tap()
    expect(page.get_by_test_id("game-move")).not_to_have_text(re.compile("^0 "))
    page.get_by_test_id("play-pause").tap()
    page.get_by_role("heading", level=1).focus()
    page.keyboard.press("End")
    recorded = studio.client.get(f"/api/runs/{run_id}/games/{game_id}").json()
    expect(page.get_by_test_id("game-score")).to_have_text(f"{recorded['score']:,}")
    cells = [int(cell) for cell in (board.get_attribute("data-board") or "").split(",")]
    assert 2 ** max(cells) == recorded["max_tile"]
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("announcer")).to_contain_text(f"Move {recorded['steps'] - 1}.")
    assert complaints == []

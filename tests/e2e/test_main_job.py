"""The path of a new user: template, change, compile, train, watch, pause, stop, export."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnxruntime
from playwright.sync_api import Page, expect

from tests.e2e.steps import open_starter
from tests.support.server import StudioServer


def param_count(page: Page) -> int:
    return int(page.get_by_test_id("param-count").get_attribute("data-value") or 0)


def test_draw_compile_train_watch_stop_export(
    phone: Page, studio: StudioServer, complaints: list[str], tmp_path: Path
) -> None:
    open_starter(phone)
    before = param_count(phone)
    assert before == 107_461

    phone.locator('[data-component-id="experts"]').tap()
    sheet = phone.get_by_test_id("props-sheet")
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="Raise Experts", exact=True).tap()
    phone.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(phone.get_by_test_id("param-count")).not_to_have_attribute("data-value", str(before))
    changed = param_count(phone)
    expect(phone.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")

    phone.get_by_test_id("compile").tap()
    expect(phone.get_by_test_id("compile-result")).to_contain_text(f"{changed:,}")
    design_id = studio.client.get("/api/designs").json()["items"][0]["id"]
    assert "n_experts=5" in studio.client.get(f"/api/designs/{design_id}/source").text

    phone.get_by_test_id("train").tap()
    state = phone.get_by_test_id("run-state")
    expect(state).to_have_attribute("data-state", "running", timeout=60_000)
    chart = phone.get_by_test_id("score-chart")
    expect(chart).to_have_attribute("data-points", re.compile(r"^([3-9]|\d\d+)$"), timeout=60_000)
    bars = phone.get_by_test_id("moe-heatmap")
    expect(bars).to_contain_text("%")
    seen = bars.inner_text()
    expect(bars).not_to_have_text(seen, timeout=30_000)

    phone.get_by_test_id("pause").tap()
    expect(state).to_have_attribute("data-state", "paused", timeout=30_000)
    phone.get_by_test_id("resume").tap()
    expect(state).to_have_attribute("data-state", "running", timeout=30_000)
    phone.get_by_test_id("stop").tap()
    expect(state).to_have_attribute("data-state", "stopped", timeout=30_000)

    phone.get_by_test_id("export").tap()
    with phone.expect_download() as download:
        phone.get_by_test_id("export-onnx").tap()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.suffix == ".onnx"
    session = onnxruntime.InferenceSession(str(file))
    boards = np.random.default_rng(0).integers(0, 12, (7, 16), dtype=np.int64)
    policy, value = session.run(["policy_logits", "value"], {"board": boards})
    assert policy.shape == (7, 4)
    assert value.shape == (7,)
    assert complaints == []


def test_a_broken_design_names_the_fault_and_repairs_it(phone: Page, complaints: list[str]) -> None:
    open_starter(phone)
    phone.locator('[data-component-id="embed"]').tap()
    sheet = phone.get_by_test_id("props-sheet")
    sheet.get_by_role("button", name="Width 128", exact=True).tap()
    phone.keyboard.press("Escape")
    banner = phone.get_by_test_id("validation-banner")
    expect(banner).to_have_attribute("data-valid", "false")
    expect(banner).to_contain_text("expects [B, 16, 64]")
    expect(phone.get_by_test_id("train")).to_be_disabled()
    banner.get_by_role("button", name=re.compile("^(Set d_model|Put)")).first.tap()
    expect(banner).to_have_attribute("data-valid", "true")
    phone.get_by_test_id("undo").tap()
    expect(banner).to_have_attribute("data-valid", "false")
    phone.get_by_test_id("redo").tap()
    expect(banner).to_have_attribute("data-valid", "true")
    assert complaints == []

"""The promise of the designer: a residual network of experts from nothing by thumb, five ways to
break it, and each message's own repair."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.support.server import StudioServer


def start_empty(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name=re.compile("Empty design|New design", re.I)).first.tap()
    expect(page.get_by_test_id("add-block")).to_be_visible()


def add(page: Page, block: str) -> None:
    """Adds a block where the Add button puts it."""
    page.get_by_test_id("add-block").tap()
    palette = page.get_by_test_id("block-palette")
    palette.locator(f'[data-block-type="{block}"]').tap()
    expect(palette).to_be_hidden()
    sheet = page.get_by_test_id("props-sheet")
    if sheet.is_visible():
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()


def open_block(page: Page, title: str) -> Locator:
    page.locator(".stack [data-component-id]").filter(has_text=re.compile(f"^{title}")).first.tap()
    sheet = page.get_by_test_id("props-sheet")
    expect(sheet).to_be_visible()
    return sheet


def close(page: Page, sheet: Locator) -> None:
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def type_number(sheet: Locator, label: str, value: str) -> None:
    field = sheet.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")


def repair(page: Page) -> None:
    """Taps the repair that the banner offers; one tap must do."""
    banner = page.get_by_test_id("validation-banner")
    expect(banner).to_have_attribute("data-valid", "false")
    banner.locator(".issue__fix").first.tap()
    expect(banner).to_have_attribute("data-valid", "true")


def build_residual_experts(page: Page) -> None:
    for block in ("board_input", "embedding", "transformer_layer", "load_balance_router"):
        add(page, block)
    for block in ("moe_layer", "add", "action_output", "value_output"):
        add(page, block)


def test_a_residual_network_of_experts_from_nothing_by_thumb(
    phone: Page, studio: StudioServer, complaints: list[str]
) -> None:
    start_empty(phone)
    started = time.monotonic()
    build_residual_experts(phone)
    banner = phone.get_by_test_id("validation-banner")
    expect(banner).to_have_attribute("data-valid", "true")
    assert time.monotonic() - started < 120
    expect(phone.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    design_id = studio.client.get("/api/designs").json()["items"][0]["id"]
    design = studio.client.get(f"/api/designs/{design_id}").json()
    merge = next(block["id"] for block in design["components"] if block["type"] == "add")
    assert len([edge for edge in design["edges"] if edge[1] == merge]) == 2
    verdict = studio.client.post(f"/api/designs/{design_id}/validate", json=design).json()
    assert verdict["valid"]
    assert phone.get_by_test_id("param-count").get_attribute("data-value") == str(
        verdict["numbers"]["param_count"]
    )
    phone.get_by_test_id("compile").tap()
    expect(phone.get_by_test_id("compile-result")).to_be_visible()
    assert complaints == []


def test_five_ways_to_break_it_and_the_repair_of_each(phone: Page, complaints: list[str]) -> None:
    start_empty(phone)
    build_residual_experts(phone)
    expect(phone.get_by_test_id("validation-banner")).to_have_attribute("data-valid", "true")

    # A width that its neighbours do not have.
    sheet = open_block(phone, "Embedding")
    sheet.get_by_role("button", name="Width 256", exact=True).tap()
    close(phone, sheet)
    repair(phone)
    # Heads that do not divide the width.
    sheet = open_block(phone, "Transformer layer")
    type_number(sheet, "Heads", "5")
    close(phone, sheet)
    repair(phone)
    # More experts per cell than there are.
    sheet = open_block(phone, "Mixture of experts")
    type_number(sheet, "Experts per cell", "8")
    close(phone, sheet)
    repair(phone)
    # No way out.
    sheet = open_block(phone, "Action output")
    sheet.get_by_role("button", name="Delete").tap()
    repair(phone)
    # A merge that lost a branch.
    sheet = open_block(phone, "Add")
    sheet.get_by_role("checkbox").and_(sheet.locator(":checked")).last.uncheck()
    close(phone, sheet)
    repair(phone)
    assert complaints == []

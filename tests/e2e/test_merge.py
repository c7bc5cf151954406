"""Two phones edit one design: what does not clash merges by itself, the rest is asked about."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.steps import open_starter, wait_for_service_worker
from tests.support.server import StudioServer, wait_for


def component(design: dict[str, Any], component_id: str) -> dict[str, Any]:
    (found,) = [row for row in design["components"] if row["id"] == component_id]
    return dict(found["props"])


def tap_preset(page: Page, component_id: str, preset: str) -> None:
    page.locator(f'.stack [data-component-id="{component_id}"]').tap()
    page.get_by_test_id("props-sheet").get_by_role("button", name=preset, exact=True).tap()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("props-sheet")).to_have_count(0)


def saved(page: Page) -> None:
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")


@pytest.fixture
def phones(open_phone: Callable[..., BrowserContext]) -> tuple[Page, Page, str]:
    """Two phones with the same design open, and its id."""
    mine, theirs = open_phone().new_page(), open_phone().new_page()
    open_starter(mine)
    saved(mine)
    # A worker that starts while the phone is taken offline would still have a network.
    wait_for_service_worker(mine)
    path = mine.evaluate("location.pathname")
    theirs.goto(path)
    saved(theirs)
    return mine, theirs, path.rsplit("/", 1)[1]


def test_disjoint_edits_merge_by_themselves(
    phones: tuple[Page, Page, str], studio: StudioServer
) -> None:
    mine, theirs, design_id = phones
    mine.context.set_offline(True)
    tap_preset(mine, "experts", "Experts 8")
    tap_preset(theirs, "attend", "Heads 8")
    saved(theirs)
    mine.context.set_offline(False)
    expect(mine.get_by_role("status").filter(has_text="Merged with changes")).to_be_visible()
    saved(mine)

    design = studio.client.get(f"/api/designs/{design_id}").json()
    assert component(design, "experts")["n_experts"] == 8
    assert component(design, "attend")["n_heads"] == 8
    expect(mine.locator('.stack [data-component-id="attend"]')).to_contain_text("8 heads")
    # The other phone looks when it comes to the front.
    theirs.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(theirs.locator('.stack [data-component-id="experts"]')).to_contain_text("8 experts")

    mine.get_by_test_id("undo").tap()
    expect(mine.locator('.stack [data-component-id="attend"]')).to_contain_text("4 heads")
    expect(mine.locator('.stack [data-component-id="experts"]')).to_contain_text("8 experts")


def make_conflict(mine: Page, theirs: Page) -> None:
    """Both change the number of experts; theirs arrives first."""
    mine.context.set_offline(True)
    tap_preset(mine, "experts", "Experts 8")
    tap_preset(theirs, "experts", "Experts 2")
    saved(theirs)
    mine.context.set_offline(False)
    expect(mine.get_by_test_id("merge-sheet")).to_be_visible()


def test_a_clash_is_asked_about(phones: tuple[Page, Page, str], studio: StudioServer) -> None:
    mine, theirs, design_id = phones
    make_conflict(mine, theirs)
    sheet = mine.get_by_test_id("merge-sheet")
    expect(sheet.locator("[data-conflict]")).to_have_count(1)
    expect(sheet).to_contain_text("Mine: 8")
    expect(sheet).to_contain_text("Theirs: 2")
    mine.keyboard.press("Escape")
    mine.get_by_test_id("sync-banner").get_by_role("button", name="Merge").tap()
    mine.get_by_test_id("merge-all-theirs").tap()
    sheet.get_by_text("Mine: 8").tap()
    mine.get_by_test_id("merge-apply").tap()
    saved(mine)
    design = studio.client.get(f"/api/designs/{design_id}").json()
    assert component(design, "experts")["n_experts"] == 8
    expect(mine.get_by_test_id("sync-banner")).to_have_count(0)


def test_both_versions_can_be_kept(phones: tuple[Page, Page, str], studio: StudioServer) -> None:
    mine, theirs, design_id = phones
    make_conflict(mine, theirs)
    mine.get_by_test_id("merge-copy").tap()
    saved(mine)

    def copies() -> list[dict[str, Any]]:
        items = studio.client.get("/api/designs?limit=50").json()["items"]
        return [item for item in items if item["name"].endswith("(mine)")]

    (copy,) = wait_for(copies, 10)
    assert copy["id"] != design_id
    kept = studio.client.get(f"/api/designs/{copy['id']}").json()
    assert component(kept, "experts")["n_experts"] == 8
    design = studio.client.get(f"/api/designs/{design_id}").json()
    assert component(design, "experts")["n_experts"] == 2
    studio.client.delete(f"/api/designs/{copy['id']}")


def test_undo_survives_a_reload_and_history_goes_back(phone: Page, studio: StudioServer) -> None:
    open_starter(phone)
    tap_preset(phone, "experts", "Experts 8")
    saved(phone)
    undo = phone.get_by_test_id("undo")
    expect(undo).to_have_attribute("aria-label", "Undo: Experts of Mixture of experts 8")
    phone.reload()
    expect(undo).to_have_attribute("aria-label", "Undo: Experts of Mixture of experts 8")
    undo.tap()
    expect(phone.get_by_test_id("announcer")).to_contain_text("Undone: Experts of Mixture")
    expect(phone.locator('.stack [data-component-id="experts"]')).to_contain_text("4 experts")
    phone.get_by_test_id("redo").tap()
    saved(phone)

    phone.get_by_role("button", name="More", exact=True).tap()
    phone.get_by_test_id("design-history").tap()
    oldest = phone.locator("[data-revision]").last
    oldest.get_by_role("button").first.tap()
    expect(oldest.get_by_test_id("design-diff")).to_contain_text("Experts 4")
    oldest.get_by_test_id("restore-revision").tap()
    expect(phone.locator('.stack [data-component-id="experts"]')).to_contain_text("4 experts")
    saved(phone)
    undo.tap()
    expect(phone.locator('.stack [data-component-id="experts"]')).to_contain_text("8 experts")


def test_blocks_are_copied_from_one_design_into_another(phone: Page) -> None:
    open_starter(phone)
    tap_preset(phone, "experts", "Experts 8")
    phone.locator('.stack [data-component-id="experts"]').tap()
    phone.get_by_test_id("copy-block").tap()
    expect(phone.get_by_text("copied. Paste from the menu")).to_be_visible()
    phone.keyboard.press("Escape")
    open_starter(phone)
    phone.get_by_role("button", name="More", exact=True).tap()
    phone.get_by_test_id("paste").tap()
    sheet = phone.get_by_test_id("props-sheet")
    expect(sheet.get_by_role("button", name="Experts 8", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    phone.keyboard.press("Escape")
    expect(phone.locator('.stack [data-component-id="moe_layer_1"]')).to_be_visible()
    expect(phone.get_by_test_id("undo")).to_have_attribute(
        "aria-label", re.compile("Mixture of experts.* added")
    )


def test_the_tour_is_walked_once(open_phone: Callable[..., BrowserContext]) -> None:
    page = open_phone(tour=True).new_page()
    open_starter(page)
    tour = page.get_by_test_id("tour")
    for step, button in enumerate(["Next", "Next", "Got it"], start=1):
        expect(tour).to_have_attribute("data-step", str(step))
        expect(tour).to_be_focused()
        tour.get_by_role("button", name=button).tap()
    expect(tour).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("validation-banner")).to_have_attribute("data-valid", "true")
    expect(tour).to_have_count(0)
    page.get_by_role("button", name="More", exact=True).tap()
    page.get_by_test_id("tour-again").tap()
    expect(tour).to_be_visible()
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)

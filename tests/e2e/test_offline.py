"""Without a network all but Compile and Train works, and arrives once the server is back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PHONE, TOUR_SEEN
from tests.e2e.steps import STARTER, open_starter, wait_for_service_worker
from tests.support.server import StudioServer, running, wait_for


def experts_on_the_server(studio: StudioServer) -> int:
    newest = studio.client.get("/api/designs").json()["items"][0]["id"]
    design = studio.client.get(f"/api/designs/{newest}").json()
    (experts,) = [row for row in design["components"] if row["id"] == "experts"]
    return int(experts["props"]["n_experts"])


def tap_experts(page: Page, count: int) -> None:
    page.locator('.stack [data-component-id="experts"]').tap()
    sheet = page.get_by_test_id("props-sheet")
    sheet.get_by_role("button", name=f"Experts {count}", exact=True).tap()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_reload_and_edit_offline_then_come_back(phone: Page, studio: StudioServer) -> None:
    open_starter(phone)
    expect(phone.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    wait_for_service_worker(phone)
    assert experts_on_the_server(studio) == 4

    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator('.stack [data-component-id="experts"]')).to_be_visible()
    expect(phone.get_by_test_id("offline-badge")).to_be_visible()
    tap_experts(phone, 8)
    expect(phone.get_by_test_id("outbox-count")).to_contain_text("1")
    phone.reload()
    expect(phone.locator('.stack [data-component-id="experts"]')).to_contain_text("8 experts")
    assert experts_on_the_server(studio) == 4

    phone.context.set_offline(False)
    wait_for(lambda: experts_on_the_server(studio) == 8, 20)
    expect(phone.get_by_test_id("offline-badge")).to_have_count(0)


def test_what_waits_is_listed_and_can_be_discarded(phone: Page, studio: StudioServer) -> None:
    open_starter(phone)
    expect(phone.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    # A worker that starts now would still have a network.
    wait_for_service_worker(phone)
    phone.context.set_offline(True)
    tap_experts(phone, 8)
    phone.get_by_test_id("offline-badge").tap()
    sheet = phone.get_by_test_id("outbox-sheet")
    expect(sheet.locator("[data-outbox-id]")).to_have_count(1)
    expect(sheet).to_contain_text(STARTER)
    expect(sheet).to_contain_text("no network")
    sheet.get_by_test_id("outbox-discard").tap()
    expect(phone.locator('.stack [data-component-id="experts"]')).to_contain_text("8 experts")
    sheet.get_by_test_id("outbox-discard-sure").tap()
    expect(sheet.locator("[data-outbox-id]")).to_have_count(0)
    phone.keyboard.press("Escape")
    expect(phone.locator('.stack [data-component-id="experts"]')).to_contain_text("4 experts")
    phone.context.set_offline(False)
    expect(phone.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert experts_on_the_server(studio) == 4


def test_two_tabs_of_one_phone_show_each_others_edits(
    open_phone: Callable[..., BrowserContext], studio: StudioServer
) -> None:
    context = open_phone()
    first = context.new_page()
    open_starter(first)
    second = context.new_page()
    second.goto(first.evaluate("location.pathname"))
    expect(second.locator('.stack [data-component-id="experts"]')).to_be_visible()
    context.set_offline(True)
    tap_experts(first, 8)
    expect(second.locator('.stack [data-component-id="experts"]')).to_contain_text("8 experts")
    tap_experts(second, 2)
    expect(first.locator('.stack [data-component-id="experts"]')).to_contain_text("2 experts")
    context.set_offline(False)
    for page in (first, second):
        expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert experts_on_the_server(studio) == 2
    assert first.get_by_test_id("merge-sheet").count() == 0


def listed(server: StudioServer) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in server.client.get("/api/designs").json()["items"]}


def test_the_server_dies_and_nothing_is_lost(browser: Any, tmp_path: Path) -> None:
    """Created, edited, renamed and deleted while no server runs; then each of it is there once."""
    with running(tmp_path / "data") as server:
        keep, gone = server.create("starter-moe", name="Stays"), server.create(name="Goes")
        context = browser.new_context(**PHONE, base_url=f"http://127.0.0.1:{server.port}")
        context.add_init_script(TOUR_SEEN)
        page = context.new_page()
        for design_id in (gone, keep):
            page.goto(f"/designs/{design_id}")
            expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
        page.goto("/")
        expect(page.get_by_test_id("template").first).to_be_visible()
        wait_for_service_worker(page)
        server.end()

        page.goto(f"/designs/{keep}")
        tap_experts(page, 8)
        expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "waiting")
        page.goto(f"/designs/{gone}")
        page.get_by_role("button", name="More", exact=True).tap()
        page.get_by_test_id("design-menu").get_by_role("button", name="Delete this design").tap()
        expect(page.get_by_text("Goes deleted")).to_be_visible()
        open_starter(page)
        made = page.evaluate("location.pathname").rsplit("/", 1)[1]
        tap_experts(page, 2)
        page.reload()
        expect(page.locator('.stack [data-component-id="experts"]')).to_contain_text("2 experts")
        expect(page.get_by_test_id("outbox-count")).to_contain_text("3")

        server.start()
        wait_for(lambda: set(listed(server)) == {keep, made}, 30)
        wait_for(lambda: page.get_by_test_id("offline-badge").count() == 0, 30)
        for design_id, experts in ((keep, 8), (made, 2)):
            design = server.client.get(f"/api/designs/{design_id}").json()
            (props,) = [row["props"] for row in design["components"] if row["id"] == "experts"]
            assert props["n_experts"] == experts
        assert listed(server)[keep]["revision"] == 2
        assert listed(server)[made]["revision"] == 1
        context.close()

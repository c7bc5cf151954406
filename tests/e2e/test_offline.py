"""Without a network: the design is there, edits are kept, and they arrive once it is back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.steps import open_starter, wait_for_service_worker
from tests.support.server import StudioServer, wait_for


def experts_on_the_server(studio: StudioServer) -> int:
    newest = studio.client.get("/api/designs").json()["items"][0]["id"]
    design = studio.client.get(f"/api/designs/{newest}").json()
    (experts,) = [row for row in design["components"] if row["id"] == "experts"]
    return int(experts["props"]["n_experts"])


def test_reload_and_edit_offline_then_come_back(phone: Page, studio: StudioServer) -> None:
    open_starter(phone)
    expect(phone.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    wait_for_service_worker(phone)
    assert experts_on_the_server(studio) == 4

    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator('[data-component-id="experts"]')).to_be_visible()
    expect(phone.get_by_test_id("offline-badge")).to_be_visible()
    phone.locator('[data-component-id="experts"]').tap()
    sheet = phone.get_by_test_id("props-sheet")
    sheet.get_by_role("button", name="Experts 8", exact=True).tap()
    phone.keyboard.press("Escape")
    expect(phone.get_by_test_id("outbox-count")).to_contain_text("1")
    phone.reload()
    expect(phone.locator('[data-component-id="experts"]')).to_contain_text("8 experts")
    assert experts_on_the_server(studio) == 4

    phone.context.set_offline(False)
    wait_for(lambda: experts_on_the_server(studio) == 8, 20)
    expect(phone.get_by_test_id("offline-badge")).to_have_count(0)


def test_someone_else_saved_first(phone: Page, studio: StudioServer) -> None:
    open_starter(phone)
    expect(phone.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    newest = studio.client.get("/api/designs").json()["items"][0]["id"]
    answer = studio.client.get(f"/api/designs/{newest}")
    theirs = answer.json()
    (experts,) = [row for row in theirs["components"] if row["id"] == "experts"]
    experts["props"]["n_experts"] = 2
    saved = studio.client.put(
        f"/api/designs/{newest}", json=theirs, headers={"if-match": answer.headers["etag"]}
    )
    assert saved.status_code == 200

    phone.locator('[data-component-id="experts"]').tap()
    phone.get_by_test_id("props-sheet").get_by_role("button", name="Experts 8", exact=True).tap()
    phone.keyboard.press("Escape")
    sheet = phone.get_by_role("dialog")
    expect(sheet).to_contain_text("Changed on another device")
    sheet.get_by_role("button", name="Keep mine").tap()
    wait_for(lambda: experts_on_the_server(studio) == 8, 20)

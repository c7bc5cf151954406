"""Every screen in both themes: accessible, no wider than the phone, no complaint of the browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import watch
from tests.e2e.steps import open_starter, wait_for_service_worker
from tests.support.server import StudioServer


def check_screen(page: Page, name: str) -> None:
    page.wait_for_timeout(400)  # sheets slide in; axe would judge a colour half way
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"{name} is {overflow} px too wide"
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a[href], input")]
            .filter((element) => element.offsetParent !== null && !element.disabled)
            .map((element) => [element.outerHTML.slice(0, 80),
                               (element.closest("label") ?? element).getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.width < 44 || box.height < 44))
            .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
    )
    assert small == [], f"{name}: targets under 44 px"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen(
    theme: str,
    open_phone: Callable[..., BrowserContext],
    studio: StudioServer,
    complaints: list[str],
) -> None:
    page = open_phone(theme).new_page()
    watch(page, complaints)
    page.goto("/")
    expect(page.get_by_test_id("template").first).to_be_visible()
    check_screen(page, "home")
    open_starter(page)
    check_screen(page, "studio")
    page.locator('[data-component-id="experts"]').tap()
    check_screen(page, "props")
    page.keyboard.press("Escape")
    page.get_by_test_id("add-block").tap()
    expect(page.get_by_test_id("block-palette")).to_be_visible()
    check_screen(page, "palette")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Training options").tap()
    page.locator('[data-group="device"] summary').tap()
    check_screen(page, "training options")
    page.keyboard.press("Escape")
    page.get_by_test_id("train").tap()
    state = page.get_by_test_id("run-state")
    expect(state).to_have_attribute("data-state", "running", timeout=60_000)
    expect(page.get_by_test_id("moe-heatmap")).to_contain_text("%", timeout=60_000)
    check_screen(page, "run")
    page.get_by_test_id("stop").tap()
    expect(state).to_have_attribute("data-state", "stopped", timeout=30_000)
    page.get_by_test_id("export").tap()
    expect(page.get_by_test_id("export-onnx")).to_be_visible()
    check_screen(page, "export")
    assert complaints == []


def test_a_hostile_name_is_text(phone: Page, studio: StudioServer, complaints: list[str]) -> None:
    name = "<img src=x onerror=alert(1)>${alert(2)}{{7*7}}"
    phone.on("dialog", lambda dialog: complaints.append(dialog.message))
    created = studio.client.post("/api/designs", json={"name": name, "template": "tiny-linear"})
    assert created.status_code == 201
    phone.goto("/")
    phone.get_by_text(name, exact=True).first.tap()
    expect(phone.get_by_test_id("validation-banner")).to_be_visible()
    expect(phone.get_by_text(name, exact=True).first).to_be_visible()
    assert complaints == []


def test_keyboard_alone_opens_changes_and_closes(phone: Page) -> None:
    open_starter(phone)
    phone.locator('[data-component-id="attend"]').focus()
    phone.keyboard.press("Enter")
    sheet = phone.get_by_test_id("props-sheet")
    expect(sheet).to_be_visible()
    assert phone.evaluate(
        "document.querySelector('[data-testid=props-sheet]').contains(document.activeElement)"
    )
    sheet.get_by_role("textbox", name="Heads", exact=True).focus()
    phone.keyboard.press("ArrowDown")
    expect(sheet.get_by_role("textbox", name="Heads", exact=True)).not_to_have_value("4")
    phone.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_reload_in_the_middle_of_a_training_catches_up(phone: Page) -> None:
    open_starter(phone)
    phone.get_by_test_id("train").tap()
    chart = phone.get_by_test_id("score-chart")
    state = phone.get_by_test_id("run-state")
    expect(state).to_have_attribute("data-state", "running", timeout=60_000)
    phone.wait_for_function(
        "() => Number(document.querySelector('[data-testid=score-chart]')?.dataset.points) >= 4",
        timeout=60_000,
    )
    phone.reload()
    expect(state).to_have_attribute("data-state", "running")
    phone.wait_for_function(
        "() => Number(document.querySelector('[data-testid=score-chart]')?.dataset.points) >= 4",
        timeout=20_000,
    )
    expect(chart).to_be_visible()
    phone.get_by_test_id("stop").tap()
    expect(state).to_have_attribute("data-state", "stopped", timeout=30_000)


def test_the_page_can_be_installed(phone: Page) -> None:
    phone.goto("/")
    wait_for_service_worker(phone)
    devtools = phone.context.new_cdp_session(phone)
    # A browser context of a test is incognito, which alone forbids installing.
    errors = {
        error["errorId"]
        for error in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    }
    assert errors <= {"in-incognito"}
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert (
        '"display": "standalone"' in manifest["data"]
        or '"display":"standalone"' in manifest["data"]
    )

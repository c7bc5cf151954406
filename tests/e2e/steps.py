"""What several tests do on the page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

STARTER = "Starter: attention and experts"


def open_starter(page: Page) -> None:
    """From the first view into a new design made from the starter template."""
    open_template(page, STARTER)


def open_template(page: Page, name: str) -> None:
    """From the first view into a new design made from the template of that name."""
    page.goto("/")
    page.get_by_test_id("template").filter(has_text=name).first.tap()
    expect(page.get_by_test_id("validation-banner")).to_have_attribute("data-valid", "true")


def wait_for_service_worker(page: Page) -> None:
    """Until the page is precached, so that a reload needs no network."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=20_000)

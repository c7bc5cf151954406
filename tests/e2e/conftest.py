"""A real server and headless Chromium as a phone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.server import ROOT, StudioServer, running

PHONE = {
    "viewport": {"width": 412, "height": 915},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "accept_downloads": True,
}
TOUR_SEEN = "try { localStorage.setItem('tour-seen', 'test'); } catch { /* about:blank */ }"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    assert (ROOT / "frontend" / "dist" / "index.html").is_file(), (
        "build the page: make test-browser"
    )
    with running(tmp_path_factory.mktemp("studio") / "data") as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_phone(browser: Browser, studio: StudioServer) -> Iterator[Callable[..., BrowserContext]]:
    """Makes phones: fresh browser contexts that belong to this test."""
    contexts: list[BrowserContext] = []

    def make(color_scheme: str = "light", *, tour: bool = False) -> BrowserContext:
        base_url = f"http://127.0.0.1:{studio.port}"
        context = browser.new_context(**PHONE, base_url=base_url, color_scheme=color_scheme)
        context.set_default_timeout(15_000)
        if not tour:
            context.add_init_script(TOUR_SEEN)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the page's console complained about; a test that watches it ends with none."""
    return []


@pytest.fixture
def phone(open_phone: Callable[..., BrowserContext], complaints: list[str]) -> Page:
    """A page on a fresh phone that collects errors of its console."""
    page = open_phone().new_page()
    watch(page, complaints)
    return page


def watch(page: Page, complaints: list[str]) -> None:
    """Collects uncaught errors and console errors, of which a CSP violation is one."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )

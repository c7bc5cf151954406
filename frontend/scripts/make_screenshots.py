"""Makes the manifest's screenshots from a running server; the designs that it needs stay there.

.venv/bin/python frontend/scripts/make_screenshots.py http://127.0.0.1:8000
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "public" / "screenshots"
PHONE = {
    "viewport": {"width": 412, "height": 915},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
CHROMIUM = shutil.which("chromium")
TEMPLATES = ["small-transformer", "convolution", "deep-residual", "residual-experts"]
SETTLED_MS = 900


def shoot(page: Page, name: str) -> None:
    """Waits until nothing moves, then writes the picture."""
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=FOLDER / f"{name}.png")


def open_template(page: Page, slug: str) -> None:
    """From the first screen into a new design."""
    page.goto("/model-studio")
    page.locator(f"[data-template={slug}]").tap()
    page.get_by_test_id("validation-banner").wait_for()
    page.wait_for_timeout(SETTLED_MS)
    skip = page.get_by_role("button", name="Skip")  # the tour of the first design
    if skip.count() > 0:
        skip.first.tap()


def main(address: str) -> None:
    """Writes all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(**PHONE, base_url=address).new_page()
        page.goto("/model-studio")
        page.get_by_test_id("template").first.wait_for()
        slugs = page.locator("[data-template]").evaluate_all(
            "all => all.map((one) => one.dataset.template)"
        )
        for slug in [each for each in TEMPLATES if each in slugs]:
            open_template(page, slug)
        page.get_by_test_id("face-graph").tap()
        shoot(page, "studio")
        page.get_by_role("button", name="More", exact=True).tap()
        page.get_by_test_id("design-share").tap()
        page.get_by_test_id("qr").wait_for()
        shoot(page, "share")
        page.goto("/model-studio")
        page.locator(".design").first.wait_for()
        shoot(page, "designs")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")

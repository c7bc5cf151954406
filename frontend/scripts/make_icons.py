"""Draws the PNG icons of the manifest from `public/favicon.svg` with Chromium.

Run it after changing the SVG.

Usage: ../.venv/bin/python scripts/make_icons.py
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PUBLIC = Path(__file__).parents[1] / "public"
GROUND = "#b5420b"
MASKABLE_SAFE_PART = 0.78


def draw(page: Page, name: str, size: int, part: float, ground: str) -> None:
    """Writes one square PNG; the picture takes `part` of the side, on `ground`."""
    page.set_viewport_size({"width": size, "height": size})
    svg = (PUBLIC / "favicon.svg").read_text(encoding="utf-8")
    page.set_content(
        f"<style>body{{margin:0;display:grid;place-items:center;height:100vh;background:{ground}}}"
        f"svg{{width:{part * 100}%;height:{part * 100}%}}</style>{svg}"
    )
    path = PUBLIC / "icons" / name
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path, omit_background=True)


def main() -> None:
    """Draws every icon that the manifest and `index.html` name."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = browser.new_page()
        for size in (192, 512):
            draw(page, f"icon-{size}.png", size, 1, "transparent")
            draw(page, f"maskable-{size}.png", size, MASKABLE_SAFE_PART, GROUND)
        draw(page, "apple-touch-icon.png", 180, 0.92, GROUND)
        browser.close()


if __name__ == "__main__":
    main()

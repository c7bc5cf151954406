"""The graph under test: where its blocks are on the screen, and real fingers (CDP touches)."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect

NODE_HALF_HEIGHT = 42

Spot = tuple[float, float]


@dataclass
class Graph:
    """The canvas of a page; waits until the view rests before it reads a place."""

    page: Page

    def __post_init__(self) -> None:
        self.devtools = self.page.context.new_cdp_session(self.page)
        self.host = self.page.get_by_test_id("canvas")

    def open(self) -> None:
        self.page.get_by_test_id("face-graph").tap()
        expect(self.host).to_have_attribute("data-gesture", "idle", timeout=15_000)

    def view(self) -> dict[str, float]:
        self.page.wait_for_timeout(420)  # a glide takes 240 ms, the rest after it 120
        read = "e => [e.dataset.zoom, e.dataset.x, e.dataset.y].map(Number)"
        zoom, x, y = self.host.evaluate(read)
        box = self.host.bounding_box()
        assert box is not None
        return {"zoom": zoom, "x": x + box["x"], "y": y + box["y"]}

    def place(self, component: str) -> Spot:
        """Where a block stands on the plane."""
        item = self.page.locator(f'[data-component-id="{component}"]')
        return float(item.get_attribute("data-x") or 0), float(item.get_attribute("data-y") or 0)

    def expect_place(self, component: str, place: Spot) -> None:
        """The list follows the store in slices, so a change shows a moment later."""
        item = self.page.locator(f'[data-component-id="{component}"]')
        expect(item).to_have_attribute("data-x", f"{place[0]:g}")
        expect(item).to_have_attribute("data-y", f"{place[1]:g}")

    def expect_elsewhere(self, component: str, place: Spot) -> None:
        item = self.page.locator(f'[data-component-id="{component}"]')
        expect(item).not_to_have_attribute("data-x", f"{place[0]:g}")

    def spot(self, component: str, below: float = 0) -> Spot:
        """Where a block is on the screen; `below` is a distance on the plane."""
        view = self.view()
        x, y = self.place(component)
        return view["x"] + x * view["zoom"], view["y"] + (y + below) * view["zoom"]

    def out_port(self, component: str) -> Spot:
        return self.spot(component, NODE_HALF_HEIGHT)

    def in_port(self, component: str) -> Spot:
        return self.spot(component, -NODE_HALF_HEIGHT)

    def tap(self, spot: Spot) -> None:
        self.page.touchscreen.tap(*spot)

    def touch(self, kind: str, *spots: Spot) -> None:
        points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(spots)]
        self.devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def drag(self, start: Spot, end: Spot, steps: int = 8) -> None:
        self.touch("touchStart", start)
        for at in range(1, steps + 1):
            share = at / steps
            moved = tuple(a + (b - a) * share for a, b in zip(start, end, strict=True))
            self.touch("touchMove", (moved[0], moved[1]))
        self.page.wait_for_timeout(150)  # a finger that stands still flings nothing
        self.touch("touchEnd")

    def pinch(self, middle: Spot, before: float, after: float, steps: int = 8) -> None:
        """Two fingers, `before` and then `after` pixels from their middle."""
        x, y = middle
        self.touch("touchStart", (x - before, y))
        self.touch("touchStart", (x - before, y), (x + before, y))
        for at in range(1, steps + 1):
            reach = before + (after - before) * at / steps
            self.touch("touchMove", (x - reach, y), (x + reach, y))
        self.page.wait_for_timeout(60)
        self.touch("touchEnd")

    def hold(self, spot: Spot) -> None:
        self.touch("touchStart", spot)
        self.page.wait_for_timeout(650)
        self.touch("touchEnd")

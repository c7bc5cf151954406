"""The graph by touch: pan, pinch, drag, connect, insert, select, keys, and the list behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.canvas import Graph
from tests.e2e.conftest import watch
from tests.e2e.steps import open_template
from tests.e2e.test_quality import check_screen

TEMPLATE = "Residual experts"


@pytest.fixture
def graph(phone: Page) -> Graph:
    open_template(phone, TEMPLATE)
    graph = Graph(phone)
    graph.open()
    return graph


def components(page: Page) -> int:
    return page.locator("[data-component-id]").count()


def expect_components(page: Page, count: int) -> None:
    expect(page.locator("[data-component-id]")).to_have_count(count)


def test_pan_pinch_and_buttons_move_the_view(graph: Graph, complaints: list[str]) -> None:
    before = graph.view()
    graph.drag((40, 600), (140, 520))
    panned = graph.view()
    assert panned["x"] - before["x"] == pytest.approx(100, abs=12)
    assert panned["y"] - before["y"] == pytest.approx(-80, abs=12)
    assert panned["zoom"] == before["zoom"]

    graph.pinch((200, 450), 40, 80)
    pinched = graph.view()
    assert pinched["zoom"] == pytest.approx(2 * before["zoom"], rel=0.03)
    graph.page.get_by_role("button", name="Zoom out").tap()
    assert graph.view()["zoom"] < pinched["zoom"]
    graph.page.get_by_role("button", name="Show all").tap()
    whole = graph.view()
    assert whole["zoom"] < before["zoom"]
    drawn = int(graph.host.get_attribute("data-nodes-drawn") or 0)
    assert drawn == components(graph.page)
    assert complaints == []


def test_drag_moves_what_is_selected_in_one_step_of_undo(
    graph: Graph, complaints: list[str]
) -> None:
    page = graph.page
    at = graph.spot("embed")
    start = graph.place("embed")
    graph.drag(at, (at[0], at[1] + 60))
    assert graph.place("embed") == start, "an unselected block pans"
    graph.tap(graph.spot("embed"))
    expect(graph.host).to_have_attribute("data-selected", "embed")
    at = graph.spot("embed")
    graph.drag(at, (at[0] + 61, at[1] + 33))
    graph.expect_elsewhere("embed", start)
    moved = graph.place("embed")
    assert moved[1] % 12 == 0, "snaps to the grid"

    # A second finger takes the drag back.
    at = graph.spot("embed")
    graph.touch("touchStart", at)
    graph.touch("touchMove", (at[0] + 50, at[1] + 50))
    expect(graph.host).to_have_attribute("data-gesture", "moving")
    graph.touch("touchStart", (at[0] + 50, at[1] + 50), (40, 700))
    expect(graph.host).to_have_attribute("data-gesture", "pinching")
    graph.touch("touchEnd")
    graph.view()
    assert graph.place("embed") == moved

    page.get_by_test_id("undo").tap()
    graph.expect_place("embed", start)
    page.get_by_test_id("redo").tap()
    graph.expect_place("embed", moved)
    page.get_by_role("button", name="Tidy up").tap()
    graph.expect_place("embed", start)
    assert complaints == []


def test_tap_tap_connects_and_says_what_it_replaces(graph: Graph, complaints: list[str]) -> None:
    page = graph.page
    page.get_by_role("button", name="Show all").tap()
    graph.tap(graph.spot("attend"))
    graph.tap(graph.out_port("attend"))
    hint = page.get_by_test_id("connect-hint")
    expect(hint).to_contain_text("Transformer layer to")
    graph.tap(graph.spot("embed"))
    expect(page.get_by_text("Embedding lies the other way")).to_be_visible()
    graph.tap((30, 700))
    expect(hint).to_be_hidden()
    graph.tap(graph.out_port("attend"))
    graph.tap(graph.spot("shortcut"))
    expect(hint).to_be_hidden()
    expect(page.get_by_text("Linear reads Transformer layer instead of Embedding")).to_be_visible()
    item = page.locator('[data-component-id="shortcut"]')
    expect(item).to_have_attribute("aria-label", re.compile("reads Transformer layer"))
    expect(page.get_by_test_id("validation-banner")).to_have_attribute("data-valid", "true")
    page.get_by_test_id("undo").tap()
    expect(item).to_have_attribute("aria-label", re.compile("reads Embedding"))
    assert complaints == []


def test_an_edge_tells_its_shape_and_takes_a_block(graph: Graph, complaints: list[str]) -> None:
    page = graph.page
    before = components(page)
    view = graph.view()
    graph.tap(graph.spot("attend", 42 + 46))  # half way to the next block
    sheet = page.get_by_test_id("edge-sheet")
    expect(sheet).to_contain_text("[B, 16, 96]")
    expect(sheet).to_contain_text("6.14 kB")
    expect(sheet).to_contain_text("1.57 MB")
    expect(sheet.locator('[data-block-type="embedding"]')).to_have_count(0)
    sheet.locator('[data-block-type="layer_norm"]').tap()
    expect(sheet).to_be_hidden()
    expect_components(page, before + 1)
    expect(page.get_by_test_id("validation-banner")).to_have_attribute("data-valid", "true")
    assert view["zoom"] == graph.view()["zoom"]

    graph.tap(graph.spot("board", 42 + 46))
    page.get_by_test_id("edge-sheet").get_by_role("button", name="Remove the connection").tap()
    expect(page.get_by_test_id("validation-banner")).to_have_attribute("data-valid", "false")
    page.get_by_test_id("undo").tap()
    expect(page.get_by_test_id("validation-banner")).to_have_attribute("data-valid", "true")
    assert complaints == []


def test_long_press_selects_more_and_a_group_goes_at_once(
    graph: Graph, complaints: list[str]
) -> None:
    page = graph.page
    before = components(page)
    graph.hold(graph.spot("attend"))
    menu = page.get_by_test_id("block-menu")
    expect(menu).to_be_visible()
    menu.get_by_role("button", name="Select more").tap()
    expect(menu).to_be_hidden()
    graph.tap(graph.spot("balance"))
    bar = page.get_by_test_id("selection-bar")
    expect(bar).to_contain_text("2 blocks")
    bar.get_by_role("button", name="Duplicate").tap()
    expect_components(page, before + 2)
    page.get_by_test_id("undo").tap()
    expect_components(page, before)

    # A frame around two blocks selects them; Delete takes both, one undo brings them back.
    page.get_by_role("button", name="Show all").tap()
    page.get_by_role("button", name="Select several").tap()
    a, b = graph.spot("experts1"), graph.spot("experts2")
    graph.drag((a[0] - 60, a[1] - 22), (b[0] + 60, b[1] + 16))
    expect(bar).to_contain_text("2 blocks")
    bar.get_by_role("button", name="Delete").tap()
    expect_components(page, before - 2)
    page.get_by_test_id("undo").tap()
    expect_components(page, before)
    assert complaints == []


def test_keys_reach_and_change_every_block(graph: Graph, complaints: list[str]) -> None:
    page = graph.page
    item = page.locator('[data-component-id="norm"]')
    item.focus()
    name = item.get_attribute("aria-label") or ""
    assert "gives 16 × 96" in name
    assert "reads Add" in name
    assert "feeds" in name
    graph.view()
    view, place = graph.view(), graph.place("norm")
    assert 0 < view["y"] + place[1] * view["zoom"] < 915, "focus brings the block into view"
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("props-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("props-sheet")).to_be_hidden()
    expect(item).to_have_attribute("aria-label", re.compile(", selected$"))
    graph.host.focus()
    page.keyboard.press("ArrowRight")
    graph.expect_place("norm", (place[0] + 12, place[1]))
    zoom = graph.view()["zoom"]
    page.keyboard.press("+")
    assert graph.view()["zoom"] > zoom
    before = components(page)
    page.keyboard.press("Delete")
    expect_components(page, before - 1)
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_graph_is_accessible_in_both_themes(
    theme: str, open_phone: Callable[..., BrowserContext], complaints: list[str]
) -> None:
    page = open_phone(theme).new_page()
    watch(page, complaints)
    open_template(page, TEMPLATE)
    graph = Graph(page)
    graph.open()
    check_screen(page, "graph")
    graph.tap(graph.spot("embed"))
    check_screen(page, "graph with a selection")
    graph.tap(graph.out_port("embed"))
    expect(page.get_by_test_id("connect-hint")).to_be_visible()
    check_screen(page, "connecting")
    page.get_by_role("button", name="Cancel").tap()
    graph.tap(graph.spot("board", 42 + 46))
    expect(page.get_by_test_id("edge-sheet")).to_be_visible()
    check_screen(page, "edge")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("edge-sheet")).to_be_hidden()
    graph.hold(graph.spot("embed"))
    expect(page.get_by_test_id("block-menu")).to_be_visible()
    check_screen(page, "block menu")
    assert complaints == []

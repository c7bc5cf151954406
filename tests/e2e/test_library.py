"""Many designs: found, renamed, copied, deleted and brought back; shared, exported and imported."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.conftest import watch
from tests.e2e.steps import open_starter, wait_for_service_worker
from tests.e2e.test_quality import check_screen
from tests.support.server import ROOT, StudioServer, wait_for

NAMES = ["Ember", "Frost", "Gravel", "Harbour", "Iris", "Juniper"]
TEMPLATES = ["starter-moe", "tiny-linear"]


@pytest.fixture(scope="module")
def shelf(studio: StudioServer) -> list[str]:
    """Six designs of known names on the server."""
    made = [
        studio.client.post(
            "/api/designs", json={"name": name, "template": TEMPLATES[at % len(TEMPLATES)]}
        )
        for at, name in enumerate(NAMES)
    ]
    return [answer.json()["id"] for answer in made]


def row(page: Page, name: str) -> Locator:
    return page.locator(".design").filter(has_text=re.compile(rf"^{re.escape(name)}"))


def open_menu(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=f"More for {name}", exact=True).tap()
    sheet = page.get_by_test_id("design-actions")
    expect(sheet).to_be_visible()
    return sheet


def close_sheet(page: Page, test_id: str) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_test_id(test_id)).to_be_hidden()


def assert_inside(part: Locator, whole: Locator) -> None:
    inner, outer = part.bounding_box(), whole.bounding_box()
    assert inner, "there is no picture"
    assert outer
    assert outer["x"] < inner["x"] < outer["x"] + outer["width"] / 3
    assert outer["y"] < inner["y"] < outer["y"] + outer["height"] / 2


def names_on_the_server(studio: StudioServer) -> list[str]:
    items = studio.client.get("/api/designs?limit=200").json()["items"]
    return [item["name"] for item in items]


def test_search_rename_duplicate_delete_and_undo(
    phone: Page, shelf: list[str], studio: StudioServer, complaints: list[str]
) -> None:
    assert len(shelf) == len(NAMES)
    phone.goto("/")
    search = phone.get_by_test_id("design-search")
    search.fill("gra")
    expect(row(phone, "Gravel")).to_be_visible()
    expect(row(phone, "Frost")).to_have_count(0)
    expect(row(phone, "Gravel")).to_contain_text("7 blocks")
    search.fill("mixture ember")  # a block of it and its name
    expect(row(phone, "Ember")).to_be_visible()
    search.fill("mixture frost")  # Frost has no experts
    expect(phone.get_by_text("No design has")).to_be_visible()
    phone.get_by_role("button", name="Show all").tap()
    expect(search).to_have_value("")

    search.fill("gra")
    open_menu(phone, "Gravel").get_by_test_id("design-rename").tap()
    phone.get_by_role("textbox", name="Name").fill("   ")
    expect(phone.get_by_test_id("rename-save")).to_be_disabled()
    phone.get_by_role("textbox", name="Name").fill("<b>Gravel</b> & sand")
    phone.get_by_test_id("rename-save").tap()
    expect(row(phone, "<b>Gravel</b> & sand")).to_be_visible()
    wait_for(lambda: "<b>Gravel</b> & sand" in names_on_the_server(studio), 10)

    open_menu(phone, "<b>Gravel</b> & sand").get_by_test_id("design-duplicate").tap()
    expect(row(phone, "Copy of <b>Gravel</b> & sand")).to_be_visible()
    wait_for(lambda: "Copy of <b>Gravel</b> & sand" in names_on_the_server(studio), 10)

    search.fill("frost")
    open_menu(phone, "Frost").get_by_test_id("design-delete").tap()
    expect(row(phone, "Frost")).to_have_count(0)
    phone.get_by_role("button", name="Undo").tap()
    expect(row(phone, "Frost")).to_be_visible()
    phone.reload()
    phone.get_by_test_id("design-search").fill("frost")
    expect(row(phone, "Frost")).to_be_visible()
    wait_for(lambda: "Frost" in names_on_the_server(studio), 10)
    # Chromium writes each 412 to the console; one may tell the outbox that the design is there.
    assert [each for each in complaints if "412" not in each] == []


def test_a_shared_link_opens_on_another_phone_and_adds_nothing_before_the_tap(
    phone: Page,
    open_phone: Callable[..., BrowserContext],
    studio: StudioServer,
    complaints: list[str],
) -> None:
    open_starter(phone)
    phone.locator('[data-component-id="experts"]').tap()
    phone.get_by_test_id("props-sheet").get_by_role("button", name="Experts 8", exact=True).tap()
    phone.keyboard.press("Escape")
    count = phone.get_by_test_id("param-count")
    expect(count).not_to_have_attribute("data-value", "107461")
    params = int(count.get_attribute("data-value") or 0)
    phone.get_by_role("button", name="More", exact=True).tap()
    phone.get_by_test_id("design-share").tap()
    expect(phone.get_by_test_id("qr")).to_be_visible()
    link = phone.get_by_test_id("share-link").input_value()
    assert len(link) < 400
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.get_by_test_id("copy-link").tap()
    expect(phone.get_by_text("Link copied")).to_be_visible()
    assert phone.evaluate("navigator.clipboard.readText()") == link

    before = names_on_the_server(studio)
    other = open_phone().new_page()
    watch(other, complaints)
    asked: list[str] = []
    other.on("request", lambda request: asked.append(request.url))
    other.goto(link)
    preview = other.get_by_test_id("import-preview")
    expect(preview.get_by_test_id("import-params")).to_have_text(f"{params:,}")
    assert not [url for url in asked if "#" in url or link.split("#d=")[1][:20] in url]
    other.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    assert "#" not in other.url
    assert names_on_the_server(studio) == before

    # Offline too, once the page was there: the link holds all of it.
    wait_for_service_worker(other)
    other.context.set_offline(True)
    other.goto("about:blank")
    other.goto(link)
    expect(preview).to_be_visible()
    other.get_by_test_id("import-add").tap()
    expect(other.locator('[data-component-id="moe_layer_1"]')).to_contain_text("8 experts")
    expect(other.get_by_test_id("param-count")).to_have_attribute("data-value", str(params))
    other.context.set_offline(False)
    wait_for(lambda: len(names_on_the_server(studio)) == len(before) + 1, 20)
    assert complaints == [] or all("ERR_INTERNET_DISCONNECTED" in each for each in complaints)


def read(page: Page, text: str) -> None:
    page.get_by_test_id("import-text").fill(text)
    page.get_by_test_id("import-read").tap()


def test_bad_imports_each_say_what_is_wrong_and_leave_nothing(
    phone: Page, studio: StudioServer, complaints: list[str], tmp_path: Path
) -> None:
    before = names_on_the_server(studio)
    starter = json.loads((ROOT / "spec/templates/starter-moe.json").read_text())["design"]
    picture = ROOT / "frontend/public/icons/icon-192.png"
    huge = tmp_path / "huge.json"
    huge.write_text(json.dumps({"name": "x" * 2_000_000}))
    empty = tmp_path / "empty.json"
    empty.write_text("")
    phone.on("dialog", lambda dialog: complaints.append(dialog.message))
    phone.goto("/")
    phone.get_by_test_id("more").tap()
    phone.get_by_test_id("import").tap()
    refused = phone.get_by_test_id("import-refused")

    for path, code in [(picture, "picture"), (huge, "too-large"), (empty, "empty")]:
        phone.get_by_test_id("import-file").set_input_files(path)
        expect(refused).to_have_attribute("data-code", code)
        phone.get_by_role("button", name="Try another one").tap()
    pasted = [
        ("<!doctype html><title>x</title>", "page"),
        ("https://example.com/", "no-design-in-link"),
        (phone.url + "#d=abc", "cut"),
        ('{"hello": "world"}', "not-a-design"),
        (json.dumps(starter)[:-30], "no-json"),
        (json.dumps(starter | {"version": 99}), "newer"),
        (json.dumps(starter | {"components": [{"id": "<b>", "type": "linear"}]}), "malformed"),
    ]
    for text, code in pasted:
        read(phone, text)
        expect(refused).to_have_attribute("data-code", code)
        phone.get_by_role("button", name="Try another one").tap()
    assert names_on_the_server(studio) == before

    # A draft that breaks rules is welcome, and says so; its name is text.
    name = "<img src=x onerror=alert(1)>"
    read(phone, json.dumps(starter | {"name": name, "edges": []}))
    expect(phone.get_by_test_id("import-preview")).to_contain_text("to repair before")
    phone.get_by_test_id("import-add").tap()
    expect(phone.get_by_test_id("validation-banner")).to_have_attribute("data-valid", "false")
    expect(phone.get_by_role("heading", name=name)).to_be_visible()
    wait_for(lambda: names_on_the_server(studio).count(name) == 1, 10)
    assert complaints == []


def test_exports_are_files_that_can_be_read_again(
    phone: Page, complaints: list[str], tmp_path: Path
) -> None:
    open_starter(phone)
    phone.get_by_role("button", name="More", exact=True).tap()
    phone.get_by_test_id("design-files").tap()
    files = {}
    for kind in ("json", "svg", "png"):
        with phone.expect_download() as download:
            phone.get_by_test_id(f"file-{kind}").tap()
        files[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[kind])
        expect(phone.get_by_test_id(f"file-{kind}")).to_contain_text("starter-attention")
    design = json.loads(files["json"].read_text())
    assert design["version"] == 1
    assert len(design["components"]) == 7
    drawing = ElementTree.parse(files["svg"]).getroot()
    texts = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert "Mixture of experts" in texts
    png = files["png"].read_bytes()
    assert png.startswith(b"\x89PNG")
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    assert width == round(2 * float(drawing.attrib["width"]))
    assert height == round(2 * float(drawing.attrib["height"]))

    phone.get_by_test_id("file-py").tap()
    source = phone.get_by_test_id("source")
    expect(source).to_contain_text("class GeneratedModel(GameTransformer)")
    expect(source.locator("[data-code=keyword]").first).to_be_visible()
    with phone.expect_download() as download:
        phone.get_by_test_id("save-source").tap()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    compile(path.read_text(), str(path), "exec")

    close_sheet(phone, "source-sheet")
    phone.goto("/")
    phone.get_by_test_id("more").tap()
    phone.get_by_test_id("import").tap()
    phone.get_by_test_id("import-file").set_input_files(files["json"])
    expect(phone.get_by_test_id("import-params")).to_have_text("107,461")
    assert complaints == []


@pytest.mark.parametrize(("theme", "name"), [("light", "Iris"), ("dark", "Juniper")])
def test_every_sheet_of_the_library(
    theme: str,
    name: str,
    open_phone: Callable[..., BrowserContext],
    shelf: list[str],
    complaints: list[str],
) -> None:
    assert shelf
    page = open_phone(theme).new_page()
    watch(page, complaints)
    page.goto("/")
    page.get_by_test_id("design-search").fill(name)
    expect(row(page, name)).to_contain_text("blocks")
    assert_inside(row(page, name).locator("svg.sketch"), row(page, name))
    template = page.get_by_test_id("template").first
    assert_inside(template.locator("svg.sketch"), template)
    check_screen(page, "list")
    open_menu(page, name)
    check_screen(page, "design menu")
    page.get_by_test_id("design-rename").tap()
    check_screen(page, "rename")
    close_sheet(page, "rename-sheet")
    open_menu(page, name).get_by_test_id("design-share").tap()
    expect(page.get_by_test_id("qr")).to_be_visible()
    check_screen(page, "share")
    link = page.get_by_test_id("share-link").input_value()
    close_sheet(page, "share-sheet")
    open_menu(page, name).get_by_test_id("design-files").tap()
    expect(page.get_by_test_id("file-json")).to_be_visible()
    check_screen(page, "files")
    page.get_by_test_id("file-py").tap()
    expect(page.locator("[data-code=keyword]").first).to_be_visible()
    check_screen(page, "source")
    close_sheet(page, "source-sheet")
    page.get_by_test_id("more").tap()
    check_screen(page, "more")
    page.get_by_test_id("install").tap()
    expect(page.get_by_test_id("install-sheet")).to_be_visible()
    check_screen(page, "install")
    close_sheet(page, "install-sheet")
    page.get_by_test_id("more").tap()
    page.get_by_test_id("import").tap()
    expect(page.get_by_test_id("import-text")).to_be_visible()
    check_screen(page, "import")
    read(page, '{"components": [1], "edges": []}')
    expect(page.get_by_test_id("import-refused")).to_be_visible()
    check_screen(page, "refused")
    page.get_by_role("button", name="Try another one").tap()
    read(page, link)
    preview = page.get_by_test_id("import-preview")
    expect(preview).to_be_visible()
    assert_inside(preview.locator("svg.sketch"), preview)
    check_screen(page, "preview")
    page.get_by_test_id("import-add").tap()
    page.get_by_test_id("compile").tap()
    page.get_by_test_id("open-compile").tap()
    expect(page.get_by_test_id("counts-agree")).to_have_attribute("data-agree", "true")
    expect(page.locator("[data-code=keyword]").first).to_be_visible()
    check_screen(page, "compile")
    assert complaints == []

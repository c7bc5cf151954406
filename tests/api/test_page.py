from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from app.api.application import create_app
from app.api.page import Page
from app.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Model Studio</title>" + " " * 2000)
    (tmp_path / "assets" / "app-abc123.js").write_text("console.log(1)" * 200)
    (tmp_path / "sw.js").write_text("self.x = 1")
    (tmp_path.parent / "secret.txt").write_text("secret")
    return tmp_path


@pytest.fixture
async def page(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    app: Starlette = create_app(Settings())
    app.router.default = Page(folder)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/model-studio", "/designs/abc", "/runs/1/x"])
async def test_screens_get_the_shell(page: httpx.AsyncClient, path: str) -> None:
    spoofed = {"x-forwarded-host": "evil", "x-forwarded-for": "127.0.0.1"}
    answer = await page.get(path, headers=spoofed)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["content-encoding"] == "gzip"
    assert "Model Studio" in answer.text


async def test_hashed_files_are_kept_for_ever(page: httpx.AsyncClient) -> None:
    answer = await page.get("/assets/app-abc123.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("accepted", "coding", "body"),
    [
        ("gzip, deflate, br, zstd", "br", b"brotli copy"),
        ("br;q=0, gzip", "gzip", b"gzip copy"),
        ("gzip;q=0.5, br;q=0.9", "br", b"brotli copy"),
        ("gzip", "gzip", b"gzip copy"),
        ("identity", None, b"console.log(2)" * 200),
    ],
)
async def test_copies_of_the_build_are_sent_as_they_are(
    page: httpx.AsyncClient, folder: Path, accepted: str, coding: str | None, body: bytes
) -> None:
    (folder / "assets" / "b-1.js").write_bytes(b"console.log(2)" * 200)
    (folder / "assets" / "b-1.js.br").write_bytes(b"brotli copy")
    (folder / "assets" / "b-1.js.gz").write_bytes(b"gzip copy")
    headers = {"accept-encoding": accepted}
    async with page.stream("GET", "/assets/b-1.js", headers=headers) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert raw == body
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "accept-encoding" in answer.headers.get("vary", "").lower()
    again = await page.get(
        "/assets/b-1.js", headers=headers | {"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_a_copy_leads_nowhere_else(page: httpx.AsyncClient, folder: Path) -> None:
    (folder.parent / "secret.txt.br").write_text("secret")
    answer = await page.get("/%2e%2e/secret.txt", headers={"accept-encoding": "br"})
    assert answer.status_code == 404


async def test_the_service_worker_is_asked_for_each_time(page: httpx.AsyncClient) -> None:
    first = await page.get("/sw.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await page.get("/sw.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/nothing.js", "/assets/x.js", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/a%00.js",
     "/" + "x" * 5000 + ".js", "/api/nothing.js"],
)  # fmt: skip
async def test_other_files_are_404(page: httpx.AsyncClient, path: str) -> None:
    answer = await page.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_without_a_page_it_says_what_to_do() -> None:
    app: Starlette = create_app(Settings())
    app.router.default = Page(None)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text

from __future__ import annotations

import httpx
import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.compression import CompressedJson

LONG = b'{"score": 2048}' * 200


def _answering(media_type: str) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer = Response(LONG, media_type=media_type, headers={"etag": '"3"'})
        await answer(scope, receive, send)

    return CompressedJson(app)


@pytest.mark.parametrize(
    ("path", "media_type", "accepted", "coding"),
    [
        ("/api/templates", "application/json", "gzip, br", "gzip"),
        ("/api/templates", "application/problem+json", "gzip", "gzip"),
        ("/api/templates", "application/json", "identity", None),
        ("/api/runs/1/events", "text/event-stream", "gzip", None),
        ("/api/designs/1/export", "application/octet-stream", "gzip", None),
        ("/model-studio", "text/html", "gzip", None),
    ],
)
async def test_json_alone_is_compressed(
    path: str, media_type: str, accepted: str, coding: str | None
) -> None:
    transport = httpx.ASGITransport(_answering(media_type))
    async with httpx.AsyncClient(transport=transport, base_url="http://studio") as client:
        answer = await client.get(path, headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert answer.content == LONG
    assert answer.headers["etag"] == '"3"'

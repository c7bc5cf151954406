"""Gzip for the API's JSON. Event streams and model files pass as they are."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LEAST_BYTES = 1024
UNTOUCHED = ("/events", "/export")
"""A stream must arrive event by event; a file is compact already and shows how large it is."""


class CompressedJson:
    """Compresses what the API answers, where the browser takes it and it is worth it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=LEAST_BYTES, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        path = scope.get("path", "")
        is_json = path.startswith("/api/") and not path.endswith(UNTOUCHED)
        serve = self._compressed if scope["type"] == "http" and is_json else self._app
        await serve(scope, receive, send)

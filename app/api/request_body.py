"""What may be sent: at most 1 MiB within 15 s, and strict JSON."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import RequestError
from app.json_values import StrictJsonError, loads_strict

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class RequestBody:
    """Reads the whole body before anything looks at it; the parsed JSON is `state.json_body`."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, max_seconds: float, max_depth: int) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds
        self._max_depth = max_depth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on a request with its body at hand.

        Raises RequestError: 400 json.*, 408 request.timeout, 413 request.too_large,
        415 request.content_type.
        """
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        self._check_declared_length(headers)
        try:
            body = await self._read(receive)
        except ClientDisconnect:
            return
        if body:
            _check_content_type(headers)
            try:
                parsed = loads_strict(body, max_depth=self._max_depth)
            except StrictJsonError as error:
                raise RequestError(error.code, str(error)) from error
            scope.setdefault("state", {})["json_body"] = parsed

        replayed = False

        async def replay() -> Message:
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    def _check_declared_length(self, headers: Headers) -> None:
        declared = headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()):
            raise RequestError("request.length", "Content-Length must be a whole number.")
        if len(declared) > 15 or int(declared) > self._max_bytes:
            raise self._too_large()

    async def _read(self, receive: Receive) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(self._max_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    body += message.get("body", b"")
                    if len(body) > self._max_bytes:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError as error:
            raise RequestError(
                "request.timeout",
                f"The body did not arrive within {self._max_seconds:g} s.",
                status=408,
                headers={"connection": "close"},
            ) from error

    def _too_large(self) -> RequestError:
        return RequestError(
            "request.too_large", f"A body has at most {self._max_bytes} bytes.", status=413
        )


def _check_content_type(headers: Headers) -> None:
    kind, _, rest = headers.get("content-type", "").lower().partition(";")
    parameters = [part.strip().replace('"', "") for part in rest.split(";") if part.strip()]
    if kind.strip() != "application/json" or any(each != "charset=utf-8" for each in parameters):
        raise RequestError("request.content_type", "Send application/json in UTF-8.", status=415)

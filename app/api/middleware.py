"""Pure ASGI middleware: request ids, security headers, the last resort for errors, who may ask.

`RequestBody` (what may be sent) is in `app.api.request_body`.
"""

from __future__ import annotations

import contextvars
import logging
import uuid
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem_response
from app.errors import RequestError, StudioError

log = logging.getLogger(__name__)

request_id_var: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class RequestEdge:
    """The outermost layer: an id on every response, security headers, no traceback outside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope["request_id"] = request_id
        token = request_id_var.set(request_id)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers.setdefault("cache-control", "no-store")
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except StudioError as error:
            if started:
                raise
            await problem_response(error, request_id)(scope, receive, send_with_headers)
        except Exception:  # the server's outermost edge: whatever it is, the answer is a 500
            log.exception("request %s failed: %s %r", request_id, scope["method"], scope["path"])
            if started:
                raise
            fault = StudioError(f"Something went wrong. The log names it by {request_id}.")
            await problem_response(fault, request_id)(scope, receive, send_with_headers)
        finally:
            request_id_var.reset(token)


class OwnNamesOnly:
    """Refuses requests whose Host or Origin is not this server's: DNS rebinding, other pages."""

    def __init__(self, app: ASGIApp, *, allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what bears an own name. Raises RequestError (403) otherwise."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            hosts, origins = headers.getlist("host"), headers.getlist("origin")
            if len(hosts) != 1 or not self._is_own(hosts[0], scope):
                raise RequestError(
                    "host.denied", "This server does not go by that Host.", status=403
                )
            if len(origins) > 1 or any(not self._is_own_origin(each, scope) for each in origins):
                raise RequestError(
                    "origin.denied", "Another page may not use this server.", status=403
                )
        await self._app(scope, receive, send)

    def _is_own(self, host: str, scope: Scope) -> bool:
        host = host.lower()
        if host in self._allowed:
            return True
        server = scope.get("server")
        port = server[1] if server else None
        names = LOOPBACK_NAMES if port == 80 else ()
        return host in names or host in {f"{name}:{port}" for name in LOOPBACK_NAMES}

    def _is_own_origin(self, origin: str, scope: Scope) -> bool:
        scheme, _, host = origin.partition("://")
        return scheme in ("http", "https") and self._is_own(host, scope)

"""Server-sent events over HTTP."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from app.json_values import dumps
from app.services.run_stream import StreamEvent

log = logging.getLogger(__name__)

PING_SECONDS = 15


class _Stream(EventSourceResponse):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            log.info("a client that read nothing for %s s was cut off", self.send_timeout)


async def _encoded(events: AsyncGenerator[StreamEvent]) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(events):
        async for event in events:
            yield ServerSentEvent(
                data=dumps(event.data).decode(),
                event=event.event,
                id=str(event.seq) if event.seq is not None else None,
                sep="\n",
            )


def event_stream(events: AsyncGenerator[StreamEvent], *, stall_s: float) -> EventSourceResponse:
    """The response that sends events as they come and cuts off who does not read."""
    return _Stream(
        _encoded(events),
        ping=PING_SECONDS,
        sep="\n",
        send_timeout=stall_s,
        headers={"Cache-Control": "no-store"},
    )

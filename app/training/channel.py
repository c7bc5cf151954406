"""The line between the server and a worker: JSON messages both ways.

The manager only knows `WorkerChannel`, so that another transport can carry it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from typing import Protocol

from app.json_values import JsonObject, dumps, finite

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 1_000_000


class WorkerChannel(Protocol):
    """Messages are JSON objects with a `type`."""

    async def receive(self) -> JsonObject | None:
        """The next message of the worker; None when it has gone."""
        ...

    def send(self, message: JsonObject) -> None:
        """Sends without waiting; a worker that has gone is no error."""
        ...

    def close(self) -> None:
        """Ends the line; the worker takes that as the end of the server."""
        ...


class SocketChannel:
    """`WorkerChannel` as lines over one end of a socket pair."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @staticmethod
    async def over(own_end: socket.socket) -> SocketChannel:
        """Wraps the server's end of the pair, which it then owns."""
        reader, writer = await asyncio.open_connection(sock=own_end, limit=MAX_LINE_BYTES)
        return SocketChannel(reader, writer)

    async def receive(self) -> JsonObject | None:
        """The next well-formed message; malformed lines are logged and left out."""
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            except asyncio.LimitOverrunError as error:
                log.warning("a worker's line is longer than %d bytes", MAX_LINE_BYTES)
                await self._reader.read(error.consumed or 1)
                continue
            message = _parse(line)
            if message is not None:
                return message

    def send(self, message: JsonObject) -> None:
        """Sends one line."""
        if not self._writer.is_closing():
            self._writer.write(dumps(message) + b"\n")

    def close(self) -> None:
        """Closes the socket."""
        self._writer.close()


def _parse(line: bytes) -> JsonObject | None:
    try:
        message = finite(json.loads(line))
    except (ValueError, RecursionError):
        log.warning("a worker sent a line that is no JSON")
        return None
    if isinstance(message, dict) and isinstance(message.get("type"), str):
        return message
    log.warning("a worker sent a line that is no message")
    return None

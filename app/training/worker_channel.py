"""The worker's end of the channel to the server: JSON objects, one a line, over a local socket.

Nothing here waits for the server: what it does not read is kept, and when too much is kept the
oldest metrics are dropped, so a stalled server never stalls a training.
"""

import json
import select
import socket
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

MAX_LINE_BYTES = 1_000_000
MAX_KEPT_MESSAGES = 512
DROPPABLE = "training_update"
_RECEIVE_BYTES = 65536

Message = dict[str, Any]


class ChannelClosedError(Exception):
    """The server is gone, or what it sent is not the protocol."""


class WorkerChannel:
    """Sends and receives messages without blocking.

    Args:
        connection: one end of an AF_UNIX stream socket pair.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.setblocking(False)
        self._received = bytearray()
        self._kept: deque[tuple[str, bytes]] = deque()
        self._sending = b""  # what is left of the message on its way

    def send(self, message: Mapping[str, Any]) -> None:
        """Queue a message and pass on what the socket takes.

        Raises:
            ValueError: a number in it is not finite.
        """
        line = json.dumps(message, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        self._kept.append((message["type"], line))
        if len(self._kept) > MAX_KEPT_MESSAGES:
            self._drop_oldest_metrics()
        self.flush()

    def alert(
        self,
        severity: str,
        code: str,
        message: str,
        step: int,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell people what happened and what they can do."""
        told = {"severity": severity, "code": code, "message": message, "step": step}
        self.send({"type": "alert", **told, "details": dict(details or {})})

    def receive(self, timeout_s: float = 0.0) -> list[Message]:
        """The messages that have come, after waiting at most timeout_s for the first.

        Raises:
            ChannelClosedError: the server's end is closed or sent something else than messages.
        """
        self.flush()
        waiting_to_write = [self._socket] if self._sending or self._kept else []
        readable, writable, _ = select.select([self._socket], waiting_to_write, [], timeout_s)
        if writable:
            self.flush()
        if not readable:
            return []
        try:
            piece = self._socket.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return []
        except OSError as error:
            raise ChannelClosedError(str(error)) from error
        if not piece:
            raise ChannelClosedError("the server closed the channel")
        self._received += piece
        return self._complete_messages()

    def flush(self, timeout_s: float = 0.0) -> None:
        """Pass on what the socket takes, for at most timeout_s; the rest is kept."""
        deadline = time.monotonic() + timeout_s
        while self._sending or self._kept:
            if not self._sending:
                _, self._sending = self._kept.popleft()
            try:
                self._sending = self._sending[self._socket.send(self._sending) :]
            except BlockingIOError:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return
                select.select([], [self._socket], [], left_s)
            except OSError:  # nobody reads any more; receive() tells
                self._kept.clear()
                self._sending = b""

    def close(self, timeout_s: float) -> None:
        """Send what is kept for at most timeout_s and close."""
        self.flush(timeout_s)
        self._socket.close()

    def _complete_messages(self) -> list[Message]:
        *lines, rest = bytes(self._received).split(b"\n")
        self._received = bytearray(rest)
        if len(rest) > MAX_LINE_BYTES:
            raise ChannelClosedError("a message is longer than 1 MB")
        try:
            messages = [json.loads(line) for line in lines if line]
        except ValueError as error:
            raise ChannelClosedError("a message is not JSON") from error
        if not all(isinstance(m, dict) and isinstance(m.get("type"), str) for m in messages):
            raise ChannelClosedError("a message has no type")
        return messages

    def _drop_oldest_metrics(self) -> None:
        for index, (kind, _) in enumerate(self._kept):
            if kind == DROPPABLE:
                del self._kept[index]
                return

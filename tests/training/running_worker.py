"""The real worker process, spoken to as the server does."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]
TIMEOUT_S = 180.0  # without a word; beside other work a start takes long


class RunningWorker:
    """A worker and the server's end of its channel."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "app.training.worker"),
                    *("--run-dir", str(folder), "--channel-fd", str(theirs.fileno())),
                ],
                pass_fds=[theirs.fileno()],
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
        self.socket = ours
        self.socket.settimeout(TIMEOUT_S)
        self.lines = ours.makefile("rb")
        self.seen: list[Message] = []

    def send(self, message: Message) -> None:
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def next(self) -> Message | None:
        line = self.lines.readline()
        if not line:
            return None
        self.seen.append(json.loads(line))
        return self.seen[-1]

    def until(self, kind: str, matching: Callable[[Message], bool] = lambda m: True) -> Message:
        while (message := self.next()) is not None:
            if message["type"] == kind and matching(message):
                return message
        raise AssertionError(f"no {kind}: {self.seen[-3:]}")

    def exit_code(self) -> int:
        while self.next() is not None:
            pass
        return self.process.wait(TIMEOUT_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(TIMEOUT_S)
        self.lines.close()
        self.socket.close()


Start = Callable[[Path], RunningWorker]

"""Starts programs of this package as child processes, with an environment that holds no secrets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.training.channel import SocketChannel, WorkerChannel

_PACKAGE_PARENT = Path(__file__).resolve().parents[2]
_PASSED_ON = (
    "CUDA_VISIBLE_DEVICES",
    "HOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "NUMBA_CACHE_DIR",
    "OMP_NUM_THREADS",
    "PATH",
    "TMPDIR",
    "VIRTUAL_ENV",
    "XDG_CACHE_HOME",
)
_STDERR_LINES_KEPT = 40
_STDERR_LINE_CHARS = 300
_LOG_BYTES = 1_000_000


def child_environment() -> Mapping[str, str]:
    """What a child may know of this process's environment."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, "PYTHONPATH": str(_PACKAGE_PARENT), "PYTHONUNBUFFERED": "1"}


def module_command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module of this package."""
    return [sys.executable, "-m", module, *arguments]


@dataclass
class WorkerProcess:
    """A started worker, the line to it, and the last lines of its standard error."""

    process: asyncio.subprocess.Process
    channel: WorkerChannel
    stderr_tail: deque[str] = field(default_factory=lambda: deque(maxlen=_STDERR_LINES_KEPT))
    _reading: asyncio.Task[None] | None = None

    def kill(self) -> None:
        """Ends it at once."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def wait(self) -> int:
        """Its exit code (negative: the signal), after everything it wrote was read."""
        code = await self.process.wait()
        if self._reading:
            await self._reading
        return code

    def follow_stderr(self, log_file: Path) -> None:
        """Keeps standard error's end here and its beginning in a file."""
        self._reading = asyncio.create_task(self._read_stderr(log_file))

    async def _read_stderr(self, log_file: Path) -> None:
        stream = self.process.stderr
        assert stream is not None
        written = 0
        rest = b""
        while chunk := await stream.read(8192):
            if written < _LOG_BYTES:
                written += len(chunk)
                with contextlib.suppress(OSError), log_file.open("ab") as log:
                    log.write(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-_STDERR_LINE_CHARS:]
            self.stderr_tail.extend(_shown(line) for line in lines if line.strip())
        if rest.strip():
            self.stderr_tail.append(_shown(rest))


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace").strip()[:_STDERR_LINE_CHARS]


async def launch_worker(run_folder: Path) -> WorkerProcess:
    """Starts the training worker of a prepared run folder. Raises OSError."""
    own_end, workers_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    own_end.setblocking(False)
    try:
        with workers_end:
            process = await asyncio.create_subprocess_exec(
                *module_command(
                    "app.training.worker",
                    *("--run-dir", str(run_folder), "--channel-fd", str(workers_end.fileno())),
                ),
                pass_fds=[workers_end.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=child_environment(),
                cwd=run_folder,
                # Ctrl-C in the terminal is for the server, which then stops its workers in order.
                start_new_session=True,
            )
    except OSError:
        own_end.close()
        raise
    worker = WorkerProcess(process, await SocketChannel.over(own_end))
    worker.follow_stderr(run_folder / "worker.log")
    return worker


def describe_exit(code: int, stderr_tail: deque[str]) -> str:
    """One line for people on how a child ended."""
    last = f" Its last words: {stderr_tail[-1]}" if stderr_tail else ""
    if code >= 0:
        return f"The training process ended with exit code {code}.{last}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    why = " The system may have run out of memory." if name == "SIGKILL" else ""
    return f"The training process was ended by {name}.{why}{last}"

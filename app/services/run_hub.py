"""All runs whose story is still being told: their feeds, and the writer that follows them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from app.errors import StudioError
from app.json_values import JsonObject
from app.paths import DataFolder
from app.services.run_feed import RunFeed
from app.services.spool import Spool
from app.store.protocol import Store

log = logging.getLogger(__name__)

FLUSH_EVERY_S = 0.5
RETRY_EVERY_S = 1.0
SPOOL_FILE = "events.jsonl"


class RunHub:
    """Feeds by run id, from a run's creation until the store has its last event."""

    def __init__(self, store: Store, folder: DataFolder) -> None:
        self._store = store
        self._folder = folder
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self.feeds: dict[str, RunFeed] = {}

    def start(self) -> None:
        """Begins to write to the store."""
        self._writer = asyncio.create_task(self._write())

    async def stop(self, *, within_s: float) -> None:
        """Writes what is left as far as time allows; the spool keeps the rest."""
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        with contextlib.suppress(TimeoutError, StudioError):
            async with asyncio.timeout(within_s):
                for feed in self.feeds.values():
                    await feed.flush(self._store)

    def spool_path(self, run_id: str) -> Path:
        """The file with a run's events."""
        return self._folder.run(run_id) / SPOOL_FILE

    def open(self, record: JsonObject) -> RunFeed:
        """The feed of a run, new or known."""
        run_id = record["id"]
        if run_id not in self.feeds:
            self._folder.run(run_id).mkdir(parents=True, exist_ok=True)
            spool = Spool(self.spool_path(run_id))
            self.feeds[run_id] = RunFeed(record, spool, self._wake.set)
        return self.feeds[run_id]

    def close_streams(self) -> None:
        """Lets every client know that the server ends."""
        for feed in self.feeds.values():
            feed.close_subscriptions()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._flush_all()
            except StudioError as error:
                log.warning("events wait in the spool: %s", error.detail)
                self._wake.set()
                await asyncio.sleep(RETRY_EVERY_S)
            await asyncio.sleep(FLUSH_EVERY_S)

    async def _flush_all(self) -> None:
        for feed in list(self.feeds.values()):
            if not feed.is_flushed:
                await feed.flush(self._store)
            if feed.is_over and feed.is_flushed:
                self.feeds.pop(feed.run_id, None)

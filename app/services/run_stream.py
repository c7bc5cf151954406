"""The events of a run as a client hears them: first what it missed, then what happens."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.errors import TooManyError
from app.json_values import JsonObject
from app.services.run_hub import RunHub
from app.services.run_record import state_of, wire_data
from app.services.spool import Spool
from app.store.protocol import Store

STREAMED = frozenset({"training_update", "evaluation", "run_state", "alert"})
FIRST_REPLAY = 2_000
"""How far back a client is told that does not say what it knows."""
_BATCH = 200
_Read = Callable[[int, int], Awaitable[Sequence[JsonObject]]]


@dataclass(frozen=True)
class StreamEvent:
    """One event of a stream; `seq` is None where it has no place in the order (`reset`)."""

    event: str
    seq: int | None
    data: JsonObject


class RunStreams:
    """Opens streams, at most `most` at once."""

    def __init__(self, hub: RunHub, store: Store, *, most: int) -> None:
        self._hub = hub
        self._store = store
        self._most = most
        self.open_count = 0

    def check_room(self) -> None:
        """Raises TooManyError when every place is taken."""
        if self.open_count >= self._most:
            raise TooManyError("Too many pages follow runs just now.", retry_after_s=10)

    async def is_told(self, record: JsonObject, after: int) -> bool:
        """Whether the run is over and a client that knows `after` knows everything."""
        if not state_of(record).is_terminal:
            return False
        read = await self._reader(record)
        position = after
        while events := await read(position, _BATCH):
            if any(event["event"] in STREAMED for event in events):
                return False
            position = events[-1]["seq"]
        return True

    async def follow(self, record: JsonObject, after: int | None) -> AsyncGenerator[StreamEvent]:
        """Events after the number `after` (None: the recent ones), until the run is over."""
        feed = self._hub.feeds.get(record["id"])
        subscription = feed.subscribe() if feed else None
        position = max(0, record["last_seq"] - FIRST_REPLAY) if after is None else after
        self.open_count += 1
        try:
            read = await self._reader(record)
            while events := await read(position, _BATCH):
                for event in events:
                    position = event["seq"]
                    if event["event"] in STREAMED:
                        yield _streamed(record, event)
            while subscription and (happened := await subscription.next()) is not None:
                dropped = subscription.take_dropped()
                if dropped:
                    yield StreamEvent("reset", None, {"run_id": record["id"], "missed": dropped})
                if happened["seq"] > position and happened["event"] in STREAMED:
                    yield _streamed(record, happened)
        finally:
            self.open_count -= 1
            if feed and subscription:
                feed.unsubscribe(subscription)

    async def _reader(self, record: JsonObject) -> _Read:
        """Reads kept events: of a run that goes on, of its spool, else of the store."""
        run_id = record["id"]
        feed = self._hub.feeds.get(run_id)
        path = self._hub.spool_path(run_id)
        if feed is None and not path.exists():
            return functools.partial(self._store.events.after, run_id)
        source = feed if feed else await asyncio.to_thread(Spool, path)

        async def read(after: int, limit: int) -> Sequence[JsonObject]:
            return await asyncio.to_thread(source.read_after, after, limit)

        return read


def _streamed(record: JsonObject, event: JsonObject) -> StreamEvent:
    return StreamEvent(event["event"], event["seq"], wire_data(record, event))

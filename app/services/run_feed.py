"""The story of one run as it happens: numbered, spooled, streamed, and written to the store."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from app.clock import utc_now
from app.json_values import JsonObject, finite
from app.services.run_record import apply_event, state_of
from app.services.spool import Spool
from app.store.protocol import Store

QUEUE_LENGTH = 256
_FLUSH_BATCH = 500


class Subscription:
    """What one client still has to be told: a bounded queue whose oldest events are dropped."""

    def __init__(self) -> None:
        self._events: deque[JsonObject] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def put(self, event: JsonObject) -> None:
        """Adds an event; drops the oldest when the client is that far behind."""
        if len(self._events) >= QUEUE_LENGTH:
            self._events.popleft()
            self.dropped += 1
        self._events.append(event)
        self._wake.set()

    def close(self) -> None:
        """Nothing follows what is in the queue."""
        self._closed = True
        self._wake.set()

    async def next(self) -> JsonObject | None:
        """The next event; None after the last one."""
        while not self._events:
            if self._closed:
                return None
            self._wake.clear()
            await self._wake.wait()
        return self._events.popleft()

    def take_dropped(self) -> int:
        """How many events were dropped since the last call."""
        dropped, self.dropped = self.dropped, 0
        return dropped


class RunFeed:
    """The record of a run and its events. `emit` never fails and never waits."""

    def __init__(self, record: JsonObject, spool: Spool, changed: Callable[[], None]) -> None:
        self.record = record
        self._spool = spool
        self._changed = changed
        self._flushed_seq = 0
        self._written: JsonObject | None = None
        self._subscriptions: set[Subscription] = set()

    @property
    def run_id(self) -> str:
        """Whose story it is."""
        return str(self.record["id"])

    @property
    def is_over(self) -> bool:
        """Whether the run's state is terminal."""
        return state_of(self.record).is_terminal

    @property
    def is_flushed(self) -> bool:
        """Whether the store has everything."""
        return self._written is self.record and self._flushed_seq == self._spool.last_seq

    @property
    def unflushed(self) -> int:
        """How many events the store does not have yet."""
        return self._spool.last_seq - self._flushed_seq

    def emit(self, event: str, data: JsonObject) -> JsonObject:
        """Numbers, keeps and publishes an event."""
        kept: JsonObject = {
            "seq": self._spool.last_seq + 1,
            "time": utc_now(),
            "event": event,
            "data": finite(data),
        }
        self._spool.append(kept)
        self.record = apply_event(self.record, kept)
        for subscription in self._subscriptions:
            subscription.put(kept)
            if self.is_over:
                subscription.close()
        self._changed()
        return kept

    def replace_record(self, **fields: object) -> None:
        """Changes fields that no event describes."""
        self.record = {**self.record, **fields}
        self._changed()

    def subscribe(self) -> Subscription:
        """Everything that happens from now on."""
        subscription = Subscription()
        self._subscriptions.add(subscription)
        if self.is_over:
            subscription.close()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forgets a client."""
        self._subscriptions.discard(subscription)

    def close_subscriptions(self) -> None:
        """Tells every client that the server ends."""
        for subscription in self._subscriptions:
            subscription.close()

    def read_after(self, seq: int, limit: int) -> Sequence[JsonObject]:
        """Kept events with higher numbers."""
        return self._spool.read_after(seq, limit)

    def read_unflushed(self) -> Sequence[JsonObject]:
        """The kept events that the store does not have yet."""
        return self._spool.read_after(self._flushed_seq, self.unflushed) if self.unflushed else []

    async def catch_up(self, store: Store) -> None:
        """Brings record and store to the spool's end after a restart."""
        for event in self._spool.read_after(self.record["last_seq"], self._spool.last_seq):
            self.record = apply_event(self.record, event)
        self._flushed_seq = min(await store.events.last_seq(self.run_id), self._spool.last_seq)
        self._changed()

    async def flush(self, store: Store) -> None:
        """Writes what the store does not have. Raises StoreUnavailableError, losing nothing."""
        self._spool.write_waiting()
        while events := self._spool.read_after(self._flushed_seq, _FLUSH_BATCH):
            await store.events.append(self.run_id, events)
            self._flushed_seq = events[-1]["seq"]
        if self._written is not self.record:
            if self.is_over and not self.record["closed"]:
                self.record = {**self.record, "closed": True}
            record = self.record
            await store.runs.update(record)
            self._written = record

"""What the server keeps, behind small protocols: the rest of the product never sees a driver.

Every call answers within two seconds or raises StoreUnavailableError.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.json_values import JsonObject

Record = TypeVar("Record")


@dataclass(frozen=True)
class Compiled:
    """What compiling one revision of a design gave."""

    revision: int
    source: str
    source_sha256: str
    param_count: int
    config: JsonObject

    def to_document(self) -> JsonObject:
        """The stored form."""
        return dict(vars(self))


@dataclass(frozen=True)
class DesignRecord:
    """One saved design. `number` grows with every new design and orders the list."""

    id: str
    number: int
    revision: int
    created_at: str
    updated_at: str
    architecture: JsonObject
    compiled: Compiled | None

    @property
    def name(self) -> str:
        """The name that the user gave it."""
        return str(self.architecture["name"])


@dataclass(frozen=True)
class RevisionRecord:
    """One saved state of a design."""

    revision: int
    saved_at: str
    architecture: JsonObject


@dataclass(frozen=True)
class Page(Generic[Record]):
    """One page of a list and where the next one starts (None at the end)."""

    items: Sequence[Record]
    next: int | None


class DesignStore(Protocol):
    """Designs, saved by compare-and-set on their revision."""

    async def create(self, design_id: str, architecture: JsonObject) -> DesignRecord | None:
        """Keeps a new design as revision 1; None where the id is taken."""
        ...

    async def get(self, design_id: str) -> DesignRecord | None:
        """The design, or None."""
        ...

    async def page(self, limit: int, before: int | None) -> Page[DesignRecord]:
        """Newest first; `before` is the `next` of the page before."""
        ...

    async def replace(
        self, design_id: str, revision: int, architecture: JsonObject
    ) -> DesignRecord | None:
        """Saves over `revision`; None where the design is no longer at that revision."""
        ...

    async def keep_compiled(self, design_id: str, compiled: Compiled) -> None:
        """Remembers what compiling gave; the revision of the design stays."""
        ...

    async def delete(self, design_id: str) -> bool:
        """Whether there was one to delete; its revisions go with it."""
        ...

    async def revisions(
        self, design_id: str, limit: int, before: int | None
    ) -> Page[RevisionRecord]:
        """The newest revisions that are kept, newest first."""
        ...

    async def revision(self, design_id: str, revision: int) -> RevisionRecord | None:
        """One revision, or None where it is not kept."""
        ...


class RunStore(Protocol):
    """Runs as documents; `id`, `design_id`, `number`, `last_seq` and `closed` are indexed."""

    async def create(self, run: JsonObject) -> JsonObject:
        """Keeps a new run and gives it its number; the stored one where the id exists already."""
        ...

    async def get(self, run_id: str) -> JsonObject | None:
        """The run, or None."""
        ...

    async def page(self, limit: int, before: int | None, design_id: str | None) -> Page[JsonObject]:
        """Newest first, of one design or of all."""
        ...

    async def open_runs(self, home: str) -> Sequence[JsonObject]:
        """Runs of one data folder whose story is not told to its end, oldest first."""
        ...

    async def update(self, run: JsonObject) -> None:
        """Writes the run where the stored one is not newer (`last_seq`)."""
        ...


class EventStore(Protocol):
    """The events of runs, in the order of their sequence numbers."""

    async def append(self, run_id: str, events: Sequence[JsonObject]) -> None:
        """Keeps events; those that are there already are left as they are."""
        ...

    async def last_seq(self, run_id: str) -> int:
        """The highest sequence number kept, 0 without events."""
        ...

    async def after(self, run_id: str, seq: int, limit: int) -> Sequence[JsonObject]:
        """Events with a higher number than `seq`, oldest first."""
        ...

    async def updates(
        self,
        run_id: str,
        seq: int,
        limit: int,
        fields: Sequence[str],
        first_step: int,
        last_step: int,
        *,
        kind: str = "training_update",
    ) -> Sequence[JsonObject]:
        """Events of a kind after `seq` in an inclusive range of steps.

        Their data is reduced to `fields` and the step; without fields it is whole.
        """
        ...


class IdempotencyStore(Protocol):
    """Which run a key led to."""

    async def find(self, key: str) -> JsonObject | None:
        """`{fingerprint, run_id}` of the key, or None."""
        ...

    async def reserve(self, key: str, fingerprint: str, run_id: str) -> JsonObject:
        """Keeps the pair if the key is new; the one that is kept, either way."""
        ...


class Store(Protocol):
    """All of it."""

    @property
    def designs(self) -> DesignStore:
        """The users' designs."""
        ...

    @property
    def runs(self) -> RunStore:
        """Every training."""
        ...

    @property
    def events(self) -> EventStore:
        """What happened in each of them."""
        ...

    @property
    def idempotency(self) -> IdempotencyStore:
        """Requests that must act once."""
        ...

    async def ping(self) -> None:
        """Returns when the database answers."""
        ...

    async def close(self) -> None:
        """Lets go of the connections."""
        ...

"""The store in MongoDB: the only module that knows the driver (motor)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidURI,
    OperationFailure,
    PyMongoError,
)

from app.clock import utc_now
from app.errors import (
    DiskFullError,
    StartupError,
    StoreFailedError,
    StoreUnavailableError,
    StudioError,
)
from app.json_values import JsonObject
from app.store.protocol import Compiled, DesignRecord, Page, RevisionRecord

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Database = AsyncIOMotorDatabase[JsonObject]
Collection = AsyncIOMotorCollection[JsonObject]
Migration = Callable[[Database], Awaitable[None]]

DRIVER_DEADLINE_MS = 1_500
CALL_DEADLINE_S = 1.8
KEPT_REVISIONS = 100
IDEMPOTENCY_SECONDS = 7 * 24 * 3600
_OUT_OF_DISK_SPACE = 14031
_DUPLICATE_KEY = 11000

DATA_VERSION = 1
MIGRATIONS: Mapping[int, Migration] = {}
"""For each old data version the step that leads to the next one."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "designs": [IndexModel([("number", DESCENDING)], unique=True)],
    "design_revisions": [
        IndexModel([("design_id", ASCENDING), ("number", DESCENDING)], unique=True)
    ],
    "runs": [
        IndexModel([("number", DESCENDING)], unique=True),
        IndexModel([("design_id", ASCENDING), ("number", DESCENDING)]),
        IndexModel([("home", ASCENDING), ("closed", ASCENDING), ("number", ASCENDING)]),
    ],
    "run_events": [
        IndexModel([("run_id", ASCENDING), ("seq", ASCENDING)], unique=True),
        IndexModel([("run_id", ASCENDING), ("event", ASCENDING), ("seq", ASCENDING)]),
    ],
    "idempotency": [IndexModel([("at", ASCENDING)], expireAfterSeconds=IDEMPOTENCY_SECONDS)],
}


async def _answer(call: Awaitable[Answer]) -> Answer:
    """Waits for the driver, at most `CALL_DEADLINE_S`."""
    try:
        async with asyncio.timeout(CALL_DEADLINE_S):
            return await call
    except (DuplicateKeyError, BulkWriteError):
        raise  # for those who write to tell apart
    except (TimeoutError, ConnectionFailure) as error:
        raise StoreUnavailableError from error
    except PyMongoError as error:
        if error.timeout:
            raise StoreUnavailableError from error
        if isinstance(error, OperationFailure) and error.code == _OUT_OF_DISK_SPACE:
            raise DiskFullError("The database's disk is full. Free some space.") from error
        log.exception("MongoDB refused a call")
        raise StoreFailedError("The database refused the call. The log says why.") from error


class MongoStore:
    """Opens with `connect`; the four parts are the protocols of `app.store.protocol`."""

    def __init__(self, client: AsyncIOMotorClient[JsonObject], database: str) -> None:
        self._client = client
        self._database: Database = client[database]
        counters = _Counters(self._database["meta"])
        self.designs = MongoDesigns(
            self._database["designs"], self._database["design_revisions"], counters
        )
        self.runs = MongoRuns(self._database["runs"], counters)
        self.events = MongoEvents(self._database["run_events"])
        self.idempotency = MongoIdempotency(self._database["idempotency"])

    @staticmethod
    async def connect(url: str, database: str) -> MongoStore:
        """Connects, brings the data to `DATA_VERSION` and makes the indexes.

        Raises StartupError where the URL is wrong, the server silent, or the data of a version
        that this program does not read.
        """
        try:
            client: AsyncIOMotorClient[JsonObject] = AsyncIOMotorClient(
                url,
                serverSelectionTimeoutMS=DRIVER_DEADLINE_MS,
                timeoutMS=DRIVER_DEADLINE_MS,
                journal=True,
                appname="model-studio",
            )
        except (ConfigurationError, InvalidURI) as error:
            raise StartupError(f"The MongoDB address cannot be used: {error}") from error
        store = MongoStore(client, database)
        try:
            await store.ping()
            await store._migrate()
            for name, indexes in INDEXES.items():
                await _answer(store._database[name].create_indexes(indexes))
        except StudioError as error:
            await store.close()
            reason = str(error.__cause__ or error).split(",")[0]
            raise StartupError(
                f"MongoDB cannot be used ({reason}): check --mongo-url or leave it out."
            ) from error
        except StartupError:
            await store.close()
            raise
        return store

    async def ping(self) -> None:
        """Returns when the database answers."""
        await _answer(self._client.admin.command("ping"))

    async def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    async def _migrate(self) -> None:
        meta = self._database["meta"]
        fresh = {"$setOnInsert": {"version": DATA_VERSION}}
        found = await _answer(
            meta.find_one_and_update(
                {"_id": "data"}, fresh, upsert=True, return_document=ReturnDocument.AFTER
            )
        )
        version = found["version"]
        if type(version) is not int or version > DATA_VERSION:
            raise StartupError(
                f"The data has version {version}, this Model Studio reads {DATA_VERSION}: "
                "update Model Studio or choose another --data-dir."
            )
        while version < DATA_VERSION:
            if version not in MIGRATIONS:
                raise StartupError(
                    f"The data has version {version}, which is too old for this Model Studio: "
                    "open it once with an earlier release or choose another --data-dir."
                )
            await MIGRATIONS[version](self._database)
            version += 1
            await _answer(meta.update_one({"_id": "data"}, {"$set": {"version": version}}))


class _Counters:
    """Numbers that only grow: lists are ordered by them, not by a clock that may jump."""

    def __init__(self, meta: Collection) -> None:
        self._meta = meta

    async def next(self, name: str) -> int:
        found = await _answer(
            self._meta.find_one_and_update(
                {"_id": f"last_{name}"},
                {"$inc": {"number": 1}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        )
        return int(found["number"])


async def _page(
    collection: Collection, query: JsonObject, limit: int, before: int | None
) -> tuple[list[JsonObject], int | None]:
    if before is not None:
        query = {**query, "number": {"$lt": before}}
    cursor = collection.find(query).sort("number", DESCENDING).limit(limit + 1)
    found = await _answer(cursor.to_list(length=limit + 1))
    items = found[:limit]
    return items, int(items[-1]["number"]) if len(found) > limit else None


class MongoDesigns:
    """`DesignStore` in the collections `designs` and `design_revisions`."""

    def __init__(self, designs: Collection, revisions: Collection, counters: _Counters) -> None:
        self._designs = designs
        self._revisions = revisions
        self._counters = counters

    async def create(self, design_id: str, architecture: JsonObject) -> DesignRecord | None:
        """Keeps a new design as revision 1; None where the id is taken."""
        now = utc_now()
        document = {
            "_id": design_id,
            "schema_version": architecture["version"],
            "number": await self._counters.next("design"),
            "revision": 1,
            "created_at": now,
            "updated_at": now,
            "architecture": architecture,
            "compiled": None,
        }
        try:
            await _answer(self._designs.insert_one(document))
        except DuplicateKeyError:
            return None
        return await self._remember(_design(document))

    async def get(self, design_id: str) -> DesignRecord | None:
        """The design, or None."""
        found = await _answer(self._designs.find_one({"_id": design_id}))
        return _design(found) if found else None

    async def page(self, limit: int, before: int | None) -> Page[DesignRecord]:
        """Newest first."""
        items, next_number = await _page(self._designs, {}, limit, before)
        return Page([_design(item) for item in items], next_number)

    async def replace(
        self, design_id: str, revision: int, architecture: JsonObject
    ) -> DesignRecord | None:
        """Compare-and-set on the revision."""
        change = {
            "$set": {
                "architecture": architecture,
                "schema_version": architecture["version"],
                "updated_at": utc_now(),
            },
            "$inc": {"revision": 1},
        }
        found = await _answer(
            self._designs.find_one_and_update(
                {"_id": design_id, "revision": revision},
                change,
                return_document=ReturnDocument.AFTER,
            )
        )
        return await self._remember(_design(found)) if found else None

    async def keep_compiled(self, design_id: str, compiled: Compiled) -> None:
        """Remembers what compiling gave."""
        change = {"$set": {"compiled": compiled.to_document()}}
        await _answer(self._designs.update_one({"_id": design_id}, change))

    async def delete(self, design_id: str) -> bool:
        """Whether there was one to delete; its revisions go with it."""
        result = await _answer(self._designs.delete_one({"_id": design_id}))
        await _answer(self._revisions.delete_many({"design_id": design_id}))
        return bool(result.deleted_count)

    async def revisions(
        self, design_id: str, limit: int, before: int | None
    ) -> Page[RevisionRecord]:
        """The newest `KEPT_REVISIONS`, newest first."""
        items, next_number = await _page(self._revisions, {"design_id": design_id}, limit, before)
        return Page([_revision(item) for item in items], next_number)

    async def revision(self, design_id: str, revision: int) -> RevisionRecord | None:
        """One revision, or None where it is not kept."""
        query = {"design_id": design_id, "number": revision}
        found = await _answer(self._revisions.find_one(query))
        return _revision(found) if found else None

    async def _remember(self, record: DesignRecord) -> DesignRecord:
        key = {"_id": f"{record.id}:{record.revision}"}
        kept = {
            "design_id": record.id,
            "number": record.revision,
            "saved_at": record.updated_at,
            "architecture": record.architecture,
        }
        await _answer(self._revisions.replace_one(key, kept, upsert=True))
        old = {"design_id": record.id, "number": {"$lte": record.revision - KEPT_REVISIONS}}
        await _answer(self._revisions.delete_many(old))
        return record


def _revision(document: Mapping[str, Any]) -> RevisionRecord:
    return RevisionRecord(document["number"], document["saved_at"], document["architecture"])


def _design(document: Mapping[str, Any]) -> DesignRecord:
    compiled = document["compiled"]
    return DesignRecord(
        id=document["_id"],
        number=document["number"],
        revision=document["revision"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
        architecture=document["architecture"],
        compiled=Compiled(**compiled) if compiled else None,
    )


class MongoRuns:
    """`RunStore` in the collection `runs`."""

    def __init__(self, collection: Collection, counters: _Counters) -> None:
        self._runs = collection
        self._counters = counters

    async def create(self, run: JsonObject) -> JsonObject:
        """Keeps a new run, or finds the one that has its id already."""
        kept = {**run, "number": await self._counters.next("run")}
        try:
            await _answer(self._runs.insert_one(_with_mongo_id(kept)))
        except DuplicateKeyError:
            found = await self.get(run["id"])
            if found is None:
                raise
            return found
        return kept

    async def get(self, run_id: str) -> JsonObject | None:
        """The run, or None."""
        found = await _answer(self._runs.find_one({"_id": run_id}))
        return _without_mongo_id(found) if found else None

    async def page(self, limit: int, before: int | None, design_id: str | None) -> Page[JsonObject]:
        """Newest first."""
        query = {"design_id": design_id} if design_id else {}
        items, next_number = await _page(self._runs, query, limit, before)
        return Page([_without_mongo_id(item) for item in items], next_number)

    async def open_runs(self, home: str) -> Sequence[JsonObject]:
        """Runs of one data folder that are not closed, oldest first."""
        cursor = self._runs.find({"home": home, "closed": False}).sort("number", ASCENDING)
        return [_without_mongo_id(found) for found in await _answer(cursor.to_list(length=None))]

    async def update(self, run: JsonObject) -> None:
        """Writes the run where the stored one is not newer."""
        await _answer(
            self._runs.replace_one(
                {"_id": run["id"], "last_seq": {"$lte": run["last_seq"]}}, _with_mongo_id(run)
            )
        )


def _with_mongo_id(run: JsonObject) -> JsonObject:
    return {"_id": run["id"], **{key: value for key, value in run.items() if key != "id"}}


def _without_mongo_id(document: Mapping[str, Any]) -> JsonObject:
    rest = {key: value for key, value in document.items() if key != "_id"}
    return {"id": document["_id"], **rest}


class MongoEvents:
    """`EventStore` in the collection `run_events`."""

    def __init__(self, collection: Collection) -> None:
        self._events = collection

    async def append(self, run_id: str, events: Sequence[JsonObject]) -> None:
        """Keeps events once each, however often they are sent."""
        documents = [
            {"_id": f"{run_id}:{event['seq']}", "run_id": run_id, **event} for event in events
        ]
        try:
            await _answer(self._events.insert_many(documents, ordered=False))
        except BulkWriteError as error:
            others = [
                each
                for each in (error.details or {}).get("writeErrors", [])
                if each.get("code") != _DUPLICATE_KEY
            ]
            if others:
                raise StoreUnavailableError from error

    async def last_seq(self, run_id: str) -> int:
        """The highest sequence number kept."""
        newest = self._events.find({"run_id": run_id}, {"seq": 1}).sort("seq", DESCENDING).limit(1)
        found = await _answer(newest.to_list(length=1))
        return int(found[0]["seq"]) if found else 0

    async def after(self, run_id: str, seq: int, limit: int) -> Sequence[JsonObject]:
        """Events with a higher number, oldest first."""
        query = {"run_id": run_id, "seq": {"$gt": seq}}
        cursor = self._events.find(query, {"_id": 0, "run_id": 0}).sort("seq", ASCENDING)
        return await _answer(cursor.limit(limit).to_list(length=limit))

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
        """Events of a range of steps, reduced to `fields` where there are any."""
        query = {
            "run_id": run_id,
            "event": kind,
            "seq": {"$gt": seq},
            "data.step": {"$gte": first_step, "$lte": last_step},
        }
        parts = [f"data.{field}" for field in ("step", *fields)] if fields else ["data", "time"]
        wanted = {"_id": 0, "seq": 1, **dict.fromkeys(parts, 1)}
        cursor = self._events.find(query, wanted).sort("seq", ASCENDING)
        return await _answer(cursor.limit(limit).to_list(length=limit))


class MongoIdempotency:
    """`IdempotencyStore` in the collection `idempotency`; keys are forgotten after a week."""

    def __init__(self, collection: Collection) -> None:
        self._keys = collection

    async def find(self, key: str) -> JsonObject | None:
        """What the key led to, or None."""
        return await _answer(self._keys.find_one({"_id": key}))

    async def reserve(self, key: str, fingerprint: str, run_id: str) -> JsonObject:
        """Keeps the pair if the key is new; the one that is kept, either way."""
        fresh = {"fingerprint": fingerprint, "run_id": run_id, "at": datetime.now(UTC)}
        kept = await _answer(
            self._keys.find_one_and_update(
                {"_id": key},
                {"$setOnInsert": fresh},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        )
        return dict(kept)

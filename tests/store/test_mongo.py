from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest

from app.store.mongo import MongoStore
from app.store.protocol import Compiled

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _architecture(name: str = "a") -> dict[str, Any]:
    return {"id": "d", "name": name, "version": 1, "meta": {}, "components": [], "edges": []}


def _run(run_id: str, **fields: Any) -> dict[str, Any]:
    base = {"id": run_id, "design_id": "d", "home": "h", "closed": False, "last_seq": 0}
    return {**base, **fields}


def _update(seq: int, step: int, mean: float) -> dict[str, Any]:
    data = {"step": step, "score": {"mean": mean, "max": 9}, "tile_rates": {"512": 0.5}}
    return {"seq": seq, "time": "t", "event": "training_update", "data": data}


async def test_what_was_created_is_found(store: MongoStore) -> None:
    created = await store.designs.create("d", _architecture())
    assert await store.designs.get("d") == created
    assert created.revision == 1
    assert await store.designs.get("e") is None


async def test_of_many_saves_over_one_revision_one_wins(store: MongoStore) -> None:
    await store.designs.create("d", _architecture())
    saves = [store.designs.replace("d", 1, _architecture(str(each))) for each in range(50)]
    won = [record for record in await asyncio.gather(*saves) if record is not None]
    assert len(won) == 1
    assert won[0].revision == 2
    assert await store.designs.get("d") == won[0]
    assert await store.designs.replace("e", 1, _architecture()) is None


async def test_compiling_leaves_the_revision(store: MongoStore) -> None:
    record = await store.designs.create("d", _architecture())
    compiled = Compiled(1, "source", "digest", 5, {"d_model": 8})
    await store.designs.keep_compiled("d", compiled)
    assert await store.designs.get("d") == dataclasses.replace(record, compiled=compiled)
    assert await store.designs.delete("d")
    assert not await store.designs.delete("d")


async def test_pages_follow_the_order_of_creation(store: MongoStore) -> None:
    for name in "abcde":
        await store.designs.create(name, _architecture(name))
    await store.designs.replace("a", 1, _architecture("later"))
    first = await store.designs.page(3, None)
    assert [record.id for record in first.items] == ["e", "d", "c"]
    rest = await store.designs.page(3, first.next)
    assert [record.id for record in rest.items] == ["b", "a"]
    assert rest.next is None


async def test_a_run_is_created_once(store: MongoStore) -> None:
    runs = await asyncio.gather(*(store.runs.create(_run("r", try_=n)) for n in range(10)))
    assert len({run["try_"] for run in runs}) == 1
    assert (await store.runs.page(10, None, None)).items == [runs[0]]


async def test_an_older_record_never_covers_a_newer_one(store: MongoStore) -> None:
    run = await store.runs.create(_run("r"))
    await store.runs.update({**run, "last_seq": 5, "state": "newer"})
    await store.runs.update({**run, "last_seq": 4, "state": "older"})
    found = await store.runs.get("r")
    assert found is not None
    assert found["state"] == "newer"


async def test_open_runs_are_those_of_the_data_folder(store: MongoStore) -> None:
    for run in (_run("a"), _run("b", closed=True), _run("c", home="other"), _run("d")):
        await store.runs.create(run)
    assert [run["id"] for run in await store.runs.open_runs("h")] == ["a", "d"]
    mine = await store.runs.page(10, None, "d")
    assert len(mine.items) == 4
    assert (await store.runs.page(10, None, "other")).items == []


async def test_events_are_kept_once_each(store: MongoStore) -> None:
    events = [_update(seq, seq * 10, seq / 2) for seq in range(1, 8)]
    await store.events.append("r", events[:4])
    await store.events.append("r", events[2:])
    await store.events.append("other", events[:1])
    assert await store.events.last_seq("r") == 7
    assert await store.events.last_seq("none") == 0
    assert await store.events.after("r", 2, 3) == events[2:5]
    rows = await store.events.updates("r", 0, 10, ["score.mean"], 20, 40)
    assert rows == [
        {"seq": seq, "data": {"step": seq * 10, "score": {"mean": seq / 2}}} for seq in (2, 3, 4)
    ]
    assert await store.events.updates("r", 2, 1, ["score.mean"], 20, 40) == rows[1:2]


async def test_a_key_leads_to_one_run(store: MongoStore) -> None:
    found = await asyncio.gather(
        *(store.idempotency.reserve("key", "same", f"run {each}") for each in range(20))
    )
    assert len({each["run_id"] for each in found}) == 1
    kept = await store.idempotency.find("key")
    assert kept is not None
    assert kept["run_id"] == found[0]["run_id"]
    assert await store.idempotency.find("other") is None

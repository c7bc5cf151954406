from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.errors import StartupError, StoreUnavailableError
from app.store import mongo
from app.store.mongo import Database, MongoStore
from app.store.mongod import EmbeddedMongod
from tests.support.server import ROOT, freeze, is_alive, wait_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOLDER = """
import asyncio, sys
from pathlib import Path
from app.store.mongod import EmbeddedMongod
async def hold():
    mongod = EmbeddedMongod(Path(sys.argv[1]))
    await mongod.start()
    print(mongod.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(hold())
"""


async def test_a_silent_mongod_is_reported_within_two_seconds(
    mongod: EmbeddedMongod, store: MongoStore
) -> None:
    freeze(mongod.pid)
    began = time.monotonic()
    try:
        calls = [store.ping(), store.designs.get("d"), store.runs.page(5, None, None)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
    finally:
        os.kill(mongod.pid, signal.SIGCONT)
    assert time.monotonic() - began < 2
    assert all(isinstance(answer, StoreUnavailableError) for answer in answers)
    await asyncio.sleep(0.2)
    await store.ping()


async def test_a_killed_mongod_comes_back_with_everything(
    mongod: EmbeddedMongod, store: MongoStore
) -> None:
    architecture = {"id": "d", "name": "n", "version": 1}
    created = [await store.designs.create(f"d{each}", architecture) for each in range(20)]
    killed = mongod.pid
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while mongod.pid == killed:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    while True:
        try:
            await store.ping()
            break
        except StoreUnavailableError:
            assert time.monotonic() < deadline
    found = await store.designs.page(50, None)
    assert list(found.items) == created[::-1], "an acknowledged write is in the journal"


async def test_mongod_dies_with_its_server(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        pid = int(holder.stdout.readline())
        assert is_alive(pid)
        holder.kill()
    await asyncio.to_thread(wait_for, lambda: not is_alive(pid), 2)


async def test_only_loopback_is_listened_on_and_no_socket_file(mongod: EmbeddedMongod) -> None:
    command = Path(f"/proc/{mongod.pid}/cmdline").read_text().split("\0")
    assert command[command.index("--bind_ip") + 1] == "127.0.0.1"
    assert "--nounixsocket" in command


@pytest.mark.parametrize(("version", "word"), [(0, "too old"), (99, "update"), (True, "update")])
async def test_data_of_another_version_is_left_alone(
    mongod: EmbeddedMongod, version: object, word: str
) -> None:
    store = await MongoStore.connect(mongod.url, f"version_{version}")
    await store._database["meta"].update_one({"_id": "data"}, {"$set": {"version": version}})
    await store.close()
    with pytest.raises(StartupError, match=word):
        await MongoStore.connect(mongod.url, f"version_{version}")


async def test_old_data_is_migrated_step_by_step(
    mongod: EmbeddedMongod, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    async def first(database: Database) -> None:
        steps.append("1 to 2")
        await database["designs"].update_many({}, {"$set": {"added": True}})

    async def second(_database: Database) -> None:
        steps.append("2 to 3")

    store = await MongoStore.connect(mongod.url, "migrated")
    await store.designs.create("d", {"id": "d", "name": "n", "version": 1})
    await store.close()
    monkeypatch.setattr(mongo, "DATA_VERSION", 3)
    monkeypatch.setattr(mongo, "MIGRATIONS", {1: first, 2: second})
    for _ in range(2):
        store = await MongoStore.connect(mongod.url, "migrated")
        found = await store._database["designs"].find_one({"_id": "d"})
        assert found is not None
        assert found["added"] is True
        await store.close()
    assert steps == ["1 to 2", "2 to 3"]


async def test_a_wrong_address_is_one_line() -> None:
    for url in ("http://x", "mongodb://", "mongodb://127.0.0.1:1"):
        with pytest.raises(StartupError) as refused:
            await MongoStore.connect(url, "x")
        assert "\n" not in str(refused.value)

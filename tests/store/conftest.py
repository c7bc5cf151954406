from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.store.mongo import MongoStore
from app.store.mongod import EmbeddedMongod


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongod(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedMongod]:
    started = EmbeddedMongod(_folder(tmp_path_factory))
    await started.start()
    yield started
    await started.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def store(mongod: EmbeddedMongod) -> AsyncIterator[MongoStore]:
    """A store on a database of its own."""
    opened = await MongoStore.connect(mongod.url, f"test_{uuid.uuid4().hex}")
    yield opened
    await opened.close()


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("mongodb")

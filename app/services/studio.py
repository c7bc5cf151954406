"""Puts the parts together: one `Studio` per server."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from app.paths import DataFolder
from app.services.designs_service import DesignsService
from app.services.generated_files import GeneratedFiles
from app.services.rate_limit import RateLimit
from app.settings import Settings
from app.store.mongo import MongoStore
from app.store.mongod import EmbeddedMongod
from app.store.protocol import Store


@dataclass(frozen=True)
class Studio:
    """Everything that routes use."""

    settings: Settings
    store: Store
    designs: DesignsService
    create_limit: RateLimit
    figures: CollectorRegistry
    mongod: EmbeddedMongod | None


@asynccontextmanager
async def open_studio(settings: Settings) -> AsyncIterator[Studio]:
    """Opens everything and closes it again. Raises StartupError with one line of advice."""
    folder = DataFolder(settings.data_dir)
    folder.prepare()
    async with AsyncExitStack() as stack:
        stack.enter_context(folder.locked())
        shutil.rmtree(folder.exports, ignore_errors=True)
        folder.exports.mkdir(exist_ok=True)
        mongod = None
        url = settings.mongo_url
        if url is None:
            mongod = EmbeddedMongod(folder.database)
            stack.push_async_callback(mongod.stop)
            await mongod.start()
            url = mongod.url
        store = await MongoStore.connect(url, settings.mongo_database)
        stack.push_async_callback(store.close)
        generated = GeneratedFiles(settings.generated_dir or folder.generated())
        yield Studio(
            settings=settings,
            store=store,
            designs=DesignsService(store.designs, generated),
            create_limit=RateLimit(
                burst=settings.create_burst, per_second=settings.create_per_second
            ),
            figures=CollectorRegistry(),
            mongod=mongod,
        )

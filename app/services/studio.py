"""Puts the parts together: one `Studio` per server."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from app.errors import StartupError, StudioError
from app.paths import DataFolder
from app.services.designs_service import DesignsService
from app.services.export_service import ExportService
from app.services.figures import make_figures
from app.services.generated_files import GeneratedFiles
from app.services.rate_limit import RateLimit
from app.services.run_hub import RunHub
from app.services.run_stream import RunStreams
from app.services.runs_service import RunsService
from app.services.training_floor import TrainingFloor
from app.settings import Settings
from app.store.mongo import MongoStore
from app.store.mongod import EmbeddedMongod
from app.store.protocol import Store
from app.training.training_manager import Patience

LAST_FLUSH_S = 1.5


@dataclass(frozen=True)
class Studio:
    """Everything that routes use."""

    settings: Settings
    store: Store
    designs: DesignsService
    runs: RunsService
    streams: RunStreams
    exports: ExportService
    create_limit: RateLimit
    figures: CollectorRegistry
    mongod: EmbeddedMongod | None
    hub: RunHub
    floor: TrainingFloor

    async def end_runs(self) -> None:
        """Final checkpoints, then every stream is told and closed. Safe to call twice."""
        await self.floor.end(self.settings.shutdown_grace_s)
        self.hub.close_streams()


@asynccontextmanager
async def open_studio(settings: Settings) -> AsyncIterator[Studio]:
    """Opens everything and closes it again. Raises StartupError with one line of advice."""
    folder = DataFolder(settings.data_dir)
    folder.prepare()
    async with AsyncExitStack() as stack:
        stack.enter_context(folder.locked())
        shutil.rmtree(folder.exports, ignore_errors=True)
        folder.exports.mkdir(exist_ok=True)
        mongod, url = await _open_mongod(settings, folder, stack)
        store = await MongoStore.connect(url, settings.mongo_database)
        stack.push_async_callback(store.close)
        studio = _assemble(settings, folder, store, mongod)
        studio.hub.start()
        stack.push_async_callback(studio.hub.stop, within_s=LAST_FLUSH_S)
        stack.push_async_callback(studio.end_runs)
        try:
            await studio.runs.recover()
        except StudioError as error:
            raise StartupError(
                f"The runs could not be read ({error.detail}) Start again."
            ) from error
        yield studio


async def _open_mongod(
    settings: Settings, folder: DataFolder, stack: AsyncExitStack
) -> tuple[EmbeddedMongod | None, str]:
    if settings.mongo_url is not None:
        return None, settings.mongo_url
    mongod = EmbeddedMongod(folder.database)
    stack.push_async_callback(mongod.stop)
    await mongod.start()
    return mongod, mongod.url


def _assemble(
    settings: Settings, folder: DataFolder, store: Store, mongod: EmbeddedMongod | None
) -> Studio:
    generated = GeneratedFiles(settings.generated_dir or folder.generated())
    designs = DesignsService(store.designs, generated)
    hub = RunHub(store, folder)
    floor = TrainingFloor(
        hub,
        folder,
        most_at_once=settings.max_concurrent_runs,
        most_waiting=settings.max_queued_runs,
        patience=Patience(start_s=settings.start_timeout_s, stop_s=settings.stop_grace_s),
    )
    runs = RunsService(store, designs, hub, floor, folder, folder.identity())
    streams = RunStreams(hub, store, most=settings.max_streams)
    return Studio(
        settings=settings,
        store=store,
        designs=designs,
        runs=runs,
        streams=streams,
        exports=ExportService(designs, runs, folder, settings.export_timeout_s),
        create_limit=RateLimit(burst=settings.create_burst, per_second=settings.create_per_second),
        figures=make_figures(hub, floor, streams),
        mongod=mongod,
        hub=hub,
        floor=floor,
    )

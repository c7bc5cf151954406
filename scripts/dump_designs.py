"""Writes every saved design to `ci/artifacts/designs/<id>.json`, for CI and for keeps.

Usage: python scripts/dump_designs.py [--server http://127.0.0.1:8000] [--out DIR]
       python scripts/dump_designs.py --data-dir DIR | --mongo-url URL
With --server (the default) the designs are asked of a running Model Studio; with --data-dir or
--mongo-url they are read from the store itself, which must not be in use. Files of designs that
no longer exist are removed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from app.errors import StartupError
from app.json_values import JsonObject
from app.paths import DataFolder
from app.settings import Settings, read_settings
from app.spec import read_spec
from app.store.mongo import MongoStore
from app.store.mongod import EmbeddedMongod
from weightslab.atomic_files import write_file

OUT = Path(__file__).resolve().parents[1] / "ci" / "artifacts" / "designs"
PAGE = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 2 where the designs cannot be reached."""
    parser = argparse.ArgumentParser(description="Writes every saved design to a JSON file.")
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="a running Model Studio")
    parser.add_argument("--data-dir", type=Path, help="read this data folder instead")
    parser.add_argument("--mongo-url", help="read this MongoDB instead")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    options = parser.parse_args(arguments)
    try:
        if options.data_dir or options.mongo_url:
            settings = read_settings(data_dir=options.data_dir, mongo_url=options.mongo_url)
            designs = asyncio.run(_stored(settings))
        else:
            designs = list(_served(options.server.rstrip("/")))
    except (StartupError, urllib.error.URLError) as error:
        print(f"dump_designs: {error}. Start Model Studio or name --data-dir.", file=sys.stderr)
        return 2
    write_designs(designs, options.out)
    print(f"{len(designs)} designs in {options.out}")
    return 0


def write_designs(designs: Sequence[JsonObject], out: Path) -> None:
    """One file per design, and none of a design that is gone."""
    out.mkdir(parents=True, exist_ok=True)
    names = {f"{design['id']}.json" for design in designs}
    pattern = re.compile(read_spec("limits.json")["design_id_pattern"])
    for path in out.glob("*.json"):
        if pattern.fullmatch(path.stem) and path.name not in names:
            path.unlink()
    for design in designs:
        text = json.dumps(design, indent=2, ensure_ascii=False) + "\n"
        write_file(out / f"{design['id']}.json", text.encode())


def _served(server: str) -> Iterator[JsonObject]:
    cursor = ""
    while True:
        page = _get(f"{server}/api/designs?limit={PAGE}{cursor}")
        for meta in page["items"]:
            yield _get(f"{server}/api/designs/{meta['id']}")
        if page["next"] is None:
            return
        cursor = f"&cursor={page['next']}"


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


async def _stored(settings: Settings) -> list[JsonObject]:
    async with AsyncExitStack() as stack:
        url = settings.mongo_url
        if url is None:
            folder = DataFolder(settings.data_dir)
            folder.prepare()
            stack.enter_context(folder.locked())
            mongod = EmbeddedMongod(folder.database)
            stack.push_async_callback(mongod.stop)
            await mongod.start()
            url = mongod.url
        store = await MongoStore.connect(url, settings.mongo_database)
        stack.push_async_callback(store.close)
        return [design async for design in _every(store)]


async def _every(store: MongoStore) -> AsyncIterator[JsonObject]:
    before: int | None = None
    while True:
        page = await store.designs.page(PAGE, before)
        for record in page.items:
            yield record.architecture
        before = page.next
        if before is None:
            return


if __name__ == "__main__":
    sys.exit(main())

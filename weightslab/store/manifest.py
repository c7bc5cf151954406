"""The manifest says which files are the history; replacing it changes all of them in one step."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

from weightslab.errors import StoreDamagedError
from weightslab.store.series import Series
from weightslab.store.storage import Storage

NAME = "history/manifest.json"
VERSION = 1
_LONGEST_NAME = 240  # of 255 bytes, with what stands before it


@dataclass(frozen=True)
class Part:
    """A Parquet file of one series, sorted by its keys.

    Attributes:
        name: within the root.
        number: no other part ever has it; of the parts of one level, older ones have smaller ones.
        level: how often its rows were merged; all of a level is older than all below it.
        rows: how many.
    """

    name: str
    series: Series
    number: int
    level: int
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What is live.

    Attributes:
        first_segment: segments with smaller numbers are in parts.
        next_part: the number that the next part gets.
        parts: by series, oldest rows first.
    """

    first_segment: int = 1
    next_part: int = 1
    parts: tuple[Part, ...] = field(default_factory=tuple)


def in_age(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Parts by series, oldest rows first."""
    return tuple(sorted(parts, key=lambda part: (part.series, -part.level, part.number)))


def part_name(series: Series, number: int) -> str:
    """Where a part is: a layout that engines know as Hive partitions."""
    experiment, signal = (quoted(name) for name in (series.experiment, series.signal))
    folder = f"history/{series.kind}/experiment={experiment}/signal={signal}"
    return f"{folder}/part-{number:012d}.parquet"


def quoted(name: str) -> str:
    """Safe as the name of a folder; what is too long is cut, the file's metadata has it whole."""
    import hashlib

    text = quote(name, safe="")
    if len(text) <= _LONGEST_NAME:
        return text
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{text[: _LONGEST_NAME - 20].rstrip('%0123456789ABCDEF')}~{digest}"


def read_manifest(storage: Storage) -> Manifest:
    """The manifest as it is now; an empty one before the first compaction.

    Raises:
        StoreDamagedError: it is not what a store writes, or of a later version.
    """
    try:
        content = storage.read(NAME)
    except FileNotFoundError:
        return Manifest()
    try:
        document = json.loads(content)
        if document["version"] > VERSION:
            raise StoreDamagedError(
                f"{storage.root}/{NAME} was written by a later version: update this program."
            )
        return _from_document(document)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreDamagedError(f"{storage.root}/{NAME} is not what was written.") from error


def write_manifest(storage: Storage, manifest: Manifest) -> None:
    """Replace the manifest; on the disk when it returns.

    Raises:
        OSError: the disk is full or refuses; the former one holds.
    """
    document = {"version": VERSION, **asdict(manifest)}
    storage.replace(NAME, json.dumps(document, separators=(",", ":")).encode())


def _from_document(document: dict[str, Any]) -> Manifest:
    parts = (
        Part(p["name"], Series(*p["series"]), p["number"], p["level"], p["rows"])
        for p in document["parts"]
    )
    return Manifest(document["first_segment"], document["next_part"], tuple(parts))

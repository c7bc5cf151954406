"""Compaction: segments become sorted parts, many small parts become one.

New files are on the disk before the manifest names them, and old ones go only after that: a kill
at any moment leaves files that no manifest names, which the next writer removes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weightslab.store.frames import read_frames
from weightslab.store.manifest import Manifest, Part, in_age, read_manifest, write_manifest
from weightslab.store.merge import merged
from weightslab.store.parts import OpenPart, write_part
from weightslab.store.segments import FOLDER, decode, segment_name, segment_numbers
from weightslab.store.series import Columns, Filter, Series, in_order, joined
from weightslab.store.storage import Storage

# So many parts of one level become one of the next: reading touches at most this many per level.
FAN_IN = 6


def compact(storage: Storage, segments: Sequence[int]) -> None:
    """Move segments, all there are up to the last of these, into parts; merge parts that are many.

    Raises:
        OSError: the disk is full or refuses; the history is as it was.
    """
    manifest = _moved(storage, read_manifest(storage), segments)
    if segments:
        write_manifest(storage, manifest)
        for number in segments:
            storage.remove(segment_name(number))
    while (crowd := _crowd(manifest)) is not None:
        manifest = _combined(storage, manifest, crowd)
        write_manifest(storage, manifest)
        for part in crowd:
            storage.remove(part.name)


def remove_orphans(storage: Storage, manifest: Manifest) -> None:
    """Remove what a killed writer left: parts and segments that the manifest does not name."""
    live = {part.name for part in manifest.parts}
    for name in storage.walk("history"):
        is_part = name.rsplit("/", 1)[-1].startswith(("part-", ".tmp-"))
        if is_part and name not in live:
            storage.remove(name)
    for number in segment_numbers(storage.names(FOLDER)):
        if number < manifest.first_segment:
            storage.remove(segment_name(number))


def _moved(storage: Storage, manifest: Manifest, segments: Sequence[int]) -> Manifest:
    """Write the rows of segments as parts, one per series."""
    blocks: dict[Series, list[Columns]] = {}
    for number in segments:
        for payload in read_frames(storage.read(segment_name(number))).payloads:
            for series, columns in decode(payload):
                blocks.setdefault(series, []).append(columns)
    next_part, parts = manifest.next_part, list(manifest.parts)
    for series in sorted(blocks):
        columns = in_order(joined(blocks.pop(series)))
        parts.append(write_part(storage, series, next_part, 0, [columns]))
        next_part += 1
    first = segments[-1] + 1 if segments else manifest.first_segment
    return replace(manifest, first_segment=first, next_part=next_part, parts=in_age(parts))


def _crowd(manifest: Manifest) -> list[Part] | None:
    """Parts to merge: FAN_IN or more of one series and level, the lowest level first."""
    groups: dict[tuple[int, Series], list[Part]] = {}
    for part in manifest.parts:
        groups.setdefault((part.level, part.series), []).append(part)
    crowded = (groups[key] for key in sorted(groups) if len(groups[key]) >= FAN_IN)
    return next(crowded, None)


def _combined(storage: Storage, manifest: Manifest, crowd: list[Part]) -> Manifest:
    """Write one part with the rows of several, all of a level: nothing older is of a lower one."""
    runs = [OpenPart(storage, part).runs(Filter()) for part in crowd]
    series, level = crowd[0].series, crowd[0].level + 1
    written = write_part(storage, series, manifest.next_part, level, merged(runs))
    parts = [part for part in manifest.parts if part not in crowd]
    return replace(manifest, next_part=manifest.next_part + 1, parts=in_age([*parts, written]))

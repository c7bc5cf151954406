"""Compaction: segments become sorted parts, many small parts become one.

New files are on the disk before the manifest names them, and old ones go only after that: a kill
at any moment leaves files that no manifest names, which the next writer removes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from weightslab.atomic_files import TEMPORARY_PREFIX
from weightslab.store.frames import read_frames
from weightslab.store.manifest import Manifest, Part, in_age, read_manifest, write_manifest
from weightslab.store.merge import merged
from weightslab.store.parts import OpenPart, write_part
from weightslab.store.segments import FOLDER, decode, segment_name, segment_numbers
from weightslab.store.series import Columns, Filter, Series, in_order, joined
from weightslab.store.storage import Storage

_log = logging.getLogger(__name__)
# So many parts of one level become one of the next: reading touches at most this many per level.
FAN_IN = 6


def compact(storage: Storage, segments: Sequence[int]) -> None:
    """Move segments, all that are older than any other, into parts; merge parts that are many.

    Raises:
        OSError: the disk is full or refuses; the history is as it was.
        StoreDamagedError: a part cannot be read; segments were moved all the same.
    """
    manifest = read_manifest(storage)
    moving = [number for number in segments if number >= manifest.first_segment]
    if moving:
        manifest = _moved(storage, manifest, moving)
        write_manifest(storage, manifest)
        _remove(storage, [segment_name(number) for number in moving])
    while crowds := _crowds(manifest):
        manifest = _combined(storage, manifest, crowds)
        write_manifest(storage, manifest)
        _remove(storage, [part.name for crowd in crowds for part in crowd])


def _remove(storage: Storage, names: list[str]) -> None:
    """Remove what the manifest does not name any more; what cannot be goes at the next start."""
    for name in names:
        try:
            storage.remove(name)
        except OSError as error:
            _log.warning("%s/%s cannot be removed: %s", storage.root, name, error)


def remove_orphans(storage: Storage, manifest: Manifest) -> None:
    """Remove what a killed writer left: parts and segments that the manifest does not name."""
    live = {part.name for part in manifest.parts}
    files = storage.walk("history")
    parts = [n for n in files if n.rsplit("/", 1)[-1].startswith(("part-", TEMPORARY_PREFIX))]
    segments = [n for n in segment_numbers(storage.names(FOLDER)) if n < manifest.first_segment]
    _remove(storage, [name for name in parts if name not in live])
    _remove(storage, [segment_name(number) for number in segments])


def _moved(storage: Storage, manifest: Manifest, segments: Sequence[int]) -> Manifest:
    """Write the rows of segments as parts, one per series."""
    blocks: dict[Series, list[Columns]] = {}
    for number in segments:
        for payload in _payloads(storage, number):
            for series, columns in decode(payload):
                blocks.setdefault(series, []).append(columns)
    next_part, parts = manifest.next_part, list(manifest.parts)
    with storage.together() as create:
        for series in sorted(blocks):
            columns = in_order(joined(blocks.pop(series)))
            parts.append(write_part(create, series, next_part, 0, [columns]))
            next_part += 1
    first = segments[-1] + 1
    return replace(manifest, first_segment=first, next_part=next_part, parts=in_age(parts))


def _payloads(storage: Storage, number: int) -> list[memoryview]:
    """The frames of a segment. A damaged segment is kept aside, for whoever can repair it."""
    name = segment_name(number)
    content = storage.read(name)
    found = read_frames(content)
    if found.damaged:
        aside = name.replace(FOLDER, "history/damaged")
        storage.replace(aside, content)
        _log.warning("%s is damaged: what is whole was kept, the file is now %s", name, aside)
    return found.payloads


def _crowds(manifest: Manifest) -> list[list[Part]]:
    """Parts to merge: wherever FAN_IN or more are of one series and level."""
    groups: dict[tuple[Series, int], list[Part]] = {}
    for part in manifest.parts:
        groups.setdefault((part.series, part.level), []).append(part)
    return [group for group in groups.values() if len(group) >= FAN_IN]


def _combined(storage: Storage, manifest: Manifest, crowds: list[list[Part]]) -> Manifest:
    """Write one part with the rows of each crowd."""
    next_part, parts = manifest.next_part, set(manifest.parts)
    with storage.together() as create:
        for crowd in crowds:
            runs = [OpenPart(storage, part).runs(Filter()) for part in crowd]
            series, level = crowd[0].series, crowd[0].level + 1
            parts = parts.difference(crowd)
            parts.add(write_part(create, series, next_part, level, merged(runs)))
            next_part += 1
    return replace(manifest, next_part=next_part, parts=in_age(parts))

"""Curves of a run: read from the store, reduced so that a phone can draw them, extremes kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence

from app.errors import RequestError
from app.json_values import JsonObject
from app.services.run_feed import RunFeed
from app.store.protocol import EventStore

Point = tuple[int, float | None]

DEFAULT_NAMES = (
    "score.mean",
    "score.max",
    "score.median",
    "loss.policy",
    "loss.value",
    "loss.entropy",
    "loss.aux",
)
MOST_NAMES = 64
LAST_STEP = 2**53
_PAGE = 5_000
_NAME = re.compile(
    r"(score|loss|tile_rates|moe)\.[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,2}"
    r"|max_tile|episodes|learning_rate|steps_per_second|update"
)
_USAGE = re.compile(r"moe\.usage\.([A-Za-z0-9_-]{1,64})\.([0-9]{1,2})")


def parse_names(names: str | None) -> Sequence[str]:
    """The curves that a caller names, comma-separated. Raises RequestError."""
    if names is None:
        return DEFAULT_NAMES
    wanted = list(dict.fromkeys(names.split(",")))
    if len(wanted) > MOST_NAMES or not all(_NAME.fullmatch(name) for name in wanted):
        raise RequestError(
            "request.query",
            "names must be curves such as score.mean or moe.usage.<component>.<expert>, "
            f"at most {MOST_NAMES}.",
            status=422,
        )
    return wanted


async def read_curves(
    events: EventStore,
    feed: RunFeed | None,
    run_id: str,
    names: Sequence[str],
    *,
    first_step: int,
    last_step: int,
    max_points: int,
) -> dict[str, list[Point]]:
    """Each curve as `[step, value]` pairs over an inclusive range of steps."""
    fields = sorted({_field(name) for name in names})
    fields = [each for each in fields if not any(each.startswith(f"{other}.") for other in fields)]
    tail = feed.read_unflushed() if feed else []
    rows: list[JsonObject] = []
    while True:
        newest = rows[-1]["seq"] if rows else 0
        page = await events.updates(run_id, newest, _PAGE, fields, first_step, last_step)
        rows += page
        if len(page) < _PAGE:
            break
    newest = rows[-1]["seq"] if rows else 0
    rows += [
        event
        for event in tail
        if event["event"] == "training_update"
        and event["seq"] > newest
        and first_step <= event["data"]["step"] <= last_step
    ]
    return await asyncio.to_thread(_curves, rows, names, max_points)


def _curves(
    rows: Sequence[JsonObject], names: Sequence[str], max_points: int
) -> dict[str, list[Point]]:
    kept = _without_rewound(row["data"] for row in rows)
    return {name: reduce_points(_points(kept, name), max_points) for name in names}


def reduce_points(points: Sequence[Point], max_points: int) -> list[Point]:
    """At most `max_points`: first, last, and the extremes of as many equal parts as fit."""
    if len(points) <= max_points:
        return list(points)
    inner = points[1:-1]
    parts = (max_points - 2) // 2
    kept = [points[0]]
    for part in range(parts):
        bucket = inner[part * len(inner) // parts : (part + 1) * len(inner) // parts]
        kept += _extremes(bucket)
    return [*kept, points[-1]]


def _extremes(bucket: Sequence[Point]) -> list[Point]:
    known = [point for point in bucket if point[1] is not None]
    if not known:
        return list(bucket[:1])
    low = min(known, key=lambda point: point[1] or 0.0)
    high = max(known, key=lambda point: point[1] or 0.0)
    return [low] if low is high else sorted((low, high), key=lambda point: point[0])


def _without_rewound(rows: Iterable[JsonObject]) -> list[JsonObject]:
    """Leaves out what a resume from an older checkpoint took back."""
    kept: list[JsonObject] = []
    for row in rows:
        while kept and kept[-1]["step"] >= row["step"]:
            kept.pop()
        kept.append(row)
    return kept


def _field(name: str) -> str:
    usage = _USAGE.fullmatch(name)
    return f"moe.expert_usage_by_component.{usage[1]}" if usage else name


def _points(rows: Sequence[JsonObject], name: str) -> list[Point]:
    usage = _USAGE.fullmatch(name)
    path = _field(name).split(".")
    index = int(usage[2]) if usage else None
    return [(row["step"], _value(row, path, index)) for row in rows]


def _value(row: JsonObject, path: Sequence[str], index: int | None) -> float | None:
    found: object = row
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    if index is not None:
        found = found[index] if isinstance(found, list) and index < len(found) else None
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None

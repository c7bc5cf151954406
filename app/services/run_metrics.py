"""Curves of a run: read from the store, reduced so that a phone can draw them, extremes kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence

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
    r"|health\.[a-z_]{1,64}|max_tile|episodes|learning_rate|steps_per_second|update"
)
_EVALUATION = {
    "evaluation.score.mean": ("score", "mean"),
    "evaluation.score.ci_low": ("score", "ci95", 0),
    "evaluation.score.ci_high": ("score", "ci95", 1),
}
"""Curves of the `evaluation` events, and where the number lies in one."""
_USAGE = re.compile(r"moe\.usage\.([A-Za-z0-9_-]{1,64})\.([0-9]{1,2})")


def parse_names(names: str | None) -> Sequence[str]:
    """The curves that a caller names, comma-separated. Raises RequestError."""
    if names is None:
        return DEFAULT_NAMES
    wanted = list(dict.fromkeys(names.split(",")))
    if len(wanted) > MOST_NAMES or not all(map(_is_curve, wanted)):
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
    steps = (first_step, last_step)
    rows: dict[str, Sequence[JsonObject]] = {"training_update": [], "evaluation": []}
    for event in rows:
        fields = _wanted_fields(name for name in names if _event(name) == event)
        if fields:
            rows[event] = await read_rows(events, feed, run_id, event, fields, steps)
    return await asyncio.to_thread(_curves, rows, names, max_points)


async def read_rows(
    events: EventStore,
    feed: RunFeed | None,
    run_id: str,
    kind: str,
    fields: Sequence[str] = (),
    steps: tuple[int, int] = (0, LAST_STEP),
) -> Sequence[JsonObject]:
    """Events of a kind in an inclusive range of steps, without what a resume took back.

    Args:
        fields: of their data; none means all.
    """
    tail = feed.read_unflushed() if feed else []
    rows: list[JsonObject] = []
    while True:
        newest = rows[-1]["seq"] if rows else 0
        page = await events.updates(run_id, newest, _PAGE, fields, *steps, kind=kind)
        rows += page
        if len(page) < _PAGE:
            break
    newest = rows[-1]["seq"] if rows else 0
    rows += [
        event
        for event in tail
        if event["event"] == kind
        and event["seq"] > newest
        and steps[0] <= event["data"]["step"] <= steps[1]
    ]
    return _without_rewound(rows)


def _curves(
    rows: Mapping[str, Sequence[JsonObject]], names: Sequence[str], max_points: int
) -> dict[str, list[Point]]:
    return {
        name: reduce_points(_points([row["data"] for row in rows[_event(name)]], name), max_points)
        for name in names
    }


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
        while kept and kept[-1]["data"]["step"] >= row["data"]["step"]:
            kept.pop()
        kept.append(row)
    return kept


def _is_curve(name: str) -> bool:
    return name in _EVALUATION or _NAME.fullmatch(name) is not None


def _event(name: str) -> str:
    """The kind of the events that a curve is made of."""
    return "evaluation" if name in _EVALUATION else "training_update"


def _wanted_fields(names: Iterable[str]) -> Sequence[str]:
    """What has to be read of each event, without fields that lie in others."""
    fields = sorted({".".join(str(part) for part in _path(name)[:2]) for name in names})
    return [each for each in fields if not any(each.startswith(f"{other}.") for other in fields)]


def _path(name: str) -> Sequence[str | int]:
    """Where a curve's number lies in the data of its events."""
    if usage := _USAGE.fullmatch(name):
        return ("moe", "expert_usage_by_component", usage[1], int(usage[2]))
    return _EVALUATION.get(name) or name.split(".")


def _points(rows: Sequence[JsonObject], name: str) -> list[Point]:
    path = _path(name)
    return [(row["step"], _value(row, path)) for row in rows]


def _value(row: JsonObject, path: Sequence[str | int]) -> float | None:
    found: object = row
    for part in path:
        if isinstance(part, int):
            found = found[part] if isinstance(found, list) and part < len(found) else None
        else:
            found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None

"""Figures as lines for people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from app.json_values import JsonObject

_BARS = " ▁▂▃▄▅▆▇█"


def evaluation_lines(evaluation: JsonObject) -> list[str]:
    """An Evaluation's document."""
    bounds = ""
    if evaluation["low"] is not None:
        bounds = f" (95 %: {evaluation['low']:,.0f} to {evaluation['high']:,.0f})"
    return [
        f"{evaluation['mode'].capitalize()} play, {evaluation['games']} games: mean score "
        f"{evaluation['mean']:,.0f}{bounds}, median {evaluation['median']:,.0f}, "
        f"largest tile {evaluation['max_tile']}",
        "Reached: " + tile_rates(evaluation["reached"]),
    ]


def tile_rates(reached: dict[str, float]) -> str:
    """Shares of games by tile."""
    return ", ".join(f"{tile} in {share:.1%}" for tile, share in reached.items())


def duration(seconds: float | None) -> str:
    """For people: `1 h 05 min`, `3 min 20 s`, `12 s`; a dash where it is not known."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


def sparkline(values: Sequence[float], width: int) -> str:
    """A curve in one line: means of equal stretches, from the least to the greatest value."""
    if not values:
        return ""
    stretches = min(width, len(values))
    ends = [round(len(values) * part / stretches) for part in range(stretches + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(ends)]
    low, high = min(means), max(means)
    scale = (len(_BARS) - 2) / (high - low) if high > low else 0.0
    return "".join(_BARS[1 + round((mean - low) * scale)] for mean in means)


def number(value: Any, form: str = ",.0f") -> str:
    """A number that may be missing."""
    return "–" if value is None else format(value, form)

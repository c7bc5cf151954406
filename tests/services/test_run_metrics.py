from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import RequestError
from app.services.run_metrics import DEFAULT_NAMES, Point, parse_names, reduce_points

VALUES = st.one_of(st.none(), st.floats(-1e6, 1e6))


@given(st.lists(VALUES, max_size=300), st.integers(2, 50))
def test_few_points_keep_ends_and_extremes(values: list[float | None], most: int) -> None:
    points: list[Point] = list(enumerate(values))
    kept = reduce_points(points, most)
    assert len(kept) <= most
    assert set(kept) <= set(points)
    assert [step for step, _ in kept] == sorted({step for step, _ in kept})
    if points:
        assert kept[0] == points[0]
        assert kept[-1] == points[-1]
    known = [value for value in values if value is not None]
    if known and most >= 4:
        shown = [value for _, value in kept if value is not None]
        assert {min(known), max(known)} <= set(shown)


def test_names() -> None:
    assert parse_names(None) == DEFAULT_NAMES
    names = "score.mean,moe.usage.experts.0,tile_rates.2048,learning_rate,score.mean"
    assert parse_names(names) == names.split(",")[:-1]
    for bad in ("", "score", "score.$x", "a.b", "score.mean,", "_id", "moe.usage.a.b.c.d"):
        with pytest.raises(RequestError):
            parse_names(bad)
    with pytest.raises(RequestError):
        parse_names(",".join(f"score.x{each}" for each in range(65)))

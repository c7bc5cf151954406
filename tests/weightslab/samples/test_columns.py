import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from weightslab.samples.columns import Columns, Instances
from weightslab.samples.sorted_runs import MANY, SortedRuns

keys = st.integers(-(2**63), 2**63 - 1)


@settings(max_examples=50)
@given(st.lists(st.sets(keys, max_size=20), max_size=12))
def test_keys_are_found_after_any_order_of_adding(calls: list[set[int]]) -> None:
    runs, expected = SortedRuns(), {}
    for call in calls:
        new = [key for key in call if key not in expected]
        runs.add(np.array(new, np.int64), np.arange(len(expected), len(expected) + len(new)))
        expected.update((key, number) for number, key in enumerate(new, len(expected)))
        asked = np.array([*expected, 5, -7], np.int64)
        numbers = [expected.get(key, -1) for key in asked.tolist()]
        assert runs.find(asked).tolist() == numbers
        many = np.resize(asked, MANY + 1)
        assert runs.find(many).tolist() == np.resize(numbers, MANY + 1).tolist()


places = st.tuples(st.integers(0, 5), st.integers(1, 4))


@settings(max_examples=50)
@given(st.lists(st.dictionaries(places, st.floats(allow_nan=False), max_size=6), max_size=6))
def test_the_newest_value_of_every_instance_is_kept(
    calls: list[dict[tuple[int, int], float]],
) -> None:
    instances, expected = Instances(), {}
    for call in calls:
        rows = np.array([row for row, _ in call], np.int32)
        annotations = np.array([annotation for _, annotation in call], np.int32)
        instances.set("x", rows, annotations, np.array([*call.values()], np.float64))
        expected.update(call)
    assert len(instances) == len(expected)
    if calls:
        held = zip(instances.rows.tolist(), instances.annotations.tolist(), strict=True)
        values = instances.columns.get("x", len(instances)).tolist()
        assert dict(zip(held, values, strict=True)) == expected


def test_float32_is_kept_until_float64_comes() -> None:
    columns = Columns()
    first = np.array([0.1], np.float32)
    columns.set("x", 2, np.array([0], np.int32), first)
    assert columns.get("x", 2).dtype == np.float32
    columns.set("x", 3, np.array([2], np.int32), np.array([1 / 3]))
    held = columns.get("x", 3)
    assert held[0] == first[0]
    assert held[2] == 1 / 3
    assert np.isnan(held[1])
    columns.set("y", 3, np.array([1], np.int32), np.array([7]))  # integers as float64
    assert columns.get("y", 3).dtype == np.float64
    assert columns.names == ["x", "y"]

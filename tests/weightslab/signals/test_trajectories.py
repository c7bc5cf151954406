"""Former values per sample, against the obvious way: a list per sample."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from weightslab.signals.trajectories import Trajectories, from_rows

batches = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.floats(-5, 5, width=32)), max_size=12), max_size=20
)


@given(batches=batches)
def test_they_are_what_was_appended(batches: list[list[tuple[int, float]]]) -> None:
    known = Trajectories()
    expected: dict[int, list[tuple[int, float]]] = {}
    for step, batch in enumerate(batches):
        rows = np.array([row for row, _ in batch], np.int32)
        values = np.array([value for _, value in batch], np.float32)
        known.append(rows, values, step, "hash")
        for row, value in batch:
            expected.setdefault(row, []).append((step, value))
    for row in range(11):
        steps, values, _ = known.of(row)
        assert list(zip(steps, values, strict=True)) == expected.get(row, [])


def test_they_are_made_of_what_history_holds() -> None:
    known = from_rows(
        np.array([1, 1, 2], np.int32),
        np.array([0.1, 0.2, 0.3]),
        np.array([4, 3, 3], np.int32),
        ["b", "a", "a"],
    )
    assert known.of(1) == ([3, 4], [0.2, 0.1], ["a", "b"])
    assert known.of(2) == ([3], [0.3], ["a"])
    assert known.of(7) == ([], [], [])


def test_many_values_make_it_grow() -> None:
    known = Trajectories()
    for step in range(100):
        known.append(np.arange(1000, dtype=np.int32), np.full(1000, step, np.float32), step, "h")
    assert len(known) == 100_000
    assert known.of(999)[1] == list(range(100))

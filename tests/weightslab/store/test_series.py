import numpy as np
import pytest

from weightslab.store.merge import merged
from weightslab.store.series import Filter, in_order, joined, taken

EXTREMES = np.array([-(2**31), -65_537, -1, 0, 1, 65_535, 65_536, 2**31 - 1], np.int32)


def random_columns(rng: np.random.Generator, size: int, span: int):
    names = ("row", "annotation", "step")
    columns = {n: rng.integers(0, span, size).astype(np.int32) for n in names}
    return columns | {"value": np.arange(size, dtype=np.float64)}


def slowly_sorted(columns):
    order = np.lexsort((columns["step"], columns["annotation"], columns["row"]))
    return {name: column[order] for name, column in columns.items()}


def assert_same(first, second) -> None:
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


@pytest.mark.parametrize("span", [2, 100, 70_000, 2**31])
def test_sorting_is_stable_for_small_and_large_keys(span: int) -> None:
    columns = random_columns(np.random.default_rng(span), 3000, span)
    assert_same(in_order(columns), slowly_sorted(columns))


def test_the_whole_range_of_keys_is_sorted() -> None:
    rng = np.random.default_rng(0)
    keys = {name: rng.permutation(EXTREMES) for name in ("row", "annotation", "step")}
    columns = keys | {"value": np.arange(len(EXTREMES))}
    assert_same(in_order(columns), slowly_sorted(columns))


@pytest.mark.parametrize("span", [1, 3, 1000])
def test_merging_runs_piece_by_piece_is_sorting_them_together(span: int) -> None:
    rng = np.random.default_rng(span)
    runs = [in_order(random_columns(rng, size, span)) for size in (500, 0, 40, 1, 900)]
    pieces = [
        iter([taken(run, slice(at, at + 64)) for at in range(0, len(run["value"]), 64)])
        for run in runs
    ]
    assert_same(joined(list(merged(pieces))), slowly_sorted(joined(runs)))
    assert list(merged([])) == []


def test_merging_is_flat_in_memory() -> None:
    """No piece is longer than what the runs' pieces hold together."""

    def run(parity: int):
        for start in range(0, 100_000, 1000):
            rows = np.arange(start, start + 1000, dtype=np.int32) * 2 + parity
            yield {"row": rows, "step": rows, "value": rows.astype(np.float32)}

    pieces = list(merged([run(0), run(1)]))
    assert sum(len(piece["row"]) for piece in pieces) == 200_000
    assert max(len(piece["row"]) for piece in pieces) <= 2000


def test_a_filter_takes_the_wanted_rows_and_no_others() -> None:
    columns = in_order(random_columns(np.random.default_rng(0), 2000, 50))
    for rows in ([], [7], [3, 4], [0, 9, 49], [-1, 60], range(50)):
        kept = Filter(np.array(rows, np.int32)).of(columns)
        assert_same(kept, taken(columns, np.isin(columns["row"], list(rows))))
    firsts, lasts = np.array([0, 10, 20], np.int32), np.array([9, 19, 29], np.int32)
    assert Filter(np.array([9, 20], np.int32)).overlapping(firsts, lasts).tolist() == [0, 2]
    assert Filter(np.array([35], np.int32)).overlapping(firsts, lasts).tolist() == []

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from weightslab.store.history_reader import HistoryReader
from weightslab.store.history_store import HistoryStore

LONG = "a very long name, ü/" * 12


@pytest.mark.parametrize("root", ["local", "memory://sql-test"])
def test_sql_sees_parts_and_tail_of_every_kind(root: str, tmp_path: Path) -> None:
    with closing(HistoryStore(tmp_path if root == "local" else root)) as store:
        for step in range(3):
            store.add_samples("h'1", LONG, step, [1, 2], np.float32([step, 2 * step]))
            store.add_samples("h2", "a/b", step, [1], [0.5])
            store.add_instances("h2", "iou", step, [1], [3], [0.25])
            store.add_global("h2", "loss", step, step)
            if step == 1:
                store.compact()
        sums = store.reader.sql(
            "SELECT signal, experiment, sum(value) AS total FROM sample_rows WHERE row = ? "
            "GROUP BY ALL ORDER BY signal",
            [1],
        )
        assert [tuple(row.values()) for row in sums.to_pylist()] == [
            (LONG, "h'1", 3.0),
            ("a/b", "h2", 1.5),
        ]
        counts = store.reader.sql(
            "SELECT (SELECT max(step) FROM global_rows) AS last, count(*) AS n FROM instance_rows "
            "WHERE annotation = 3 AND experiment = 'h2'"
        )
        assert counts.to_pylist() == [{"last": 2, "n": 3}]


def test_sql_of_an_empty_history(tmp_path: Path) -> None:
    assert HistoryReader(tmp_path).sql("FROM sample_rows").num_rows == 0

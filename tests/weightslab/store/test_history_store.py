import errno
import logging
import math
import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weightslab.errors import (
    ArgumentError,
    MisalignedError,
    StoreClosedError,
    StoreDamagedError,
    StoreError,
    StoreLockedError,
)
from weightslab.store import compaction
from weightslab.store.history_reader import HistoryReader
from weightslab.store.history_store import HistoryStore
from weightslab.store.segment_writer import SegmentWriter
from weightslab.store.segments import FOLDER
from weightslab.store.storage import LocalStorage


@pytest.fixture
def store(tmp_path: Path):
    store = HistoryStore(tmp_path)
    yield store
    store.close()


def lists(table) -> list[tuple]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def test_what_was_added_is_read_in_order_before_and_after_compaction(store: HistoryStore) -> None:
    store.add_samples("h", "loss", 2, [3, 1], np.array([0.5, 0.25], np.float32))
    store.add_samples("h", "loss", [1, 1], [1, 3], np.array([0.75, 1.0], np.float32))
    store.add_samples("h", "acc", 1, [3], [1.0])
    expected = [
        ("acc", "h", 3, 1, 1.0),
        ("loss", "h", 1, 1, 0.75),
        ("loss", "h", 1, 2, 0.25),
        ("loss", "h", 3, 1, 1.0),
        ("loss", "h", 3, 2, 0.5),
    ]
    assert lists(store.reader.sample_rows()) == expected
    store.compact()
    assert lists(store.reader.sample_rows()) == expected
    assert lists(store.reader.sample_rows(signals=["loss"], rows=[3])) == expected[3:]
    assert store.reader.sample_rows(signals=["none"]).num_rows == 0
    assert store.reader.signals() == ["acc", "loss"]
    assert store.reader.experiments() == ["h"]


def test_curves_and_instances(store: HistoryStore) -> None:
    store.add_global("h", "loss", 2, 0.5)
    store.add_global("h", "loss", [1, 3], [0.75, math.nan])
    store.add_instances("h", "iou", 4, [7, 7, 2], [2, 1, 1], [0.25, 0.5, 0.75])
    for _ in range(2):
        assert [row[2:] for row in lists(store.reader.global_rows())][:2] == [(1, 0.75), (2, 0.5)]
        assert math.isnan(lists(store.reader.global_rows())[2][3])
        assert lists(store.reader.instance_rows()) == [
            ("iou", "h", 2, 1, 4, 0.75),
            ("iou", "h", 7, 1, 4, 0.5),
            ("iou", "h", 7, 2, 4, 0.25),
        ]
        assert lists(store.reader.instance_rows(rows=[7], annotations=[2]))[0][5] == 0.25
        store.compact()


def test_values_keep_their_type_and_bits(store: HistoryStore) -> None:
    odd = [math.inf, -math.inf, -0.0, 1e-45, 3.4e38, 0.1]
    single, double = np.array(odd, np.float32), np.array([*odd[:3], 5e-324, 1.7e308, 0.1])
    steps = np.arange(6)
    store.add_samples("h", "single", steps, np.zeros(6, int), single)
    store.add_samples("h", "double", steps, np.zeros(6, int), double)
    for _ in range(2):
        read = store.reader.sample_rows(signals=["single"])["value"].to_numpy()
        assert read.dtype == np.float32
        assert read.tobytes() == single.tobytes()
        assert (
            store.reader.sample_rows(["double"])["value"].to_numpy().tobytes() == double.tobytes()
        )
        both = store.reader.sample_rows()["value"].to_numpy()
        assert both[6:].astype(np.float32).tobytes() == single.tobytes()
        store.compact()


def test_a_signal_with_both_types_is_read_in_one_order(store: HistoryStore) -> None:
    store.add_samples("h", "x", 1, [0], np.array([0.1], np.float32))
    store.add_samples("h", "x", 2, [0], np.array([0.1]))
    assert [row[4] for row in lists(store.reader.sample_rows())] == [float(np.float32(0.1)), 0.1]


def test_experiments_of_a_signal_are_read_in_one_order_or_apart(store: HistoryStore) -> None:
    for step, experiment in enumerate("abab"):
        store.add_samples(experiment, "x", step, [0, 1], [step, step])
        if step == 1:
            store.compact()
    assert [row[1:4] for row in lists(store.reader.sample_rows(rows=[1]))] == [
        ("a", 1, 0),
        ("b", 1, 1),
        ("a", 1, 2),
        ("b", 1, 3),
    ]
    assert store.reader.sample_rows(experiments=["b"])["step"].to_pylist() == [1, 3, 1, 3]


def test_names_of_any_kind_come_back(store: HistoryStore) -> None:
    names = ["signals//iou", "..", "x" * 3000, "ü €%2F", "a b/c", "Loss", "loss"]
    for name in names:
        store.add_samples("h/1", name, 1, [0], [1.0])
    store.compact()
    assert store.reader.signals() == sorted(names)
    for name in names:
        assert store.reader.sample_rows([name]).num_rows == 1


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    blocks=st.lists(
        st.tuples(
            st.integers(0, 30),
            st.lists(st.integers(0, 9), max_size=8),
            st.sampled_from(["add", "flush", "compact", "read"]),
        ),
        max_size=40,
    )
)
def test_any_order_of_adding_and_compacting_reads_as_a_stable_sort(
    tmp_path_factory: pytest.TempPathFactory, blocks
) -> None:
    expected = []
    with closing(HistoryStore(tmp_path_factory.mktemp("root"))) as store:
        for number, (step, rows, then) in enumerate(blocks):
            values = np.arange(len(rows)) + 100 * number
            store.add_samples("h", "x", step, np.array(rows, np.int32), values)
            expected += [(row, step, float(value)) for row, value in zip(rows, values, strict=True)]
            if then == "read":
                assert store.reader.sample_rows().num_rows == len(expected)
            elif then != "add":
                getattr(store, then)()
        expected.sort(key=lambda row: row[:2])
        assert [row[2:] for row in lists(store.reader.sample_rows())] == expected
        three = lists(store.reader.sample_rows(rows=[8, 2, 5]))
        assert [row[2:] for row in three] == [row for row in expected if row[0] in (2, 5, 8)]


def test_many_compactions_leave_few_parts(store: HistoryStore, tmp_path: Path) -> None:
    for step in range(50):
        store.add_samples("h", "x", step, np.arange(100), np.full(100, step, np.float32))
        store.compact()
    assert len(list(tmp_path.rglob("*.parquet"))) <= 12
    assert store.reader.sample_rows(rows=[42])["step"].to_pylist() == list(range(50))


def test_segments_are_compacted_behind_the_writer(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path, flush_bytes=10_000, segment_bytes=50_000)
    for step in range(200):
        store.add_samples("h", "x", step, np.arange(500), np.full(500, step, np.float32))
        if step % 20 == 0:
            assert store.reader.sample_rows(rows=[1]).num_rows == step + 1
    store.close()
    assert list((tmp_path / "history/segments").iterdir()) == []
    assert HistoryReader(tmp_path).sample_rows().num_rows == 100_000


def test_another_process_reads_while_this_one_writes(store: HistoryStore, tmp_path: Path) -> None:
    store.add_samples("h", "x", 1, [5], np.array([0.38], np.float32))
    store.flush()
    store.add_samples("h", "x", 2, [5], np.array([9], np.float32))  # not flushed: not seen
    script = f"""
from weightslab.store import compaction
from weightslab.store.history_reader import HistoryReader
print(HistoryReader({str(tmp_path)!r}).sample_rows(rows=[5])["value"].to_pylist())
"""
    said = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert said.strip() == str([float(np.float32(0.38))])


def test_an_object_store_keeps_history_too() -> None:
    store = HistoryStore("memory://history-test")
    store.add_samples("h", "x", 1, [1, 2], [0.5, 0.25])
    store.flush(durable=True)
    store.add_samples("h", "x", 2, [1, 2], [1.5, 1.25])
    reader = HistoryReader("memory://history-test")
    assert reader.sample_rows()["value"].to_pylist() == [0.5, 0.25]
    store.compact()
    assert reader.sample_rows()["value"].to_pylist() == [0.5, 1.5, 0.25, 1.25]
    store.close()
    again = HistoryStore("memory://history-test")
    again.add_samples("h", "x", 3, [1], [2.5])
    assert again.reader.sample_rows(rows=[1])["value"].to_pylist() == [0.5, 1.5, 2.5]
    again.close()


@pytest.mark.parametrize(
    ("steps", "rows", "values", "error"),
    [
        (1, [1, 2], [0.5], MisalignedError),
        ([1, 2, 3], [1, 2], [0.5, 0.5], MisalignedError),
        (1, [[1]], [[0.5]], MisalignedError),
        (1, 1, 0.5, MisalignedError),
        (1.5, [1], [0.5], ArgumentError),
        (2**31, [1], [0.5], ArgumentError),
        (1, ["a"], [0.5], ArgumentError),
        (1, [True], [0.5], ArgumentError),
        (1, [1], ["a"], ArgumentError),
        (1, [1], [1j], ArgumentError),
        (1, [1], [None], ArgumentError),
    ],
)
def test_wrong_arguments_are_refused_and_nothing_is_kept(
    store: HistoryStore, steps, rows, values, error
) -> None:
    with pytest.raises(error):
        store.add_samples("h", "x", steps, rows, values)
    assert store.reader.signals() == []


def test_a_closed_store_takes_nothing_and_is_read_still(store: HistoryStore) -> None:
    store.add_samples("h", "x", 1, [1], [0.5])
    store.close()
    with pytest.raises(StoreClosedError):
        store.add_samples("h", "x", 1, [1], [0.5])
    with pytest.raises(StoreClosedError):
        store.compact()
    store.flush()
    store.close()
    assert store.reader.sample_rows().num_rows == 1


def test_two_writers_of_one_root(store: HistoryStore, tmp_path: Path) -> None:
    with pytest.raises(StoreLockedError, match=str(os.getpid())):
        HistoryStore(tmp_path)
    store.close()
    HistoryStore(tmp_path).close()


def test_the_arrays_given_may_change_afterwards(store: HistoryStore) -> None:
    rows, values = np.array([1], np.int32), np.array([0.5], np.float32)
    store.add_samples("h", "x", 1, rows, values)
    rows[0], values[0] = 9, 9
    assert lists(store.reader.sample_rows()) == [("x", "h", 1, 1, 0.5)]


def test_a_damaged_part_is_named(store: HistoryStore, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    store.add_samples("h", "x", 1, np.arange(5000), rng.random(5000, np.float32))
    store.compact()
    (part,) = tmp_path.rglob("*.parquet")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    with pytest.raises(StoreError, match=part.name):
        HistoryReader(tmp_path).sample_rows()


def test_a_damaged_frame_is_left_out_and_told(
    store: HistoryStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for step in range(3):
        store.add_samples("h", "x", step, [0], [0.5])
        store.flush()
    (segment,) = (tmp_path / "history/segments").iterdir()
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert HistoryReader(tmp_path).sample_rows()["step"].to_pylist() == [0, 2]
    assert segment.name in caplog.text


def test_a_part_that_is_gone_is_named(store: HistoryStore, tmp_path: Path) -> None:
    store.add_samples("h", "x", 1, [1], [0.5])
    store.compact()
    (part,) = tmp_path.rglob("*.parquet")
    part.unlink()
    with pytest.raises(StoreDamagedError, match=part.name):
        HistoryReader(tmp_path).sample_rows()


def test_a_damaged_segment_is_kept_aside_when_it_is_compacted(
    store: HistoryStore, tmp_path: Path
) -> None:
    for step in range(3):
        store.add_samples("h", "x", step, [0], [0.5])
        store.flush()
    (segment,) = (tmp_path / "history/segments").iterdir()
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    store.compact()
    assert store.reader.sample_rows()["step"].to_pylist() == [0, 2]
    assert (tmp_path / "history/damaged" / segment.name).read_bytes() == content


def test_reading_while_another_thread_writes_and_compacts(tmp_path: Path) -> None:
    """A reader sees whole blocks, and never fewer than before."""
    with closing(HistoryStore(tmp_path, flush_bytes=4000, segment_bytes=20_000)) as store:

        def write() -> None:
            for step in range(300):
                store.add_samples("h", "x", step, np.arange(100), np.full(100, step))

        writer = threading.Thread(target=write)
        reader, seen = HistoryReader(tmp_path), 0
        writer.start()
        while writer.is_alive():
            counts = np.bincount(reader.sample_rows()["step"].to_numpy())
            assert (counts == 100).all()
            assert len(counts) >= seen
            seen = len(counts)
        writer.join()
    assert reader.sample_rows().num_rows == 30_000


def test_batches_come_in_order_and_small(store: HistoryStore) -> None:
    for step in range(20):
        store.add_samples("h", "x", step, np.arange(20_000), np.full(20_000, step, np.float32))
        if step % 7 == 0:
            store.compact()
    batches = list(store.reader.batches("samples"))
    assert max(batch.num_rows for batch in batches) <= 200_000
    order = np.concatenate([b["row"].to_numpy() * 20 + b["step"].to_numpy() for b in batches])
    np.testing.assert_array_equal(order, np.arange(400_000))


def test_the_lock_dies_with_its_holder_though_children_live(tmp_path: Path) -> None:
    script = f"""
import os, time
from weightslab.store.history_store import HistoryStore
store = HistoryStore({str(tmp_path)!r})
if os.fork() == 0:
    print(os.getpid(), flush=True)
time.sleep(60)
"""
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    child = int(holder.stdout.readline())
    holder.stdout.close()
    holder.kill()
    holder.wait()
    try:
        HistoryStore(tmp_path).close()
    finally:
        os.kill(child, signal.SIGKILL)


def test_what_was_sealed_is_synced_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compaction takes a segment over; until it is done the segment is what has to stay."""
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    writer = SegmentWriter(LocalStorage(tmp_path), 1)
    writer.append(memoryview(b"one"), 3, durable=False)
    assert writer.seal() == [1]
    writer.append(memoryview(b""), 0, durable=True)
    assert len(synced) > 0
    writer.append(memoryview(b"two"), 3, durable=True)
    inodes = {path.stat().st_ino for path in (tmp_path / FOLDER).iterdir()}
    assert len(inodes) == 2
    assert inodes <= set(synced)
    writer.close()


def test_a_compaction_that_fails_half_way_doubles_nothing(
    store: HistoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for step in range(compaction.FAN_IN):
        store.add_samples("h", "x", step, [0], [0.5])
        if step == compaction.FAN_IN - 1:
            with monkeypatch.context() as patch:
                patch.setattr(compaction, "_combined", refuse)
                with pytest.raises(StoreError, match="No space"):
                    store.compact()
            store.add_samples("h", "x", step + 1, [0], [0.5])
        store.compact()
    assert store.reader.sample_rows()["step"].to_pylist() == list(range(compaction.FAN_IN + 1))


def test_rows_whose_sync_failed_are_written_once(
    store: HistoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    store.add_samples("h", "x", 1, [0], [0.5])
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(StoreError, match="Input/output error"):
            store.flush(durable=True)
    store.add_samples("h", "x", 2, [0], [0.5])
    store.flush(durable=True)
    assert store.reader.sample_rows()["step"].to_pylist() == [1, 2]


def test_only_what_is_not_compacted_counts_for_the_next_compaction(tmp_path: Path) -> None:
    writer = SegmentWriter(LocalStorage(tmp_path), 1)
    writer.append(memoryview(b"x" * 9), 1000, durable=False)
    writer.seal()
    writer.append(memoryview(b"y"), 10, durable=False)
    assert writer.bytes == 1010
    writer.forget_before(2)
    assert writer.bytes == 10
    writer.close()
    again = SegmentWriter(LocalStorage(tmp_path), 2)
    assert again.seal() == [2]
    again.close()


def test_heavy_packages_wait_until_they_are_needed(tmp_path: Path) -> None:
    script = f"""
import sys
def loaded():
    return sorted({{"torch", "pandas", "pyarrow", "duckdb", "fsspec"}} & sys.modules.keys())
from weightslab.store.history_store import HistoryStore
store = HistoryStore({str(tmp_path)!r})
store.add_samples("h", "x", 1, [0], [0.5])
print(loaded())
store.flush()
store.reader.sample_rows()
store.close()
print(loaded())
"""
    said = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert said.splitlines() == ["[]", "['pyarrow']"]

"""A writer is killed again and again: what it was told is kept is there, once and unharmed."""

import contextlib
import multiprocessing
import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from weightslab.store.history_reader import HistoryReader
from weightslab.store.history_store import HistoryStore
from weightslab.store.journal import Journal, read_journal

ROWS = 300


def write_until_killed(root: str, first: int, acknowledged: Connection) -> None:
    """Tell the number of each step after it is on the disk; segments are compacted all the time."""
    store = HistoryStore(root, flush_bytes=50_000, segment_bytes=20_000)
    journal = Journal(root)
    rows = np.arange(ROWS, dtype=np.int32)
    step = first
    while True:
        store.add_samples("h", "loss", step, rows, rows + 1000.0 * step)
        store.add_samples("h", "small", step, rows[:1], np.float32([step]))
        store.flush(durable=True)
        journal.append("step", number=step)
        acknowledged.send(step)
        step += 1


def kill_after(seconds: float, root: Path, first: int) -> list[int]:
    """Start a writer, kill it so many seconds after it began; the steps it acknowledged."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "pyarrow.parquet"])
    ours, theirs = context.Pipe(duplex=False)
    writer = context.Process(target=write_until_killed, args=(str(root), first, theirs))
    writer.start()
    theirs.close()
    if seconds > 0.01:
        ours.poll(30)
    time.sleep(seconds)
    writer.kill()
    writer.join()
    steps = []
    with contextlib.suppress(EOFError), ours:
        while ours.poll():
            steps.append(ours.recv())
    return steps


@pytest.mark.parametrize("kills", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_lost(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    reader = HistoryReader(tmp_path)
    first = told = 0
    for _ in range(kills):
        acknowledged = kill_after(chance.uniform(0, 0.12), tmp_path, first)
        table = reader.sample_rows(["loss"])
        steps, rows = table["step"].to_numpy(), table["row"].to_numpy()
        assert (table["value"].to_numpy() == rows + 1000.0 * steps).all()
        counts = np.bincount(steps)
        assert (counts == ROWS).all()
        # One step may be there that nobody was told of.
        assert len(counts) - first - len(acknowledged) in (0, 1)
        numbers = {entry.fields["number"] for entry in read_journal(tmp_path)}
        assert numbers.issuperset(acknowledged)
        told += len(acknowledged)
        first = len(counts)
    assert told > kills
    with_leftovers = HistoryStore(tmp_path)
    with_leftovers.close()
    # What one flush wrote is there as a whole.
    assert reader.sample_rows(["small"])["step"].to_pylist() == list(range(first))
    live = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert not [path for path in live if path.name.startswith(".tmp-")]
    assert len([path for path in live if path.suffix == ".parquet"]) <= 40

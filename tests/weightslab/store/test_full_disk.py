"""RLIMIT_FSIZE stands for the full disk: the system refuses to let a file grow."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SETUP = """
import json, logging, os, resource, signal, sys
from pathlib import Path
import numpy as np
from weightslab.errors import StoreError
from weightslab.store.history_reader import HistoryReader
from weightslab.store.history_store import HistoryStore

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
root = Path(sys.argv[1])

def fill(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def free():
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

def add(store, step, rows=1000):
    store.add_samples("h", "x", step, np.arange(rows), np.full(rows, step, np.float32))

def steps(reader):
    return sorted(set(reader.sample_rows()["step"].to_pylist()))
"""


def run(script: str, root: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", SETUP + script, str(root)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


def test_rows_wait_in_memory_until_the_disk_has_room(tmp_path: Path) -> None:
    said, log = run(
        """
store = HistoryStore(root)
add(store, 1); store.flush()
fill(1)
add(store, 2)
kept_up = [store.keep_up() for _ in range(3)]
try:
    store.flush(durable=True)
    error = None
except StoreError as caught:
    error = [str(root) in str(caught), caught.errno]
before = steps(HistoryReader(root))
add(store, 3)
free()
store.flush(durable=True)
print(json.dumps([kept_up, error, before, steps(HistoryReader(root)), store.lost_rows]))
store.close()
""",
        tmp_path,
    )
    kept_up, error, before, after, lost = said
    assert kept_up == [False, False, False]
    assert error == [True, 27]
    assert before == [1]
    assert (after, lost) == ([1, 2, 3], 0)
    assert log.count("Rows wait in memory") == 1


def test_what_memory_cannot_hold_is_dropped_and_counted(tmp_path: Path) -> None:
    said, log = run(
        """
store = HistoryStore(root, flush_bytes=10_000, most_bytes=50_000)
add(store, 0); store.flush()
fill(1)
for step in range(1, 11):
    add(store, step)
free()
store.flush()
add(store, 11)
print(json.dumps([steps(store.reader), store.lost_rows]))
store.close()
""",
        tmp_path,
    )
    assert said == [[0, 1, 2, 3, 4, 5, 11], 5000]
    assert log.count("new ones are dropped") == 1
    assert "5000 rows were lost" in log


def test_a_compaction_without_room_leaves_everything_as_it_was(tmp_path: Path) -> None:
    said, log = run(
        """
store = HistoryStore(root)
rng = np.random.default_rng(0)
store.add_samples("h", "noise", 1, np.arange(50_000), rng.random(50_000, np.float32))
store.flush()
fill(100_000)
try:
    store.compact()
    refused = False
except StoreError:
    refused = True
read = store.reader.sample_rows().num_rows
store.add_samples("h", "noise", 2, [1], [0.5])
store.close()
free()
again = HistoryStore(root)
again.compact()
print(json.dumps([refused, read, again.reader.sample_rows().num_rows,
                  len(list(root.rglob("*.parquet"))), len(list(root.rglob(".tmp-*")))]))
again.close()
""",
        tmp_path,
    )
    assert said == [True, 50_000, 50_001, 2, 0]
    assert "Compaction is tried again later" in log


def test_a_folder_that_may_only_be_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    for folder in (tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    said, _ = run(
        """
import pyarrow.parquet  # while the interpreter's folder can be read
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    HistoryStore(root)
    said = "opened"
except StoreError as error:
    said = str(error)
print(json.dumps([said, HistoryReader(root).sample_rows().num_rows]))
""",
        tmp_path,
    )
    assert "cannot be written: Permission denied" in said[0]
    assert said[1] == 0
    tmp_path.chmod(0o755)

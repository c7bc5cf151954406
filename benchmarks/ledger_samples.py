"""What the ledger's bookkeeping of many samples takes: memory, and CPU time of its operations.

    python -m benchmarks.ledger_samples [--samples 10000000] [--ids integers|texts]

Per sample: its id, split, discard, two tags, a categorical tag, when it was seen, and the newest
values of three signals. Memory is what the process grew by at its highest point, the dataset's own
list of ids not counted.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

GOAL_GB = 2.0
BATCH = 128


def main() -> None:
    """Run both kinds of ids, each in a process of its own, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=10_000_000)
    parser.add_argument("--ids", choices=("integers", "texts"))
    arguments = parser.parse_args()
    if arguments.ids:
        measure(arguments.samples, arguments.ids)
        return
    for ids in ("integers", "texts"):
        command = [sys.executable, "-m", "benchmarks.ledger_samples", "--ids", ids]
        subprocess.run([*command, "--samples", str(arguments.samples)], check=True)


def measure(count: int, kind: str) -> None:
    """Register, record, tag, discard, look up and build the table; print one line each."""
    from weightslab.experiment import Experiment, use

    root = tempfile.mkdtemp(prefix="ledger-samples-")
    own: Any = [f"image_{i:08d}.jpg" for i in range(count)] if kind == "texts" else None
    start_gb = highest_gb()
    experiment = Experiment(root)
    use(experiment)
    samples = experiment.samples
    every = np.arange(count, dtype=np.int32)
    some = every[:: max(1, count // 1_000_000)]
    values = np.random.default_rng(0).random(count, np.float32)

    def register() -> None:
        if own is None:
            samples.add_range("train", "train", count)
        else:
            samples.add_ids("train", "train", own)

    def record() -> None:
        for name in ("signals_a", "signals_b", "signals_c"):
            samples.set_latest(name, every, values, 1)

    def edit() -> None:
        samples.edit("samples.tag", some, tag="hard", present=True)
        samples.edit("samples.tag", some, tag="easy", present=True)
        samples.edit("samples.category", some, tag="weather", value="rainy")
        samples.discard(some)

    steps: dict[str, Callable[[], object]] = {
        "register": register,
        "register again": register,
        "record 3 signals": record,
        "2 tags, a value, discards of a million": edit,
        "table": samples.frame,
        "hash of the data": samples.data_state_hash,
    }
    for name, step in steps.items():
        begin = time.process_time()
        step()
        seconds = time.process_time() - begin
        print(f"{kind:9} {name:40} {seconds:8.2f} CPU s, {highest_gb() - start_gb:5.2f} GB in all")
    print(f"{kind:9} {'held':40} {samples.nbytes / 1e9:8.2f} GB, goal {GOAL_GB} GB")
    ids = own[:BATCH] if own is not None else list(range(BATCH))
    calls: dict[str, Callable[[], object]] = {
        "rows of 128 ids": lambda: samples.rows_of(ids),
        "ids of 128 rows": lambda: samples.ids_of(every[:BATCH]),
    }
    for name, call in calls.items():
        begin = time.process_time()
        for _ in range(1000):
            call()
        print(f"{kind:9} {name:40} {(time.process_time() - begin) * 1e3:8.1f} us")
    experiment.close()
    shutil.rmtree(root)


def highest_gb() -> float:
    """The most memory that the process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()

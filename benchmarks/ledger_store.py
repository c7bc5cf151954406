"""What the ledger's store does: values taken, found again, exported; beside the goals and the peer.

`python benchmarks/ledger_store.py [--quick]`: a signal of 60,000 samples, one value each per epoch,
in steps of 128: 100 epochs are 6 million rows, 1,667 are 100 million (`--quick`: 10 million). Every
line is measured in a process of its own; CPU seconds, unless the clock is named. Memory is what the
process had at most, less what it had before.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray

import weightslab as wl
from weightslab.experiment import Experiment, use
from weightslab.store.history_reader import HistoryReader
from weightslab.store.history_store import HistoryStore

SAMPLES, BATCH, EPOCHS = 60_000, 128, 100
STEPS = -(-SAMPLES // BATCH)
MANY_EPOCHS, QUICK_EPOCHS = 1_667, 167
SIGNAL, HASH = "train/loss", "benchmark"
MB = 1e6
Figures = dict[str, float]
Epoch = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]
# What is measured: its goal (None: none was set), whether more is better, the peer's figure.
GOALS: dict[str, tuple[float | None, bool, float | None]] = {
    "ingest, batches of 60,000, million rows per CPU s": (20, True, 0.05),
    "ingest, batches of 128, million rows per CPU s": (2, True, 0.05),
    "compaction, million rows per CPU s": (None, True, None),
    "disk after compaction, bytes per row": (8, False, 134e6 / 6e6),
    "6 million rows to columns, s": (0.5, False, 7.6),
    "6 million rows to columns, MB": (200, False, 3_200),
    "6 million rows to tuples, s": (3, False, 7.6),
    "write_history Parquet, 6 million rows, s": (3, False, 19),
    "write_history Parquet, 6 million rows, MB": (None, False, 7_000),
    "write_history CSV, 6 million rows, s": (None, False, None),
    "write_history JSON, 6 million rows, s": (None, False, None),
    "one sample of 6 million rows, ms by the clock": (None, False, 168),
    "one sample of the many rows, ms by the clock": (50, False, None),
}


def epochs(count: int) -> Iterator[Epoch]:
    """Rows in a random order, steps and losses of each epoch."""
    rng = np.random.default_rng(0)
    steps = np.arange(SAMPLES, dtype=np.int32) // BATCH
    for epoch in range(count):
        rows = rng.permutation(SAMPLES).astype(np.int32)
        losses = rng.gamma(1.0, 0.5, SAMPLES).astype(np.float32)
        yield rows, steps + np.int32(epoch * STEPS), losses


def ingest(root: Path) -> Figures:
    """Whole epochs, into a fresh store, until other processes can read them; then compaction."""
    experiment = Experiment(root)
    experiment.samples.add_range("train", "train", SAMPLES)
    store = experiment.history
    taken = 0.0
    for rows, steps, losses in epochs(EPOCHS):
        started = time.process_time()
        store.add_samples(HASH, SIGNAL, steps, rows, losses)
        taken += time.process_time() - started
    started = time.process_time()
    store.flush()
    taken += time.process_time() - started
    started = time.process_time()
    store.compact()
    compacted = time.process_time() - started
    experiment.close()
    size = sum(file.stat().st_size for file in (root / "history").rglob("*") if file.is_file())
    rows_M = SAMPLES * EPOCHS / 1e6
    return {
        "ingest, batches of 60,000, million rows per CPU s": rows_M / taken,
        "compaction, million rows per CPU s": rows_M / compacted,
        "disk after compaction, bytes per row": size / (SAMPLES * EPOCHS),
    }


def ingest_batches(root: Path) -> Figures:
    """The same in batches of 128."""
    with HistoryStoreOpen(root / "batches") as store:
        taken = 0.0
        for rows, steps, losses in epochs(20):
            started = time.process_time()
            for begin in range(0, SAMPLES, BATCH):
                end = begin + BATCH
                step = steps[begin]
                store.add_samples(HASH, SIGNAL, step, rows[begin:end], losses[begin:end])
            store.flush()
            taken += time.process_time() - started
    return {"ingest, batches of 128, million rows per CPU s": SAMPLES * 20 / 1e6 / taken}


def to_columns(root: Path) -> Figures:
    """All rows of the signal as Arrow columns."""
    seconds, megabytes = _measured(lambda: HistoryReader(root).sample_rows([SIGNAL]))
    return {
        "6 million rows to columns, s": seconds,
        "6 million rows to columns, MB": megabytes,
    }


def to_tuples(root: Path) -> Figures:
    """The documented list of tuples."""
    with _experiment(root):
        seconds, _ = _measured(lambda: wl.query_signal_history(SIGNAL))
    return {"6 million rows to tuples, s": seconds}


def export(root: Path, form: str) -> Figures:
    """`wl.write_history` of all rows."""
    with _experiment(root), tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/history.{form}"
        seconds, megabytes = _measured(
            lambda: wl.write_history(path, form, "sample", experiment_hash="all")
        )
    named = {"parquet": "Parquet", "csv": "CSV", "json": "JSON"}[form]
    figures = {f"write_history {named}, 6 million rows, s": seconds}
    if form == "parquet":
        figures[f"write_history {named}, 6 million rows, MB"] = megabytes
    return figures


def one_sample(root: Path, of: str) -> Figures:
    """One sample's values among all, the page cache warm; the median of 21 samples."""
    reader = HistoryReader(root)
    reader.sample_rows([SIGNAL], rows=[0])
    spent = []
    for row in np.random.default_rng(1).integers(0, SAMPLES, 21):
        started = time.perf_counter()
        reader.sample_rows([SIGNAL], rows=[row])
        spent.append(1e3 * (time.perf_counter() - started))
    return {f"one sample of {of} rows, ms by the clock": median(spent)}


def fill(root: Path, count: int) -> Figures:
    """Many epochs, compacted behind the writer's back as they come."""
    with HistoryStoreOpen(root) as store:
        for rows, steps, losses in epochs(count):
            store.add_samples(HASH, SIGNAL, steps, rows, losses)
    return {}


class HistoryStoreOpen:
    """A store that is closed when the block ends."""

    def __init__(self, root: Path) -> None:
        self._store = HistoryStore(root)

    def __enter__(self) -> HistoryStore:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


def _experiment(root: Path) -> Any:
    from contextlib import closing

    experiment = Experiment(root)
    use(experiment)
    return closing(experiment)


def _measured(do: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds, and the megabytes that the peak grew by."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    before = pages * resource.getpagesize()
    started = time.process_time()
    kept = do()
    spent = time.process_time() - started
    del kept
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return spent, (peak - before) / MB


def measure(folder: Path, many: int) -> Figures:
    """All figures."""
    figures: Figures = {}
    context = multiprocessing.get_context("spawn")

    def alone(stage: Callable[..., Figures], *arguments: Any) -> None:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            figures.update(pool.submit(stage, *arguments).result())

    alone(ingest, folder / "six")
    alone(ingest_batches, folder)
    alone(to_columns, folder / "six")
    alone(to_tuples, folder / "six")
    for form in ("parquet", "csv", "json"):
        alone(export, folder / "six", form)
    alone(one_sample, folder / "six", "6 million")
    alone(fill, folder / "many", many)
    alone(one_sample, folder / "many", "the many")
    return figures


def main() -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 million rows instead of 100")
    parser.add_argument("--folder", help="where the files go meanwhile; default: a temporary one")
    options = parser.parse_args()
    pyarrow.set_cpu_count(1)
    many = QUICK_EPOCHS if options.quick else MANY_EPOCHS
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        figures = measure(Path(folder), many)
    print(f"the many rows: {many * SAMPLES:,}\n")
    print("| matter | measured | goal | weightslab 2.0.3 |")
    print("| --- | ---: | ---: | ---: |")
    missed = 0
    for matter, (goal, more_is_better, peer) in GOALS.items():
        found = figures[matter]
        is_missed = goal is not None and (found < goal if more_is_better else found > goal)
        missed += is_missed
        said = "" if goal is None else f"{'>=' if more_is_better else '<='} {goal:g}"
        shown = f"{said}{' MISSED' if is_missed else ''}"
        print(f"| {matter} | {found:.3g} | {shown} | {'' if peer is None else f'{peer:.3g}'} |")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

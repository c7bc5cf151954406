"""Takes values while the training runs, in a few microseconds each, and hands them on in blocks.

Legend: B samples of a batch, N values of a block.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.signals.runner import SignalRunner
from weightslab.signals.trajectories import Trajectories, from_rows

if TYPE_CHECKING:
    from torch import Tensor

    from weightslab.experiment import Experiment

Int32 = NDArray[np.int32]
Floats = NDArray[np.float32] | NDArray[np.float64]
BLOCK = 65_536
MOST_ON_GPU = 256


class _Block:
    """Values of one signal that wait to be handed on: rows, values, and where each step begins."""

    def __init__(self, size: int, dtype: np.dtype[Any], column: str, log: bool) -> None:
        self.rows = np.empty(size, np.int32)
        self.values = np.empty(size, dtype)
        self.begins: list[int] = []
        self.steps: list[int] = []
        self.used = 0
        self.column, self.log = column, log

    def add(self, rows_B: Int32, values_B: Floats, step: int) -> None:
        begin, end = self.used, self.used + len(rows_B)
        self.rows[begin:end] = rows_B
        self.values[begin:end] = values_B
        self.begins.append(begin)
        self.steps.append(step)
        self.used = end


@dataclass
class Means:
    """What an evaluation pass collects: of every signal the sum of its values and how many; in
    `wholes` what a metric made of all of them itself."""

    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    wholes: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, values: Any) -> None:
        """Add one value or an array of them."""
        self.sums[name] = self.sums.get(name, 0.0) + float(np.sum(values, dtype=np.float64))
        self.counts[name] = self.counts.get(name, 0) + int(np.size(values))

    def means(self) -> dict[str, float]:
        """The mean of each signal."""
        means = {name: self.sums[name] / n for name, n in self.counts.items() if n}
        return {**means, **self.wholes}


class Recorder:
    """The way of every value into the ledger.

    Attributes:
        nan_counts: values that were NaN, by signal.
        last: the newest value (of a batch: its mean) of each signal, for people to look at.
        names: of every signal that was recorded.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._runner = SignalRunner(experiment)
        self._blocks: dict[str, _Block] = {}
        self._curves: dict[str, tuple[list[int], list[float]]] = {}
        self._lock = threading.RLock()
        self._trajectories: dict[str, Trajectories] = {}
        self._curve_memory: dict[str, Trajectories] = {}
        self._on_gpu: list[tuple[str, Int32, Tensor, int, str, bool]] = []
        self._means: Means | None = None
        self._suffix = ""
        self._due = time.monotonic() + experiment.settings.flush_seconds
        self.nan_counts: dict[str, int] = {}
        self.last: dict[str, float] = {}
        self.names: set[str] = set()

    def record_samples(
        self,
        name: str,
        rows_B: Int32,
        values_B: Floats,
        step: int,
        column: str,
        *,
        log: bool = True,
    ) -> None:
        """A value per sample of a batch; the curve of the signal gets their mean unless not `log`.

        Args:
            rows_B: of the samples; the array is copied.
            values_B: float32 or float64, on the CPU; copied.
            column: of the frame of samples.
        """
        with self._lock:
            block = self._blocks.get(name)
            if (
                block is None
                or block.used + len(rows_B) > len(block.rows)
                or (block.values.dtype != values_B.dtype)
            ):
                block = self._new_block(name, len(rows_B), values_B.dtype, column, log)
            block.add(rows_B, values_B, step)
            if name in self._trajectories:
                self._trajectories[name].append(rows_B, values_B, step, self.experiment_hash)
            if self._means is not None:
                self._means.add(name, values_B)
            if name in self._experiment.signals.subscribers:
                self._runner.run_for_samples(name, rows_B, values_B, step)
            self._hand_on_if_due()

    def record_later(
        self, name: str, rows_B: Int32, values_B: Tensor, step: int, column: str, *, log: bool
    ) -> None:
        """Values on a GPU: they are fetched when blocks are handed on, so that nothing waits now.

        Signals that subscribe to them, and histories kept in memory, need them at once.
        """
        with self._lock:
            self.names.add(name)
            self._on_gpu.append((name, rows_B.copy(), values_B.clone(), step, column, log))
            waits = name in self._experiment.signals.subscribers or name in self._trajectories
            if waits or self._means is not None or len(self._on_gpu) >= MOST_ON_GPU:
                self._fetch()
            self._hand_on_if_due()

    def _fetch(self) -> None:
        waiting, self._on_gpu = self._on_gpu, []
        for name, rows, values, step, column, log in waiting:
            self.record_samples(name, rows, values.float().cpu().numpy(), step, column, log=log)

    def record_instances(
        self,
        name: str,
        rows_N: Int32,
        annotations_N: Int32,
        values_N: Floats,
        step: int,
        column: str,
        *,
        log: bool = True,
    ) -> None:
        """A value per instance; annotations count from 1 within a sample."""
        with self._lock:
            self.names.add(name)
            self._count_nan(name, values_N)
            self._experiment.history.add_instances(
                self.experiment_hash, name, step, rows_N, annotations_N, values_N
            )
            self._experiment.samples.set_latest_instances(
                column, rows_N, annotations_N, values_N, step
            )
            if self._means is not None:
                self._means.add(name, values_N)
            if log and len(values_N):
                self._add_to_curve(name, step, float(np.mean(values_N, dtype=np.float64)))
            self._hand_on_if_due()

    def record_global(self, name: str, value: float, step: int, *, whole: bool = False) -> None:
        """A value of the whole step, of no sample; `whole`: of all of an evaluation."""
        with self._lock:
            self._count_nan(name, value)
            if self._means is not None and whole:
                self._means.wholes[name] = value
            elif self._means is not None:
                self._means.add(name, value)
            self._add_to_curve(name, step, value)
            if name in self._curve_memory:
                row = np.zeros(1, np.int32)
                self._curve_memory[name].append(row, np.array([value]), step, self.experiment_hash)
            if name in self._experiment.signals.subscribers:
                self._runner.run_for_step(name, value, step)
            self._hand_on_if_due()

    def trajectories(self, name: str) -> Trajectories:
        """The former values of a signal by sample, kept in memory from the first call on."""
        with self._lock:
            if name not in self._trajectories:
                self.drain()
                table = self._experiment.history.reader.sample_rows(signals=[name])
                self._trajectories[name] = from_rows(
                    table["row"].to_numpy(),
                    table["value"].to_numpy(),
                    table["step"].to_numpy(),
                    table["experiment"].to_pylist(),
                )
            return self._trajectories[name]

    def curve_memory(self, name: str) -> Trajectories:
        """The curve of a signal, as that of row 0, kept in memory from the first call on."""
        with self._lock:
            if name not in self._curve_memory:
                self.drain()
                table = self._experiment.history.reader.global_rows(signals=[name])
                self._curve_memory[name] = from_rows(
                    np.zeros(len(table), np.int32),
                    table["value"].to_numpy(),
                    table["step"].to_numpy(),
                    table["experiment"].to_pylist(),
                )
            return self._curve_memory[name]

    @contextmanager
    def evaluating(self, suffix: str) -> Iterator[Means]:
        """Collect means, and keep what is recorded meanwhile under the hash with this suffix."""
        with self._lock:
            self.drain()
            self._means, self._suffix = Means(), suffix
        try:
            yield self._means
        finally:
            with self._lock:
                self.drain(curves=False)
                self._curves.clear()  # its markers are the means, not a point per batch
                self._means, self._suffix = None, ""

    @property
    def experiment_hash(self) -> str:
        """What is recorded now belongs to this."""
        return self._experiment.checkpoints.hash + self._suffix

    def drain(self, *, curves: bool = True) -> None:
        """Hand everything taken so far to the samples' frame and to history."""
        with self._lock:
            self._fetch()
            for name in list(self._blocks):
                self._hand_on(name, self._blocks.pop(name))
            if curves:
                for name, (steps, values) in self._curves.items():
                    self._experiment.history.add_global(self.experiment_hash, name, steps, values)
                self._curves.clear()
            self._due = time.monotonic() + self._experiment.settings.flush_seconds

    def _hand_on_if_due(self) -> None:
        if time.monotonic() >= self._due:
            self.drain()
            self._experiment.history.keep_up()

    def _new_block(
        self, name: str, least: int, dtype: np.dtype[Any], column: str, log: bool
    ) -> _Block:
        if name in self._blocks:
            self._hand_on(name, self._blocks.pop(name))
        self.names.add(name)
        block = self._blocks[name] = _Block(max(BLOCK, least), dtype, column, log)
        return block

    def _hand_on(self, name: str, block: _Block) -> None:
        used = block.used
        if used == 0:
            return
        rows, values = block.rows[:used], block.values[:used]
        begins = np.array(block.begins)
        lengths = np.diff(begins, append=used)
        self._count_nan(name, values)
        self._experiment.history.add_samples(
            self.experiment_hash,
            name,
            np.repeat(np.array(block.steps, np.int32), lengths),
            rows,
            values,
        )
        self._experiment.samples.set_latest(block.column, rows, values, block.steps[-1])
        filled = begins[lengths > 0]
        with np.errstate(invalid="ignore"):  # infinities of both signs in one batch
            means = np.add.reduceat(values, filled, dtype=np.float64) / lengths[lengths > 0]
        steps = [step for step, length in zip(block.steps, lengths, strict=True) if length]
        self.last[name] = float(means[-1])
        if block.log and self._means is None:
            known = self._curves.setdefault(name, ([], []))
            known[0].extend(steps)
            known[1].extend(means.tolist())

    def _add_to_curve(self, name: str, step: int, value: float) -> None:
        self.names.add(name)
        self.last[name] = value
        steps, values = self._curves.setdefault(name, ([], []))
        steps.append(step)
        values.append(value)

    def _count_nan(self, name: str, values: Any) -> None:
        count = int(np.isnan(values).sum())
        if count:
            self.nan_counts[name] = self.nan_counts.get(name, 0) + count

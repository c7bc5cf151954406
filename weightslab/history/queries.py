"""History as the lists of tuples that scripts ask for, and as columns where they are many."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from weightslab.experiment import Experiment
from weightslab.signals.names import plain
from weightslab.signals.runner import inside_signal

if TYPE_CHECKING:
    import pyarrow

Entry = tuple[str, int, float, str]


def signal_history(experiment: Experiment, name: str, exp_hash: str | None) -> list[Entry]:
    """(sample_id, step, value, hash) of all values per sample of a signal."""
    table = sample_table(experiment, name, exp_hash)
    with _no_collection():
        ids = _ids_by_row(experiment, table["row"].to_numpy())
        return list(
            zip(
                ids,
                table["step"].to_pylist(),
                table["value"].to_pylist(),
                _texts(table["experiment"]),
                strict=True,
            )
        )


def sample_table(
    experiment: Experiment, name: str, exp_hash: str | None, rows: Any = None
) -> pyarrow.Table:
    """Columns signal, experiment, row, step, value of a signal, ordered by row and step."""
    experiment.flush()
    return experiment.history.reader.sample_rows(
        signals=[plain(name)], experiments=None if exp_hash is None else [exp_hash], rows=rows
    )


def sample_history(
    experiment: Experiment, row: int, name: str | None, exp_hash: str | None
) -> list[Entry]:
    """(signal, step, value, hash) of one sample, by signal and step.

    Asked from inside a user's signal for one name, it comes from memory: such a question is
    asked for every sample of a batch.
    """
    if name is not None and inside_signal():
        steps, values, hashes = experiment.recorder.trajectories(plain(name)).of(row)
        entries = zip(repeat(plain(name)), steps, values, hashes)
        return [entry for entry in entries if exp_hash in (None, entry[3])]
    experiment.flush()
    table = experiment.history.reader.sample_rows(
        signals=None if name is None else [plain(name)],
        experiments=None if exp_hash is None else [exp_hash],
        rows=[row],
    )
    return _entries(table)


def instance_history(
    experiment: Experiment, row: int, annotation: int, name: str | None, exp_hash: str | None
) -> list[Entry]:
    """(signal, step, value, hash) of one instance of a sample, by signal and step."""
    experiment.flush()
    table = experiment.history.reader.instance_rows(
        signals=None if name is None else [plain(name)],
        experiments=None if exp_hash is None else [exp_hash],
        rows=[row],
        annotations=[annotation],
    )
    return _entries(table)


def _entries(table: pyarrow.Table) -> list[Entry]:
    return list(
        zip(
            _texts(table["signal"]),
            table["step"].to_pylist(),
            table["value"].to_pylist(),
            _texts(table["experiment"]),
            strict=True,
        )
    )


def _texts(column: pyarrow.ChunkedArray) -> list[str]:
    """The texts of a column with few different ones, each made once."""
    encoded = column.combine_chunks()
    if not hasattr(encoded, "dictionary"):
        encoded = encoded.dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist(), dtype=object)
    texts: list[str] = words[encoded.indices.to_numpy()].tolist() if len(encoded) else []
    return texts


def _ids_by_row(experiment: Experiment, rows: Any) -> list[str]:
    """Ids of rows that repeat, each made once."""
    if len(rows) == 0:
        return []
    unique, inverse = np.unique(rows, return_inverse=True)
    ids: list[str] = np.array(experiment.samples.ids_of(unique), dtype=object)[inverse].tolist()
    return ids


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of tuples are made: the collector would look through them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

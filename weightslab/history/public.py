"""The documented questions about history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from weightslab.errors import ArgumentError, UnknownSampleError
from weightslab.experiment import current
from weightslab.history import queries

if TYPE_CHECKING:
    from weightslab.samples.identity import SampleId


def get_current_experiment_hash() -> str | None:
    """The 24 hexadecimal digits of the experiment as it is now; None while there is none.

    They change with the hyperparameters, the model's architecture, and tags and discards.
    """
    experiment = current()
    known = (experiment.models, experiment.optimizers, experiment.loaders, experiment.measures)
    if experiment.hyperparameters is None and not any(known) and not experiment.uses("recorder"):
        return None
    return experiment.checkpoints.hash


def query_signal_history(
    signal_name: str, exp_hash: str | None = None
) -> list[tuple[str, int, float, str]]:
    """Every value per sample of a signal: (sample_id, step, value, experiment_hash).

    Ordered by sample and step; empty for a signal that has none. Millions of values take seconds
    as tuples: `signal_columns` gives them as arrays.
    """
    return queries.signal_history(current(), signal_name, exp_hash)


def signal_columns(signal_name: str, exp_hash: str | None = None) -> dict[str, np.ndarray]:
    """The same as columns: `row` and `step` int32, `value` float32 or float64.

    `row` numbers the samples; `wl.dataframe()` has one line per row in this order.
    """
    table = queries.sample_table(current(), signal_name, exp_hash)
    return {name: table[name].to_numpy() for name in ("row", "step", "value")}


def query_sample_history(
    sample_id: SampleId, signal_name: str | None = None, exp_hash: str | None = None
) -> list[tuple[str, int, float, str]]:
    """Every value of a sample: (signal_name, step, value, experiment_hash), by signal and step.

    Empty for a sample that is unknown or has none.
    """
    row = _row(sample_id)
    return [] if row is None else queries.sample_history(current(), row, signal_name, exp_hash)


def query_instance_history(
    sample_id: SampleId,
    annotation_id: int,
    signal_name: str | None = None,
    exp_hash: str | None = None,
) -> list[tuple[str, int, float, str]]:
    """Every value of an instance of a sample: (signal_name, step, value, experiment_hash).

    Raises:
        ArgumentError: annotation_id is no integer from 1.
    """
    if isinstance(annotation_id, bool) or not isinstance(annotation_id, int | np.integer):
        raise ArgumentError(f"annotation_id is a whole number, not {annotation_id!r}.")
    if annotation_id < 1:
        raise ArgumentError("annotation_id counts from 1; 0 is the sample itself.")
    row = _row(sample_id)
    if row is None:
        return []
    return queries.instance_history(current(), row, int(annotation_id), signal_name, exp_hash)


def _row(sample_id: SampleId) -> int | None:
    try:
        return int(current().samples.rows_of([sample_id])[0])
    except UnknownSampleError:
        return None

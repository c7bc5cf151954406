"""`save_signals` and `save_instance_signals`: values that the script computed itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from weightslab.errors import ArgumentError, MisalignedError
from weightslab.experiment import Experiment, current
from weightslab.signals.names import derived_column, plain, saved_column
from weightslab.signals.values import annotations_of, as_floats, per_sample, rows_of_batch


def save_signals(
    signals: Mapping[str, Any],
    batch_ids: Any,
    preds_raw: Any = None,
    targets: Any = None,
    preds: Any = None,
    step: int | None = None,
    log: bool = True,
) -> None:
    """Keep values per sample of a batch, and what was predicted, in the samples' rows.

    All arguments are checked before anything is kept. A sample that is twice in the batch gets
    both values in its history, and the latter in its row.

    Args:
        signals: name -> [B] numbers; more dimensions are averaged over all but the first; a
            single number belongs to the step, not to samples.
        batch_ids: [B] ids as a watched loader gave them, or integers or texts of your own; unknown
            ones become samples.
        preds_raw, targets, preds: one entry per sample each, of any shape.
        step: default: the model's age.
        log: keep the curve of the mean over the batch.

    Raises:
        MisalignedError: lengths differ.
        SampleIdError: no ids, or of mixed types.
        ArgumentError: not numbers, or no mapping of names.
    """
    experiment = current()
    experiment.check_open()
    if not isinstance(signals, Mapping):
        raise ArgumentError("signals: give {name: values}.")
    rows = rows_of_batch(experiment, batch_ids)
    step = _checked_step(experiment, step)
    arrays = {plain(name): (name, as_floats(values, name)) for name, values in signals.items()}
    for name, (_, array) in arrays.items():
        if array.ndim:
            per_sample(array, len(rows), name)
    objects = {"prediction_raw": preds_raw, "target": targets, "prediction": preds}
    given = {column: entries for column, entries in objects.items() if entries is not None}
    for column, entries in given.items():
        if len(entries) != len(rows):
            raise MisalignedError(f"{column}: {len(entries)} entries for {len(rows)} sample ids.")
    for name, (column, array) in arrays.items():
        if array.ndim == 0:
            experiment.recorder.record_global(name, float(array), step)
            continue
        values = per_sample(array, len(rows), name)
        experiment.recorder.record_samples(name, rows, values, step, saved_column(column), log=log)
    if experiment.settings.save_predictions:
        for column, entries in given.items():
            experiment.samples.set_objects(column, rows, entries)


def save_instance_signals(
    signals: Mapping[str, Any],
    batch_ids: Any,
    batch_idx: Any,
    step: int | None = None,
    origin: str | None = None,
    targets: Sequence[Any] | None = None,
    log: bool = True,
) -> None:
    """Keep values per instance (box, mask) of the samples of a batch.

    Instances of a sample are numbered from 1 in the order they appear.

    Args:
        signals: name -> [N] numbers, N the instances of the whole batch.
        batch_ids: [B] sample ids.
        batch_idx: [N] positions in the batch, of each instance its sample's.
        step: default: the model's age.
        origin: the split of samples that no watched dataset has.
        targets: [N] entries of any shape.
        log: keep the curve of the mean over the batch's instances.

    Raises:
        MisalignedError: lengths differ, or a position is outside the batch.
        SampleIdError: no ids, or of mixed types.
        ArgumentError: not numbers, or no mapping of names.
    """
    experiment = current()
    experiment.check_open()
    if not isinstance(signals, Mapping):
        raise ArgumentError("signals: give {name: values}.")
    rows = rows_of_batch(experiment, batch_ids)
    positions, annotations = annotations_of(batch_idx, len(rows))
    step = _checked_step(experiment, step)
    arrays = {name: as_floats(values, name).reshape(-1) for name, values in signals.items()}
    lengths = {name: len(array) for name, array in arrays.items()}
    if targets is not None:
        lengths["targets"] = len(targets)
    for name, length in lengths.items():
        if length != len(positions):
            raise MisalignedError(f"{name}: {length} values for {len(positions)} instances.")
    if origin is not None:
        experiment.samples.identity.set_origin(rows, origin)
    for name, array in arrays.items():
        experiment.recorder.record_instances(
            plain(name), rows[positions], annotations, array, step, derived_column(name), log=log
        )
    if targets is not None and experiment.settings.save_predictions:
        experiment.samples.set_objects("target", rows[positions], targets, annotations)


def _checked_step(experiment: Experiment, step: int | None) -> int:
    if step is None:
        return experiment.step
    if isinstance(step, bool) or not isinstance(step, int | np.integer) or not 0 <= step < 2**31:
        raise ArgumentError(f"step: a whole number from 0 is wanted, not {step!r}.")
    return int(step)

"""`compute_signals`: the static signals of a whole dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment, current
from weightslab.signals.context import SignalContext
from weightslab.signals.definition import SignalDefinition
from weightslab.signals.runner import call
from weightslab.signals.values import Int32
from weightslab.watched.data import watch

_CHUNK = 1024


def compute_signals(
    dataset_or_loader: Any, origin: str | None = None, signals: Sequence[str] | None = None
) -> dict[str, int]:
    """Compute static signals for every sample of a dataset and keep them in the samples' rows.

    Samples are read one by one from the dataset itself, discarded ones too, in its own order.

    Args:
        dataset_or_loader: a watched loader, a loader, or a dataset with a length; one that is
            not watched becomes known to the ledger.
        origin: the split of samples that are new to the ledger; default "train".
        signals: names; default: every static signal.

    Returns:
        per signal, how many samples got a value.

    Raises:
        UnknownNameError: no signal has such a name.
        ArgumentError: a signal of these is dynamic, or the dataset has no length.
    """
    experiment = current()
    chosen = _chosen(signals)
    dataset = getattr(dataset_or_loader, "dataset", dataset_or_loader)
    if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
        raise ArgumentError("compute_signals wants a dataset with a length and items by index.")
    rows = _rows(experiment, dataset_or_loader, dataset, origin or "train")
    counts = dict.fromkeys((definition.name for definition in chosen), 0)
    for begin in range(0, len(rows), _CHUNK):
        part = rows[begin : begin + _CHUNK]
        ids, origins = experiment.samples.ids_of(part), experiment.samples.origin_of(part)
        values = np.full((len(chosen), len(part)), np.nan)
        given = np.zeros((len(chosen), len(part)), bool)
        for place, row in enumerate(part.tolist()):
            context = SignalContext(
                experiment,
                row=row,
                sample_id=ids[place],
                origin=origins[place],
                step=experiment.step,
                item=dataset[begin + place],
            )
            for index, definition in enumerate(chosen):
                answer = call(definition, context, experiment)
                if answer is not None:
                    values[index, place], given[index, place] = answer, True
        for definition, row_values, has in zip(chosen, values, given, strict=True):
            if has.any():
                counts[definition.name] += int(has.sum())
                experiment.recorder.record_samples(
                    definition.name,
                    part[has],
                    row_values[has],
                    experiment.step,
                    definition.column,
                    log=False,
                )
    experiment.recorder.drain()
    return counts


def _rows(experiment: Experiment, given: Any, dataset: Any, origin: str) -> Int32:
    """[N] rows of the dataset's samples, in its order; it is watched unless it is already."""
    for loader in experiment.loaders.values():
        if loader.dataset is dataset:
            known: Int32 = loader.rows_by_index()
            return known
    watched: Any = watch(experiment, given, origin, flag="data", origin=origin)
    rows: Int32 = watched.rows_by_index()
    return rows


def _chosen(names: Sequence[str] | None) -> list[SignalDefinition]:
    registry = current().signals
    if names is None:
        return registry.static()
    chosen = [registry.get(name) for name in ([names] if isinstance(names, str) else names)]
    for definition in chosen:
        if definition.is_dynamic:
            raise ArgumentError(
                f"signal {definition.name!r} is dynamic: it runs when {definition.subscribe_to!r}"
                " is logged."
            )
    return chosen

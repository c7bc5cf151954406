"""What an evaluation does where the script registered no function of its own."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from weightslab.errors import ArgumentError
from weightslab.watched.measure import measure_of

if TYPE_CHECKING:
    from weightslab.evaluation.managed_loader import ManagedLoader
    from weightslab.experiment import Experiment

logger = logging.getLogger("weightslab")
INPUTS = ("image", "input", "x", "data")
TARGETS = ("label", "target", "y", "mask")
IDS = ("id", "sample_id", "idx", "index")


def unpack(batch: Any) -> tuple[Any, Any, Any]:
    """(inputs, targets, ids) of a batch; None for what it does not hold.

    A tuple or list holds them in this order; a dict under the first of INPUTS, TARGETS and IDS
    that it has.

    Raises:
        ArgumentError: a dict without inputs.
    """
    if isinstance(batch, dict):
        inputs, targets, ids = (
            next((batch[key] for key in keys if key in batch), None)
            for keys in (INPUTS, TARGETS, IDS)
        )
        if inputs is None:
            raise ArgumentError(f"a batch without any of {', '.join(INPUTS)}: use @wl.eval_fn.")
        return inputs, targets, ids
    if isinstance(batch, tuple | list):
        return (*batch[:3], *[None] * (3 - min(len(batch), 3)))
    return batch, None, None


def default_pass(
    experiment: Experiment, loader: ManagedLoader, model: Any, device: Any = None
) -> None:
    """Feed every batch to the model, and its predictions to every watched loss and metric.

    The model is in evaluation mode meanwhile. A loss or metric that cannot take the predictions is
    left out of the rest of the pass, with a warning; those per instance are left out, since a batch
    does not say whose an instance is. Of a metric with `reset` and `compute` a copy takes part, and
    what it computes at the end is its result: the training's own state stays what it is.
    """
    where = device if device is not None else _device_of(model)
    measures = {n: _Run(m) for n, m in experiment.measures.items() if not _is_per_instance(m)}
    model.eval()
    with torch.no_grad():
        for batch in loader:
            inputs, targets, ids = unpack(batch)
            predictions = model(_moved(inputs, where))
            targets = _moved(targets, where)
            for name, run in list(measures.items()):
                if not _succeeds(experiment, name, partial(run, predictions, targets, ids)):
                    del measures[name]
        for name, run in measures.items():
            _succeeds(experiment, name, run.finish)


class _Run:
    """A watched loss or metric in one pass."""

    def __init__(self, watched: Any) -> None:
        self._watched, self._own = watched, None
        whole = getattr(watched, "__wrapped__", watched)
        if all(callable(getattr(whole, name, None)) for name in ("compute", "reset")):
            self._own = copy.deepcopy(whole)  # which is not watched
            self._own.reset()

    def __call__(self, predictions: Any, targets: Any, ids: Any) -> None:
        if self._own is None:
            self._watched(predictions, targets, batch_ids=ids)
        else:
            measure_of(self._watched).call(self._own, (predictions, targets), {"batch_ids": ids})

    def finish(self) -> None:
        """Record what the metric makes of all batches."""
        if self._own is not None:
            measure_of(self._watched).compute(self._own.compute)


def _succeeds(experiment: Experiment, name: str, act: Callable[[], None]) -> bool:
    try:
        act()
    except Exception as error:
        if experiment.strict:
            raise
        logger.warning("evaluation leaves out %r: %s", name, error)
        return False
    return True


def _is_per_instance(measure: Any) -> bool:
    return measure_of(measure).per_instance


def _device_of(model: Any) -> Any:
    parameter = next(model.parameters(), None) if hasattr(model, "parameters") else None
    return parameter.device if parameter is not None else None


def _moved(value: Any, device: Any) -> Any:
    if device is None:
        return value
    if isinstance(value, dict):
        return {key: _moved(entry, device) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        moved = [_moved(entry, device) for entry in value]
        return type(value)(*moved) if hasattr(value, "_fields") else type(value)(moved)
    return value.to(device) if hasattr(value, "to") else value

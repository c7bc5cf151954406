"""What an evaluation does where the script registered no function of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import torch

from weightslab.errors import ArgumentError

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
    left out of the rest of the pass, with a warning.
    """
    where = device if device is not None else _device_of(model)
    measures = {n: m for n, m in experiment.measures.items() if not _is_per_instance(m)}
    model.eval()
    with torch.no_grad():
        for batch in loader:
            inputs, targets, ids = unpack(batch)
            predictions = model(_moved(inputs, where))
            targets = _moved(targets, where)
            for name, measure in list(measures.items()):
                try:
                    measure(predictions, targets, batch_ids=ids)
                except Exception as error:
                    if experiment.strict:
                        raise
                    logger.warning("evaluation leaves out %r: %s", name, error)
                    del measures[name]


def _is_per_instance(measure: Any) -> bool:
    from weightslab.watched.measure import measure_of

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
        return type(value)(_moved(entry, device) for entry in value)
    return value.to(device) if hasattr(value, "to") else value

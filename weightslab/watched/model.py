"""Models: registered as they are, and told their age."""

from __future__ import annotations

import functools
from typing import Any

import torch

from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment
from weightslab.logs import logger


def watch(
    experiment: Experiment,
    obj: Any,
    name: str | None,
    *,
    flag: str,
    device: torch.device | str | int | None = None,
) -> Any:
    """Register a model; it is moved to `device` and given `get_age()`, its completed steps.

    A copy or a pickle of it remembers the age it had then, and needs no weightslab to be read. A
    model with a `get_age` of its own keeps that one.

    Args:
        obj: a module; the same object is returned.
        name: default "model". Watched anew under its name, a model takes the former one's place.
        device: as `Module.to` takes it; where it asks for CUDA and there is none, the model stays
            where it is and a warning is logged.

    Raises:
        ArgumentError: it is no module.
    """
    if not isinstance(obj, torch.nn.Module):
        raise ArgumentError(f"flag={flag!r} wants a torch.nn.Module, not {type(obj).__name__}.")
    label = name or "model"
    if device is not None:
        _move(obj, device)
    former = experiment.models.get(label)
    if former is not None and name is None and type(former) is not type(obj):
        logger.warning(
            "%s takes the place of %s as the model %r: give both a name= to keep both.",
            type(obj).__name__,
            type(former).__name__,
            label,
        )
    own = obj.__dict__.get("get_age")  # ours, or what a copy of ours became
    if isinstance(own, Age | functools.partial) or not hasattr(obj, "get_age"):
        obj.get_age = Age(experiment)  # type: ignore[assignment]
    experiment.models[label] = obj
    experiment.control.models_changed()
    return obj


class Age:
    """The age of a model: called, it gives the experiment's completed steps."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment

    def __call__(self) -> int:
        """Completed steps."""
        return self._experiment.step

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial, (int, self._experiment.step)


def _move(model: torch.nn.Module, device: torch.device | str | int) -> None:
    wanted = torch.device(device)
    if wanted.type == "cuda" and not torch.cuda.is_available():
        logger.warning("There is no %s here: the model stays where it is.", wanted)
        return
    model.to(wanted)

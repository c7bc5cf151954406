"""Hyperparameters that mean something to the experiment itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weightslab.errors import ArgumentError
from weightslab.hyperparameters.values import Path

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

_KINDS: dict[str, tuple[type, ...]] = {
    "experiment_name": (str,),
    "is_training": (bool,),
    "auditorMode": (bool,),
    "pause_at_step": (int, type(None)),
}

# What these ask for is over when the program ends.
FLEETING = frozenset({"is_training", "auditorMode", "pause_at_step"})
# These say nothing about what is learned.
NOT_HASHED = FLEETING | {"checkpoints", "experiment_name", "root_log_dir"}


def check_steering(path: Path, value: Any) -> None:
    """Refuse what a key that means something cannot mean.

    Raises:
        ArgumentError: the message names the key.
    """
    kinds = _KINDS.get(path[0]) if len(path) == 1 else None
    if kinds is None:
        return
    if not isinstance(value, kinds) or (int in kinds and isinstance(value, bool)):
        raise ArgumentError(f"{path[0]} is {kinds[0].__name__}, not {value!r}.")


def check_edit(path: Path, value: Any) -> None:
    """Refuse what nobody but the script may set.

    Raises:
        ArgumentError: the message names the key.
    """
    check_steering(path, value)
    if path == ("root_log_dir",):
        raise ArgumentError("root_log_dir is the script's: it is not edited while it runs.")


def steer(experiment: Experiment, path: Path, value: Any) -> None:
    """Do what a key means, if it means anything.

    Raises:
        StoreError: `root_log_dir` of an experiment that has recorded already.
    """
    if len(path) != 1:
        return
    control = experiment.control
    match path[0]:
        case "experiment_name":
            experiment.name = value
        case "root_log_dir" if value:
            experiment.root = value
        case "is_training" if value is control.paused:
            control.resume() if value else control.pause()
        case "auditorMode":
            control.set_mode("audit" if value else "train")
        case "pause_at_step":
            control.pause_at_step(max(value, experiment.step) if value else None)

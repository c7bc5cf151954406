"""`watch_or_edit`: one door for everything that a script registers, chosen by the flag alone."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from weightslab.errors import ArgumentError
from weightslab.experiment import current

# flag -> the module under weightslab.watched whose `watch(experiment, obj, name, **kwargs)` it is.
FLAGS = {
    "model": "model",
    "data": "data",
    "dataset": "data",
    "dataloader": "data",
    "optimizer": "optimizer",
    "opt": "optimizer",
    "logger": "logger",
    "loss": "measure",
    "metric": "measure",
    "signal": "measure",
    "hyperparameters": "hyperparameters",
    "hp": "hyperparameters",
    "params": "hyperparameters",
    "parameters": "hyperparameters",
}


def watch_or_edit(
    obj: Any, obj_name: str | None = None, flag: str | None = None, **kwargs: Any
) -> Any:
    """Register something with the current experiment, or register it anew under its name.

    Args:
        obj: a model, dataset or loader, optimizer, logger, loss or metric, or hyperparameters.
        obj_name: its name in the ledger; each kind also takes `name=` and has a default.
        flag: what it is, one of FLAGS; nothing is guessed from the object's class.
        **kwargs: of the kind, see `weightslab.watched.<kind>.watch`.

    Returns:
        what to use instead of `obj`: still what `obj` was, for `isinstance`, pickling and the rest.

    Raises:
        StoreClosedError: the experiment is finished; `wl.init` begins another.
        ArgumentError: the flag is missing or unknown, or an argument does not fit; nothing is
            registered then.
    """
    if flag is None or not isinstance(flag, str) or flag.lower() not in FLAGS:
        said = "no flag was given" if flag is None else f"flag {flag!r} is unknown"
        raise ArgumentError(f"{said}: use one of {', '.join(FLAGS)}.")
    name = kwargs.pop("name", None) if obj_name is None else obj_name
    watch: Callable[..., Any] = import_module(f"weightslab.watched.{FLAGS[flag.lower()]}").watch
    experiment = current()
    experiment.check_open()
    return watch(experiment, obj, name, flag=flag.lower(), **kwargs)

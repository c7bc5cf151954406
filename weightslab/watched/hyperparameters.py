"""Hyperparameters: one dict for the script, its file and the page, each of which may edit it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment
from weightslab.hyperparameters.config_file import ConfigFile
from weightslab.hyperparameters.handle import Hyperparameters
from weightslab.hyperparameters.values import merged, plain


def watch(
    experiment: Experiment,
    obj: Any,
    name: str | None,
    *,
    flag: str,
    defaults: Mapping[str, Any] | None = None,
    poll_interval: float | None = 1.0,
) -> Hyperparameters:
    """Register hyperparameters: a mapping, or the path of a YAML file that is read again when it
    changes.

    The handle is a dict, nested as they are. What is edited in the file or on the page arrives at
    the next step boundary; whoever edited a key last wins, and a key that one of them leaves as
    it is follows the others. A file that cannot be read keeps the former values and is told once.
    The file is never written to; a key that disappears from it keeps its value. What the page
    edited holds for the next start too, until file or script give that key another value.

    There is one handle per experiment: registering again sets what is other than at the last
    registration. Keys that mean something: `experiment_name`, `root_log_dir`, `is_training`
    (false: paused), `auditorMode`, `pause_at_step`, and what `weightslab.watched.optimizer` says.

    Args:
        name: taken for those who give one; there is one handle.
        defaults: for keys that `obj` does not have, and for a file that is not there.
        poll_interval: seconds between looks at the file; None: it is read once.

    Raises:
        ArgumentError: neither mapping nor path, a file that holds no mapping, a poll interval
            that is no positive number.
        FileNotFoundError: there is no such file, and no defaults.
        StoreError: `root_log_dir` is another than that in use.
    """
    if poll_interval is not None and not _is_positive(poll_interval):
        raise ArgumentError(f"poll_interval is a positive number, not {poll_interval!r}.")
    if defaults is not None and not isinstance(defaults, Mapping):
        raise ArgumentError(f"defaults is a dict, not {type(defaults).__name__}.")
    file: ConfigFile | None = None
    if isinstance(obj, str | os.PathLike):
        file = ConfigFile(Path(obj).absolute())
        values = _first_read(file, has_defaults=defaults is not None)
    elif isinstance(obj, Mapping):
        values = plain(obj)
    else:
        raise ArgumentError(f"flag={flag!r} wants a dict or a path, not {type(obj).__name__}.")
    handle = experiment.hyperparameters or Hyperparameters(experiment)
    handle.register(merged(defaults or {}, values))
    experiment.hyperparameters = handle
    if file is not None:
        handle.follow(file, values, poll_interval)
    return handle


def _first_read(file: ConfigFile, *, has_defaults: bool) -> dict[Any, Any]:
    try:
        return file.read()
    except FileNotFoundError:
        if has_defaults:
            return {}
        raise


def _is_positive(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value > 0  # type: ignore[arg-type, operator]

"""Loggers: any object of the script's; where it writes scalars, they become global signals too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from weightslab.experiment import Experiment
from weightslab.logs import logger


def watch(
    experiment: Experiment,
    obj: Any,
    name: str | None,
    *,
    flag: str,
    log_dir: Path | str | None = None,
) -> Any:
    """Register the logger of a script and name the experiment's folder.

    What an object with `add_scalar(tag, value, step)`, such as TensorBoard's writer, is given is
    recorded as a global signal of that name besides. Other objects are left as they are.

    Args:
        obj: anything, None too; the same object is returned.
        name: of the experiment, unless the hyperparameters name it.
        log_dir: folder of history, checkpoints and logs.

    Raises:
        StoreError: the experiment has recorded in another folder already.
    """
    if log_dir is not None:
        experiment.root = log_dir
        if experiment.hyperparameters is not None:
            experiment.hyperparameters.replay()
    named = (
        experiment.hyperparameters is not None and "experiment_name" in experiment.hyperparameters
    )
    if name is not None and not named:
        experiment.name = name
    if callable(getattr(obj, "add_scalar", None)):
        try:
            obj.add_scalar = AddScalar(experiment, obj)
        except AttributeError:
            logger.warning("%s takes no attributes: its scalars are not recorded.", type(obj))
    return obj


class AddScalar:
    """`add_scalar` of one writer: writes as before, and records. Copies are the writer's own."""

    def __init__(self, experiment: Experiment, writer: Any) -> None:
        former = getattr(writer, "__dict__", {}).get("add_scalar")
        self._own: Callable[..., Any] = writer.add_scalar
        if isinstance(former, AddScalar):
            self._own = former._own
        self._experiment, self._writer = experiment, writer

    def __call__(
        self, tag: str, scalar_value: Any, global_step: int | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """What the writer's own gives."""
        result = self._own(tag, scalar_value, global_step, *args, **kwargs)
        if not isinstance(scalar_value, str):
            step = self._experiment.step if global_step is None else int(global_step)
            self._experiment.recorder.record_global(tag, float(scalar_value), step)
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self._writer, "add_scalar")

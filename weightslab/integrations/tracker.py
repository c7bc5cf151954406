"""`init`, `log` and `finish`, in the style that experiment trackers share."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment, current, use
from weightslab.notebook import table
from weightslab.signals.names import plain
from weightslab.signals.values import as_floats
from weightslab.watch import watch_or_edit

if TYPE_CHECKING:
    from weightslab.hyperparameters.handle import Hyperparameters

logger = logging.getLogger("weightslab")


class Run:
    """The experiment that `init` began: `with wl.init(...) as run` finishes it at the end."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._next_step = experiment.step

    @property
    def name(self) -> str:
        """What it is called."""
        return self._experiment.name

    @property
    def dir(self) -> str:
        """Its folder."""
        return self._experiment.root

    @property
    def config(self) -> Hyperparameters:
        """The hyperparameters, live."""
        if self._experiment.hyperparameters is None:
            watch_or_edit({}, flag="hyperparameters")
        handle = self._experiment.hyperparameters
        assert handle is not None
        return handle

    def log(self, values: Mapping[str, Any], step: int | None = None) -> None:
        """Record a number under each name; nested mappings give names with slashes.

        Args:
            values: numbers, or tensors and arrays of one element.
            step: default: the model's age where an optimizer is watched, else the calls are
                counted.

        Raises:
            ArgumentError: a value is no number; nothing is recorded then.
            StoreClosedError: the run is finished.
        """
        self._experiment.check_open()
        if not isinstance(values, Mapping):
            raise ArgumentError("log: give {name: number}.")
        numbers = dict(_flat(values, ""))
        experiment = self._experiment
        if step is None:
            step = experiment.step if experiment.optimizers else self._next_step
        self._next_step = step + 1
        for name, number in numbers.items():
            experiment.recorder.record_global(name, number, step)

    def finish(self) -> None:
        """Write what is left and close. Finishing twice is no error."""
        experiment = self._experiment
        for definition in experiment.signals.all():
            wanted = definition.subscribe_to
            if wanted is not None and not definition.produced:
                known = ", ".join(sorted(experiment.recorder.names)) or "nothing"
                logger.warning(
                    "signal %r never ran: nothing recorded %r, but %s",
                    definition.name,
                    wanted,
                    known,
                )
        experiment.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish()

    def _repr_html_(self) -> str:
        """A table of the newest value of every signal, for notebooks."""
        recorder = self._experiment.recorder
        if not self._experiment.closed:
            recorder.drain()
        return table(self.name, sorted(recorder.last.items()), f"step {self._experiment.step}")


_run: Run | None = None


def init(
    project: str | None = None,
    name: str | None = None,
    config: Mapping[str, Any] | None = None,
    dir: str | Path | None = None,
) -> Run:
    """Begin an experiment; one that is still going on is finished first.

    Args:
        project, name: shown to people; `name` goes before.
        config: hyperparameters, live as those of `watch_or_edit`.
        dir: the folder of history, checkpoints and logs; default: WEIGHTSLAB_ROOT_LOG_DIR.

    Raises:
        StoreLockedError: another process writes to that folder.
    """
    global _run
    if _run is not None:
        _run.finish()
    experiment = Experiment(dir, name=name or project or "experiment")
    use(experiment)
    if config is not None:
        watch_or_edit(dict(config), flag="hyperparameters")
    _run = Run(experiment)
    return _run


def log(values: Mapping[str, Any], step: int | None = None) -> None:
    """Record numbers with the current experiment, see `Run.log`."""
    _current_run().log(values, step)


def finish() -> None:
    """Write what is left of the current experiment and close it."""
    _current_run().finish()


def _current_run() -> Run:
    global _run
    if _run is None or _run._experiment is not current():
        _run = Run(current())
    return _run


def _flat(values: Mapping[str, Any], before: str) -> Iterator[tuple[str, float]]:
    for key, value in values.items():
        name = before + plain(key)
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}/")
            continue
        number = as_floats(value, name)
        if number.size != 1:
            raise ArgumentError(f"{name}: one number is wanted, not {number.size}.")
        yield name, float(number.reshape(()))

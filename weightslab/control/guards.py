"""`guard_training_context` and `guard_testing_context`: what a block of a script is for.

Both are used as they are or called, `with wl.guard_training_context:` or
`with wl.guard_training_context():`, may be nested, and hold for the thread that is in them. An
exception passes through.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch

from weightslab.experiment import Experiment, current

if TYPE_CHECKING:
    from types import TracebackType

Switched = list[tuple[Any, bool]]


@dataclass(slots=True)
class _Frame:
    """What to set back when a guard is left."""

    experiment: Experiment
    phase: Literal["training", "testing"] | None
    gradients: bool
    switched: Switched


class _Frames(threading.local):
    def __init__(self) -> None:
        self.open: list[_Frame] = []


class Guard:
    """A block of training or of testing.

    Training: waits first while training is paused; watched models are in training mode and
    gradients are on. Where no optimizer is watched, each block that ends well counts as a step.
    Testing: never waits; watched models are in evaluation mode and gradients are off.
    Afterwards each module is in the mode in which it was before, so that a layer that the script
    froze stays frozen.
    """

    def __init__(self, phase: Literal["training", "testing"]) -> None:
        self._phase = phase
        self._training = phase == "training"
        self._frames = _Frames()

    def __call__(self) -> Guard:
        """The guard itself, for those who write it with brackets."""
        return self

    def __enter__(self) -> Guard:
        experiment = current()
        control = experiment.control
        phase = control.phase.name
        if self._training and phase is None:
            control.boundary(self)
        gradients = torch.is_grad_enabled()
        switched = _switch(experiment.models.values(), self._training)
        self._frames.open.append(_Frame(experiment, phase, gradients, switched))
        control.phase.name = self._phase
        if gradients is not self._training:
            torch.set_grad_enabled(self._training)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        frame = self._frames.open.pop()
        experiment, control = frame.experiment, frame.experiment.control
        _switch_back(frame.switched)
        if torch.is_grad_enabled() is not frame.gradients:
            torch.set_grad_enabled(frame.gradients)
        control.phase.name = frame.phase
        if not self._training or frame.phase is not None:
            return
        if control.auditing:
            control.put_back()
        elif kind is None and not experiment.optimizers:
            experiment.step += 1
            control.boundary(self)


def _switch(models: Iterable[Any], training: bool) -> Switched:
    """Bring models into a mode; the modules that were in the other one, with that one.

    To train, only a model that is in evaluation mode as a whole is switched: layers of it that the
    script froze stay frozen.
    """
    switched: Switched = []
    try:
        for model in models:
            if training and model.training:
                continue
            others = [module for module in model.modules() if module.training is not training]
            if others:
                switched.extend((module, not training) for module in others)
                model.train(training)
    except BaseException:
        _switch_back(switched)
        raise
    return switched


def _switch_back(switched: Switched) -> None:
    for module, training in switched:
        module.training = training


guard_training_context = Guard("training")
guard_testing_context = Guard("testing")

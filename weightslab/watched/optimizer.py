"""Optimizers: their steps are counted, edited hyperparameters reach them, audit mode holds them.

All of it hangs on torch's own step hooks; the optimizer stays the object it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch.optim import Optimizer

from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment
from weightslab.logs import logger
from weightslab.watched.group_values import GroupValues

F = TypeVar("F", bound=Callable[..., Any])
_watched: WeakKeyDictionary[Optimizer, WatchedSteps] = WeakKeyDictionary()


def watch(
    experiment: Experiment,
    obj: Any,
    name: str | None,
    *,
    flag: str,
    scheduler: Any = None,
    scaler: Any = None,
) -> Any:
    """Register an optimizer; the first one registered counts the model's steps.

    After a step, training waits there while it is paused. When the hyperparameters `lr`,
    `learning_rate`, `optimizer.lr` or `optimizer.learning_rate` change, the groups follow before
    the next step, in proportion where their rates differ, and schedulers go on from there; so do
    `optimizer.weight_decay`, `optimizer.momentum`, `optimizer.betas` and whatever else its groups
    have. An optimizer of another name also follows `<name>.lr` and so on.

    Args:
        obj: an optimizer; the same object is returned.
        name: default "optimizer". Watched anew under its name, it takes the former one's place.
        scheduler, scaler: its schedulers (one or a list) and gradient scaler: checkpoints hold
            their states, too.

    Raises:
        ArgumentError: it is no torch optimizer.
    """
    if not isinstance(obj, Optimizer):
        raise ArgumentError(f"flag={flag!r} wants a torch.optim.Optimizer, not {obj!r}.")
    label = name or "optimizer"
    former = experiment.optimizers.get(label)
    if former is not None and former is not obj:
        if name is None and type(former) is not type(obj):
            logger.warning("%s takes the place of another optimizer.", type(obj).__name__)
        if list(experiment.optimizers.values()).count(former) == 1:
            _watched.pop(former).remove()
    if obj in _watched:
        _watched.pop(obj).remove()
    experiment.optimizers[label] = obj
    schedulers = scheduler if isinstance(scheduler, list | tuple) else [scheduler]
    experiment.companions[label] = [one for one in (*schedulers, scaler) if one is not None]
    experiment.checkpoints.begin()
    _watched[obj] = WatchedSteps(experiment, obj, label)
    return obj


def loaded(optimizer: Optimizer, saved: Mapping[str, Any]) -> None:
    """Tell that a watched optimizer's state was loaded, and what the hyperparameters were when it
    was saved: what was edited in this run, and is other than then, is applied before its next step.
    """
    if optimizer in _watched:
        _watched[optimizer].loaded(optimizer, saved)


class WatchedSteps:
    """The hooks of one optimizer."""

    def __init__(self, experiment: Experiment, optimizer: Optimizer, name: str) -> None:
        self._experiment = experiment
        self._control = experiment.control
        self._values = GroupValues(name)
        if experiment.hyperparameters is not None:
            known = experiment.hyperparameters
            self._values.begin(optimizer, known, known.registered)
        self._seen: int | None = None
        self._kept: Kept | None = None
        # A step that torch.compile traces is to call them, not to trace them.
        self._handles = (
            optimizer.register_step_pre_hook(_untraced(self._before)),
            optimizer.register_step_post_hook(_untraced(self._after)),
        )

    def loaded(self, optimizer: Optimizer, saved: Mapping[str, Any]) -> None:
        """The groups hold what the saved hyperparameters said."""
        hyperparameters = self._experiment.hyperparameters
        if hyperparameters is not None:
            self._values.loaded(optimizer, hyperparameters, saved, hyperparameters.edited)
            self._seen = None

    def remove(self) -> None:
        """Take the hooks away."""
        for handle in self._handles:
            handle.remove()

    def _before(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        hyperparameters = self._experiment.hyperparameters
        if hyperparameters is not None and hyperparameters.version != self._seen:
            self._seen = hyperparameters.version
            self._values.follow(optimizer, hyperparameters, hyperparameters.registered)
        if not self._control.auditing:
            return None
        if type(optimizer).__module__.startswith("torch.optim."):
            return (stand_in(optimizer), *args[1:]), kwargs
        self._kept = Kept(optimizer)
        return None

    def _after(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        experiment, control = self._experiment, self._control
        if control.auditing:
            if self._kept is not None:
                self._kept.put_back(optimizer)
                self._kept = None
            control.put_back()
        elif self._counts(optimizer):
            experiment.step += 1
        control.boundary()

    def _counts(self, optimizer: Optimizer) -> bool:
        if next(iter(self._experiment.optimizers.values())) is not optimizer:
            return False
        # Fused optimizers are called by GradScaler for a step that they then leave out themselves.
        overflow = optimizer.__dict__.get("found_inf")
        return overflow is None or not bool(overflow)


def _untraced(hook: F) -> F:
    untraced: F = torch.compiler.disable(hook)  # type: ignore[no-untyped-call]
    return untraced


def stand_in(optimizer: Optimizer) -> Optimizer:
    """An optimizer like this one whose step, done instead, has nothing to change."""
    other: Optimizer = object.__new__(type(optimizer))
    other.__dict__.update(optimizer.__dict__)
    other.state = defaultdict(dict)
    other.param_groups = [{**group, "params": []} for group in optimizer.param_groups]
    if "_params" in other.__dict__:  # LBFGS: without gradients it evaluates once and ends
        other.__dict__["_params"] = [p.detach() for p in optimizer.__dict__["_params"]]
    return other


class Kept:
    """Parameters and state of an optimizer that is not torch's own: copied, to be put back."""

    def __init__(self, optimizer: Optimizer) -> None:
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self._parameters = [(p, p.detach().clone()) for p in parameters]
        self._groups = [dict(group) for group in optimizer.param_groups]
        self._state = {p: _copied(state) for p, state in optimizer.state.items()}

    def put_back(self, optimizer: Optimizer) -> None:
        """Undo what the step did."""
        with torch.no_grad():
            for parameter, values in self._parameters:
                parameter.copy_(values)
        for group, former in zip(optimizer.param_groups, self._groups, strict=True):
            group.clear()
            group.update(former)
        optimizer.state.clear()
        optimizer.state.update(self._state)


def _copied(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, dict):
        return {key: _copied(entry) for key, entry in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, list) else value

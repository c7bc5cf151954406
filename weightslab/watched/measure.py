"""Losses and metrics: what they return is recorded on the way to the script.

Legend: B samples of a batch, N instances of a batch.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor

from weightslab.errors import ArgumentError, MisalignedError
from weightslab.experiment import Experiment
from weightslab.signals.names import derived_column, plain, saved_column
from weightslab.signals.values import annotations_of, as_floats, rows_of_batch

_OURS = "_weightslab_measure"
_EXTRAS = ("batch_ids", "batch_idx", "preds", "preds_raw", "targets", "step")


def watch(
    experiment: Experiment,
    obj: Any,
    name: str | None,
    *,
    flag: str,
    signal_name: str | None = None,
    log: bool = True,
    per_sample: bool | None = None,
    per_instance: bool = False,
) -> Any:
    """Record what a loss or metric returns each time it is called.

    It is called as before, with a few further keywords, which it does not see unless it names them
    itself: `batch_ids` (default: those that a watched loader gave last), `step` (default: the
    model's age), `preds`, `preds_raw` and `targets` to keep beside the values, and
    `batch_idx` where values are per instance.

    Args:
        obj: a module (it stays the same object), any object that can be called, or a function.
        name, signal_name: of the signal; default: the class's or function's name.
        log: keep the curve of the mean over the batch.
        per_sample: the result must be one value per sample. Default: it is if its first dimension
            is as long as the batch.
        per_instance: the result is one value per instance, flat; a `batch_idx=` keyword or a
            dict argument that holds "batch_idx" says whose.

    Raises:
        ArgumentError: it cannot be called, or per sample and per instance at once.
    """
    if not callable(obj):
        raise ArgumentError(f"flag={flag!r} wants something that can be called.")
    if per_sample and per_instance:
        raise ArgumentError("per_sample and per_instance: only one of them.")
    label = plain(signal_name or name or _own_name(obj))
    measure = Measure(experiment, label, flag, log, per_sample, per_instance, _named(obj))
    measure.computes = callable(getattr(obj, "compute", None))
    watched = _attach(obj, measure)
    experiment.measures[label] = watched
    return watched


class Measure:
    """How the results of one loss or metric are recorded."""

    def __init__(
        self,
        experiment: Experiment,
        name: str,
        flag: str,
        log: bool,
        per_sample: bool | None,
        per_instance: bool,
        named: frozenset[str],
    ) -> None:
        self.experiment, self.name, self.flag = experiment, name, flag
        self.log, self.per_sample, self.per_instance = log, per_sample, per_instance
        self.column = saved_column(name)
        self._named = named
        self.computes = False
        self._calls = 0  # some metrics compute within a call

    def call(self, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Call the loss and record what it returns, which comes back untouched."""
        if self.experiment.closed:
            return function(*args, **{n: v for n, v in kwargs.items() if n not in _EXTRAS})
        if not kwargs:
            result = self._result(function, args, kwargs)
            _record(self, result, None, {}, args)
            return result
        extras = {name: kwargs[name] for name in _EXTRAS if name in kwargs}
        passed = {n: v for n, v in kwargs.items() if n not in extras or n in self._named}
        result = self._result(function, args, passed)
        _record(self, result, extras.get("batch_ids"), extras, (*args, *kwargs.values()))
        return result

    def _result(self, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        if not self.computes:
            return function(*args, **kwargs)
        self._calls += 1
        try:
            return function(*args, **kwargs)
        finally:
            self._calls -= 1

    def compute(self, function: Callable[..., Any]) -> Any:
        """Call a metric's `compute` and record the number it gives."""
        result = function()
        if self._calls:
            return result
        if isinstance(result, Tensor | float | int) and not isinstance(result, bool):
            value = as_floats(result, self.name)
            if value.size == 1:
                self.experiment.recorder.record_global(
                    self.name, float(value.reshape(())), self.experiment.step, whole=True
                )
        return result

    def record(self, result: Any, ids: Any, extras: dict[str, Any], args: Any) -> None:
        """Record a result, and what was given beside it."""
        step = extras.get("step", self.experiment.step)
        if self.per_instance:
            self._record_instances(result, ids, extras, args, step)
        elif isinstance(result, Mapping):
            for key, part in result.items():
                self._record_result(f"{self.name}/{key}", part, ids, step)
        else:
            self._record_result(self.name, result, ids, step)
        if len(extras) > ("batch_ids" in extras) and self.experiment.settings.save_predictions:
            self._keep_objects(extras, ids)

    def _record_result(self, name: str, result: Any, ids: Any, step: int) -> None:
        experiment = self.experiment
        if not isinstance(result, Tensor):
            if isinstance(result, float | int) and not isinstance(result, bool):
                experiment.recorder.record_global(name, float(result), step)
            return
        values = result.detach()
        batch = experiment.batch
        if values.ndim == 0:
            if self.per_sample:
                raise MisalignedError(
                    f"{name} gave one value, but per_sample wants one per sample: use"
                    ' reduction="none".'
                )
            experiment.recorder.record_global(name, values.item(), step)
            return
        if ids is None and (batch is None or len(batch.rows) != len(values)):
            if self.per_sample:
                raise MisalignedError(f"{name}: whose {len(values)} values? Give batch_ids=.")
            experiment.recorder.record_global(name, values.float().mean().item(), step)
            return
        rows = batch.rows if ids is None and batch else rows_of_batch(experiment, ids)
        if len(rows) != len(values):
            raise MisalignedError(f"{name}: {len(values)} values for {len(rows)} sample ids.")
        if values.ndim > 1:
            values = values.flatten(1).float().mean(1)
        if values.is_cuda:
            experiment.recorder.record_later(
                name, rows, values, step, saved_column(name), log=self.log
            )
            return
        if values.dtype != torch.float32 and values.dtype != torch.float64:
            values = values.float()
        column = self.column if name == self.name else saved_column(name)
        experiment.recorder.record_samples(name, rows, values.numpy(), step, column, log=self.log)

    def _record_instances(
        self, result: Any, ids: Any, extras: dict[str, Any], args: Any, step: int
    ) -> None:
        index = extras.get("batch_idx")
        for argument in args:
            if index is None and isinstance(argument, Mapping) and "batch_idx" in argument:
                index = argument["batch_idx"]
        if index is None:
            raise ArgumentError(
                f'{self.name} is per instance: give batch_idx=, or an argument with "batch_idx".'
            )
        experiment = self.experiment
        if ids is None and experiment.batch is None:
            raise MisalignedError(f"{self.name}: of whose instances? Give batch_ids=.")
        rows = rows_of_batch(experiment, experiment.batch.ids if ids is None else ids)  # type: ignore[union-attr]
        positions, annotations = annotations_of(index, len(rows))
        values = as_floats(result, self.name).reshape(-1)
        if len(values) != len(positions):
            raise MisalignedError(
                f"{self.name}: {len(values)} values for {len(positions)} instances."
            )
        experiment.recorder.record_instances(
            self.name,
            rows[positions],
            annotations,
            values,
            step,
            derived_column(self.name),
            log=self.log,
        )

    def _keep_objects(self, extras: dict[str, Any], ids: Any) -> None:
        columns = {"preds": "prediction", "preds_raw": "prediction_raw", "targets": "target"}
        for extra, column in columns.items():
            if extra in extras and not self.per_instance:
                batch = self.experiment.batch
                rows = rows_of_batch(self.experiment, batch.ids if ids is None and batch else ids)
                self.experiment.samples.set_objects(column, rows, extras[extra])


def _record(
    measure: Measure, result: Any, ids: Any, extras: dict[str, Any], args: tuple[Any, ...]
) -> None:
    if torch.compiler.is_compiling():
        from weightslab.watched.uncompiled import record

        record(measure, result, ids, extras, args)
    else:
        measure.record(result, ids, extras, args)


class WatchedFunction:
    """A function whose results are recorded; everything else is the function's own."""

    def __init__(self, function: Callable[..., Any], measure: Measure) -> None:
        self.__wrapped__ = function
        self._measure = measure

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns; see `watch` for the further keywords."""
        return self._measure.call(self.__wrapped__, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _itself, (self.__wrapped__,)


def _itself(function: Any) -> Any:
    return function


def _attach(obj: Any, measure: Measure) -> Any:
    if _OURS in getattr(obj, "__dict__", {}):  # watched before: only registered anew
        obj.__dict__[_OURS] = measure
        return obj
    if isinstance(obj, WatchedFunction):
        return WatchedFunction(obj.__wrapped__, measure)
    if inspect.isroutine(obj) or inspect.isclass(obj) or not hasattr(obj, "__dict__"):
        return WatchedFunction(obj, measure)
    base: Any = type(obj)
    obj.__class__ = _watched_class(base)
    obj.__dict__[_OURS] = measure
    return obj


@cache
def _watched_class(base: Any) -> Any:
    """A subclass that records; instances are pickled and copied as those of `base`."""

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.__dict__[_OURS].call(super(watched, self).__call__, args, kwargs)

    def reduce_ex(self: Any, protocol: Any) -> tuple[Any, ...]:
        state = self.__getstate__()
        if isinstance(state, dict):
            state = {name: value for name, value in state.items() if name != _OURS}
        return _rebuild, (base,), state

    def compute(self: Any) -> Callable[[], Any]:
        own = self.__dict__.get("compute") or super(watched, self).compute
        return lambda: self.__dict__[_OURS].compute(own)

    members: dict[str, Any] = {
        "__call__": call,
        "__reduce_ex__": reduce_ex,
        "__module__": base.__module__,
        "__qualname__": base.__qualname__,
        "__doc__": base.__doc__,
    }
    if callable(getattr(base, "compute", None)):
        # With a setter it goes before an instance's own attribute, which some metrics have.
        members["compute"] = property(compute, _set_own_compute)
    watched: Any = type(base.__name__, (base,), members)
    return watched


def _set_own_compute(self: Any, value: Any) -> None:
    self.__dict__["compute"] = value


def _rebuild(base: Any) -> Any:
    return base.__new__(base)


def _own_name(obj: Any) -> str:
    name = getattr(obj, "__name__", None)
    return name if isinstance(name, str) and name.isidentifier() else type(obj).__name__


def _named(obj: Any) -> frozenset[str]:
    """The keywords of ours that the object names itself and so is to get."""
    function = obj.forward if isinstance(obj, torch.nn.Module) else obj
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # some built-in functions have none
        return frozenset()
    return frozenset(parameters) & frozenset(_EXTRAS)


def measure_of(watched: Any) -> Measure:
    """How the results of something watched are recorded."""
    if isinstance(watched, WatchedFunction):
        return watched._measure
    measure: Measure = watched.__dict__[_OURS]
    return measure

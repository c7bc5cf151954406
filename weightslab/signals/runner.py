"""Runs the user's dynamic signals, and keeps what they raise away from the training."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.signals.context import SignalContext
from weightslab.signals.definition import MOST_ERRORS, SignalDefinition

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

logger = logging.getLogger("weightslab")
Int32 = NDArray[np.int32]
Floats = NDArray[np.float32] | NDArray[np.float64]
_running = threading.local()


def inside_signal() -> bool:
    """Whether this thread is in a user's signal right now."""
    return getattr(_running, "depth", 0) > 0


class SignalRunner:
    """Calls the subscribers of a signal when it was recorded."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment

    def run_for_samples(self, name: str, rows_B: Int32, values_B: Floats, step: int) -> None:
        """Call each subscriber once per sample of the batch, and record what it gives."""
        for definition in self._due(name):
            with self._experiment.journal.grouped():  # one wait for the disk, however many tags
                answers = [
                    call(definition, context, self._experiment)
                    for context in self._contexts(definition, rows_B, values_B, step)
                ]
            given = [place for place, answer in enumerate(answers) if answer is not None]
            if given:
                self._experiment.recorder.record_samples(
                    definition.name,
                    rows_B[given],
                    np.array([answers[place] for place in given], np.float64),
                    step,
                    definition.column,
                    log=definition.log,
                )

    def run_for_step(self, name: str, value: float, step: int) -> None:
        """Call each subscriber once for a value of no sample."""
        for definition in self._due(name):
            history = []
            if definition.with_history:
                steps, values, _ = self._experiment.recorder.curve_memory(name).of(0)
                history = _entries(steps[:-1], values[:-1], definition.with_metadata)
            context = SignalContext(
                self._experiment,
                step=step,
                subscribed_to=name,
                subscribed_value=value,
                subscribed_history=history,
            )
            answer = call(definition, context, self._experiment)
            if answer is not None and definition.log:
                self._experiment.recorder.record_global(definition.name, answer, step)

    def _due(self, name: str) -> Iterator[SignalDefinition]:
        for definition in self._experiment.signals.subscribers.get(name, ()):
            definition.produced += 1
            if definition.produced % definition.every == 0 and not definition.disabled:
                yield definition

    def _contexts(
        self, definition: SignalDefinition, rows_B: Int32, values_B: Floats, step: int
    ) -> Iterator[SignalContext]:
        samples = self._experiment.samples
        name = definition.subscribe_to
        assert name is not None
        history = self._experiment.recorder.trajectories(name) if definition.with_history else None
        ids, origins = samples.ids_of(rows_B), samples.origin_of(rows_B)
        for row, value, sample_id, origin in zip(
            rows_B.tolist(), values_B.tolist(), ids, origins, strict=True
        ):
            former: list[dict[str, float]] = []
            if history is not None:
                steps, values, _ = history.of(row)
                former = _entries(steps[:-1], values[:-1], definition.with_metadata)
            yield SignalContext(
                self._experiment,
                row=row,
                sample_id=sample_id,
                origin=origin,
                step=step,
                subscribed_to=name,
                subscribed_value=value,
                subscribed_history=former,
            )


def call(
    definition: SignalDefinition, context: SignalContext, experiment: Experiment
) -> float | None:
    """The signal's value; None where it gave none, raised, or is disabled.

    Raises:
        Exception: what the function raised, where the experiment is strict.
    """
    if definition.disabled:
        return None
    _running.depth = getattr(_running, "depth", 0) + 1
    try:
        answer = _number(definition.function(context))
    except Exception as error:
        if experiment.strict:
            raise
        _report(definition, error)
        return None
    finally:
        _running.depth -= 1
    definition.runs += 1
    return answer


def _number(answer: Any) -> float | None:
    """One number of what a signal returned: of a tensor or array of one element, too."""
    if answer is None:
        return None
    if isinstance(answer, str | bytes):
        raise TypeError(f"a signal returns a number, not {type(answer).__name__}")
    return float(answer)


def _report(definition: SignalDefinition, error: Exception) -> None:
    """Say it once with the user's line; after MOST_ERRORS, disable the signal and say that."""
    definition.errors += 1
    frames = traceback.extract_tb(error.__traceback__)[1:]  # without the line that called it
    where = f' (File "{frames[-1].filename}", line {frames[-1].lineno})' if frames else ""
    definition.last_error = f"{type(error).__name__}: {error}{where}"
    if definition.errors == 1:
        logger.warning("signal %r raised %s", definition.name, definition.last_error)
    if definition.errors >= MOST_ERRORS:
        definition.disabled = True
        logger.warning(
            "signal %r is disabled after %d errors; register it again to enable it",
            definition.name,
            definition.errors,
        )


def _entries(steps: list[int], values: list[float], with_metadata: bool) -> list[dict[str, float]]:
    if with_metadata:
        return [
            {"signal_value": value, "model_age": step}
            for step, value in zip(steps, values, strict=True)
        ]
    return [{"signal_value": value} for value in values]

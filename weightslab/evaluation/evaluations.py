"""Evaluation passes: asked for, run while the training waits, published as markers."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from weightslab import random_state
from weightslab.control.guards import guard_testing_context
from weightslab.errors import ArgumentError, UnknownNameError
from weightslab.evaluation.managed_loader import EvaluationCancelledError, ManagedLoader

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

logger = logging.getLogger("weightslab")
State = Literal["pending", "running", "done", "cancelled", "failed"]
_LOOK_S = 0.5
EvalFunction = Callable[[Any], Any]


@dataclass
class EvaluationPass:
    """One pass, from being asked for to its result.

    Attributes:
        loader: the name of a watched loader.
        source: who asked: "code", "page" or "console".
        marker: the experiment's hash with the suffix `_N`; empty before it ran.
        means: of every signal its mean over the pass.
        done, total: batches.
    """

    loader: str
    source: str
    state: State = "pending"
    step: int = 0
    marker: str = ""
    means: dict[str, float] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    error: str | None = None
    cancelled: threading.Event = field(default_factory=threading.Event, repr=False)
    ended: threading.Event = field(default_factory=threading.Event, repr=False)


class Evaluations:
    """The passes of one experiment. At most one waits or runs.

    Attributes:
        function: the user's `@eval_fn`; None: the default pass.
        passes: every pass so far, oldest first.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._lock = threading.RLock()
        self._pending: EvaluationPass | None = None
        self._worker: threading.Thread | None = None
        self._batch_s: dict[str, float] = {}
        self._closed = threading.Event()
        self._markers = sum(1 for e in experiment.journal.entries() if e.kind == "evaluation")
        self.function: EvalFunction | None = None
        self.passes: list[EvaluationPass] = []

    def request(self, loader: str, source: str = "code") -> EvaluationPass:
        """Ask for a pass; it runs when the training waits, or in `run_pending`.

        Asked for by a person, the training is paused for it and stays so; by the script,
        it goes on afterwards.

        Raises:
            UnknownNameError: no loader of this name is watched.
            ArgumentError: another pass waits or runs.
        """
        experiment = self._experiment
        if loader not in experiment.loaders:
            known = ", ".join(sorted(experiment.loaders)) or "none"
            raise UnknownNameError(f"no loader {loader!r} is watched; there are: {known}.")
        with self._lock:
            last = self.passes[-1] if self.passes else None
            if last is not None and last.state in ("pending", "running"):
                raise ArgumentError(f"the evaluation of {last.loader!r} is {last.state} still.")
            asked = EvaluationPass(loader, source)
            self.passes.append(asked)
            self._pending = asked
        if source != "code":
            experiment.control.pause()
            self._start_worker()
        return asked

    def cancel(self) -> bool:
        """Stop the pass that waits or runs, at its next batch; whether there is one."""
        with self._lock:
            last = self.passes[-1] if self.passes else None
            if last is None or last.state not in ("pending", "running"):
                return False
            last.cancelled.set()
            if self._pending is last:
                self._pending = None
                self._end(last, "cancelled")
            return True

    def run_pending(
        self,
        loaders: Mapping[str, Any] | None = None,
        model: Any = None,
        function: EvalFunction | None = None,
        device: Any = None,
    ) -> bool:
        """Run the pass that was asked for in this thread; whether there was one."""
        with self._lock:
            taken, self._pending = self._pending, None
        if taken is None:
            return False
        known = {**self._experiment.loaders, **(loaders or {})}
        self._run(taken, known[taken.loader], model, function or self.function, device)
        return True

    def close(self) -> None:
        """Cancel what runs and end the worker."""
        self._closed.set()
        self.cancel()
        if self._worker is not None and self._worker is not threading.current_thread():
            self._worker.join()

    def _run(
        self,
        taken: EvaluationPass,
        loader: Any,
        model: Any,
        function: EvalFunction | None,
        device: Any,
    ) -> None:
        experiment = self._experiment
        model = model if model is not None else _only(experiment.models)
        managed = ManagedLoader(
            experiment,
            loader,
            is_cancelled=taken.cancelled.is_set,
            batch_s=self._batch_s.get(taken.loader),
        )
        taken.state, taken.step, taken.total = "running", experiment.step, managed.total
        suffix = f"_{self._markers + 1}"
        marker = experiment.checkpoints.hash + suffix
        try:
            with (
                self._undisturbed(),
                guard_testing_context,
                experiment.recorder.evaluating(suffix) as collected,
            ):
                if function is not None:
                    function(managed)
                else:
                    from weightslab.evaluation.default_pass import default_pass

                    if model is None:
                        raise ArgumentError("no model is watched, and there is no @wl.eval_fn.")
                    default_pass(experiment, managed, model, device)
                means = collected.means()
        except EvaluationCancelledError:
            self._end(taken, "cancelled")
            return
        except Exception as error:
            taken.error = f"{type(error).__name__}: {error}"
            self._end(taken, "failed")
            logger.warning("evaluation of %r failed: %s", taken.loader, taken.error)
            if experiment.strict:
                raise
            return
        finally:
            taken.done = managed.done
        if managed.done:
            self._batch_s[taken.loader] = managed.batch_s
        taken.means, taken.marker = means, marker
        self._publish(taken)

    def _publish(self, taken: EvaluationPass) -> None:
        experiment = self._experiment
        for name, mean in taken.means.items():
            experiment.history.add_global(taken.marker, name, [taken.step], [mean])
        experiment.history.flush(durable=True)
        experiment.journal.append(
            "evaluation",
            loader=taken.loader,
            step=taken.step,
            marker=taken.marker,
            means={name: repr(mean) for name, mean in taken.means.items()},
        )
        self._markers += 1
        shown = ", ".join(f"{name}={mean:.4f}" for name, mean in taken.means.items())
        sys.stdout.write(
            f"[WeightsLab] Evaluation '{taken.loader}' @ step {taken.step} — "
            f"{shown or 'no signal was recorded'}\n"
        )
        sys.stdout.flush()
        self._end(taken, "done")

    def _end(self, taken: EvaluationPass, state: State) -> None:
        taken.state = state
        taken.ended.set()

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Leave the training as it was: random states, and the current batch."""
        batch, before = self._experiment.batch, random_state.capture()
        try:
            yield
        finally:
            random_state.restore(before)
            self._experiment.batch = batch

    def _start_worker(self) -> None:
        with self._lock:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(
                    target=self._work, name="weightslab-evaluation", daemon=True
                )
                self._worker.start()

    def _work(self) -> None:
        """Run what is asked for once the training waits; end when nothing is left to do."""
        control = self._experiment.control
        while self._pending is not None and not self._closed.is_set():
            if control.wait_until_quiet(_LOOK_S):
                self.run_pending()


def _only(models: Mapping[str, Any]) -> Any:
    return next(iter(models.values()), None)

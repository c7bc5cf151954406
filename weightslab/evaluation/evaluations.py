"""Evaluation passes: asked for, run while the training waits, published as markers."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from weightslab.control.guards import guard_testing_context
from weightslab.errors import ArgumentError, UnknownNameError
from weightslab.evaluation.evaluation_pass import EvaluationPass
from weightslab.evaluation.managed_loader import EvaluationCancelledError, ManagedLoader
from weightslab.evaluation.undisturbed import undisturbed

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

logger = logging.getLogger("weightslab")
EvalFunction = Callable[[Any], Any]
_LOOK_S = 0.5
_PATIENCE_S = 10.0


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
        self._closed = False
        self.function: EvalFunction | None = None
        self.passes: list[EvaluationPass] = []

    @cached_property
    def _begun(self) -> int:
        """How many passes were begun under this root: the number of the latest marker."""
        return sum(1 for e in self._experiment.journal.entries() if e.kind == "evaluation")

    def request(self, loader: str, source: str = "code") -> EvaluationPass:
        """Ask for a pass.

        Asked for by a person, the training is paused for it and stays so, and a thread of its own
        runs it as soon as the training waits. Asked for by the script, it runs in `run_pending`.

        Raises:
            UnknownNameError: no loader of this name is watched.
            ArgumentError: another pass waits or runs.
            StoreClosedError: the experiment is finished.
        """
        experiment = self._experiment
        experiment.check_open()
        if loader not in experiment.loaders:
            known = ", ".join(sorted(experiment.loaders)) or "none"
            raise UnknownNameError(f"no loader {loader!r} is watched; there are: {known}.")
        with self._lock:
            last = self._unfinished()
            if last is not None:
                raise ArgumentError(f"the evaluation of {last.loader!r} is {last.state} still.")
            asked = EvaluationPass(loader, source)
            self.passes.append(asked)
            self._pending = asked
        if source != "code":
            experiment.control.pause()
            self._start_worker()
        return asked

    def cancel(self) -> bool:
        """Stop the pass that waits, or that runs, at its next batch; whether there is one."""
        with self._lock:
            last = self._unfinished()
            if last is None:
                return False
            last.cancelled.set()
            if self._pending is last:
                self._pending = None
                last.end("cancelled")
            return True

    def run_pending(
        self,
        loaders: Mapping[str, Any] | None = None,
        model: Any = None,
        function: EvalFunction | None = None,
        device: Any = None,
    ) -> bool:
        """Run the pass that was asked for in this thread; whether there was one.

        Raises:
            Exception: what went wrong, where the experiment is strict; else it is reported.
        """
        taken = self._take()
        if taken is None:
            return False
        loader = {**self._experiment.loaders, **(loaders or {})}[taken.loader]
        self._run(taken, loader, model, function, device, raises=self._experiment.strict)
        return True

    def close(self) -> None:
        """Cancel what runs and end the worker."""
        self._closed = True
        self.cancel()
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join(_PATIENCE_S)
            if worker.is_alive():
                logger.warning("an evaluation does not end: what it records is not kept.")

    def _unfinished(self) -> EvaluationPass | None:
        last = self.passes[-1] if self.passes else None
        return last if last is not None and not last.ended.is_set() else None

    def _take(self) -> EvaluationPass | None:
        with self._lock:
            taken, self._pending = self._pending, None
            if taken is not None:
                taken.state = "running"
            return taken

    def _run(
        self,
        taken: EvaluationPass,
        loader: Any,
        model: Any,
        function: EvalFunction | None,
        device: Any,
        *,
        raises: bool,
    ) -> None:
        experiment = self._experiment
        model = model if model is not None else next(iter(experiment.models.values()), None)
        managed = ManagedLoader(experiment, loader, taken, self._batch_s.get(taken.loader))
        try:
            suffix = self._begin(taken)
            with (
                undisturbed(experiment, loader, model),
                guard_testing_context,
                experiment.recorder.evaluating(suffix) as collected,
            ):
                self._evaluate(managed, model, function or self.function, device)
                taken.means = collected.means()
            if managed.completed:
                self._batch_s[taken.loader] = managed.batch_s
            self._publish(taken)
        except EvaluationCancelledError:
            taken.end("cancelled")
        except Exception as error:
            taken.error = _told(error)
            taken.end("failed")
            logger.warning("the evaluation of %r failed: %s", taken.loader, taken.error)
            if raises:
                raise
        finally:
            if not taken.ended.is_set():  # Ctrl-C
                taken.end("cancelled")

    def _begin(self, taken: EvaluationPass) -> str:
        """Give the pass its marker, which no other one ever gets; the marker's suffix."""
        experiment = self._experiment
        suffix = f"_{self._begun + 1}"
        taken.step, taken.marker = experiment.step, experiment.checkpoints.hash + suffix
        experiment.journal.append(
            "evaluation",
            loader=taken.loader,
            step=taken.step,
            marker=taken.marker,
            source=taken.source,
        )
        self._begun += 1
        return suffix

    def _evaluate(
        self, managed: ManagedLoader, model: Any, function: EvalFunction | None, device: Any
    ) -> None:
        if function is not None:
            function(managed)
            return
        from weightslab.evaluation.default_pass import default_pass

        if model is None:
            raise ArgumentError("no model is watched, and there is no @wl.eval_fn.")
        default_pass(self._experiment, managed, model, device)

    def _publish(self, taken: EvaluationPass) -> None:
        experiment = self._experiment
        for name, mean in taken.means.items():
            experiment.history.add_global(taken.marker, name, [taken.step], [mean])
        experiment.recorder.last.update(taken.means)
        experiment.history.flush(durable=True)
        experiment.journal.append("evaluation.done", marker=taken.marker, means=taken.means)
        if experiment.ranks is None or experiment.ranks.leads:
            _tell(taken)
        taken.end("done")

    def _start_worker(self) -> None:
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(
                    target=self._work, name="weightslab-evaluation", daemon=True
                )
                self._worker.start()

    def _work(self) -> None:
        """Run what is asked for while the training stands still; end when there is nothing left."""
        control = self._experiment.control
        while True:
            with self._lock:
                if self._pending is None or self._closed:
                    self._worker = None
                    return
            with control.standstill():
                taken = self._take() if control.wait_until_quiet(_LOOK_S) else None
                if taken is not None:
                    loader = self._experiment.loaders[taken.loader]
                    self._run(taken, loader, None, None, None, raises=False)


def _tell(taken: EvaluationPass) -> None:
    shown = ", ".join(f"{name}={mean:.4f}" for name, mean in taken.means.items())
    sys.stdout.write(
        f"[WeightsLab] Evaluation '{taken.loader}' @ step {taken.step} — "
        f"{shown or 'no signal was recorded'}\n"
    )
    sys.stdout.flush()


def _told(error: Exception) -> str:
    """An error with the line where it was raised."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f'{type(error).__name__}: {error} (File "{frame.filename}", line {frame.lineno})'

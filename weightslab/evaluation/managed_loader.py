"""The loader of an evaluation function: it counts, can be cancelled, and has a time limit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from weightslab.errors import WeightslabError
from weightslab.evaluation.progress import ProgressLine
from weightslab.watched.data import bare_batches
from weightslab.watched.loader import OURS

if TYPE_CHECKING:
    from weightslab.evaluation.evaluation_pass import EvaluationPass
    from weightslab.experiment import Experiment

TIMED_BATCHES = 5


class EvaluationCancelledError(WeightslabError):
    """Somebody cancelled the pass; nothing of it is published."""

    code = "evaluation.cancelled"


class EvaluationTimeoutError(WeightslabError, TimeoutError):
    """The pass took longer than it may; nothing of it is published."""

    code = "evaluation.timeout"


class ManagedLoader:
    """Gives the batches of a loader as `(inputs, targets, ids, ...)`.

    Batches of a watched loader, which are `(inputs, ids, targets, ...)`, are put into this order;
    those of any other loader, and dicts, come as they are.

    A pass through it leaves passes through the loader itself where they are.

    Attributes:
        completed: it was iterated to its end.
    """

    def __init__(
        self,
        experiment: Experiment,
        loader: Any,
        taken: EvaluationPass,
        batch_s: float | None,
    ) -> None:
        self._is_watched = OURS in getattr(loader, "__dict__", {})
        self._loader = loader.apart() if self._is_watched else loader
        self._experiment, self._pass = experiment, taken
        self._expected_batch_s = batch_s
        self._started = time.monotonic()
        self.completed = False
        taken.total = _length(loader)

    @property
    def batch_s(self) -> float:
        """Mean seconds of a batch so far."""
        return (time.monotonic() - self._started) / max(self._pass.done, 1)

    def __len__(self) -> int:
        return len(self._loader)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def __iter__(self) -> Iterator[Any]:
        self._started, self._pass.done = time.monotonic(), 0
        progress = ProgressLine(self._pass.loader)
        try:
            for batch in self._batches():
                self._check()
                yield batch
                self._pass.done += 1
                progress.show(self._pass.done, self._pass.total)
        finally:
            progress.clear()
        self._check()
        self.completed = self._pass.done > 0

    def timeout_s(self) -> float | None:
        """What the whole pass may take; None while that is unknown.

        Average batch seconds × batches × WEIGHTSLAB_EVAL_TIMEOUT_MULTIPLIER, at least
        WEIGHTSLAB_EVAL_TIMEOUT_MIN_SECONDS; WEIGHTSLAB_EVAL_TIMEOUT_SECONDS goes before. The
        average is that of the loader's former passes, else of this one's first batches.
        """
        settings = self._experiment.settings
        if settings.eval_timeout_s > 0:
            return settings.eval_timeout_s
        if self._expected_batch_s is None and self._pass.done >= TIMED_BATCHES:
            self._expected_batch_s = self.batch_s
        if self._expected_batch_s is None or self._pass.total is None:
            return None
        expected = self._expected_batch_s * self._pass.total * settings.eval_timeout_multiplier
        return max(expected, settings.eval_timeout_min_s)

    def _check(self) -> None:
        if self._pass.cancelled.is_set():
            raise EvaluationCancelledError("the evaluation was cancelled.")
        limit, spent = self.timeout_s(), time.monotonic() - self._started
        if limit is not None and spent > limit:
            raise EvaluationTimeoutError(
                f"the evaluation took {spent:.1f} s, more than {limit:.1f} s, for {self._pass.done}"
                " batches; WEIGHTSLAB_EVAL_TIMEOUT_SECONDS allows more."
            )

    def _batches(self) -> Iterator[Any]:
        if not self._is_watched:
            yield from self._loader
            return
        for batch, ids in bare_batches(self._loader):
            if isinstance(batch, dict):
                yield {**batch, "sample_id": ids}
            elif isinstance(batch, tuple | list):
                yield (*batch[:2], *[None] * (2 - len(batch)), ids, *batch[2:])
            else:
                yield (batch, None, ids)


def _length(loader: Any) -> int | None:
    try:
        return len(loader)
    except TypeError:  # a stream
        return None

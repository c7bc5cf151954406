"""How much of its steps and its time a run has used, and how long the rest will take."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

RECENT_SECONDS = 180.0  # speed is that of the last minutes, evaluations and checkpoints included
KNOWN_AFTER_SECONDS = 5.0  # a shorter look at the speed is a guess


class Budget:
    """Counts the seconds of training from the first `resume` on, without pauses.

    Args:
        total_steps: environment steps of the whole run.
        minutes: time of the whole run, None without a limit.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        total_steps: int,
        minutes: float | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total_steps, self._clock = total_steps, clock
        self._total_s = None if minutes is None else 60.0 * minutes
        self._before_s = 0.0  # until the clock was last started
        self._started_at: float | None = None
        self._seen: deque[tuple[float, int]] = deque()  # (elapsed_s, step), newest last

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far."""
        running_s = 0.0 if self._started_at is None else self._clock() - self._started_at
        return self._before_s + running_s

    def restore(self, elapsed_s: float) -> None:
        """Go on from what a checkpoint says."""
        self._before_s = elapsed_s

    def pause(self) -> None:
        """Stop the clock."""
        self._before_s, self._started_at = self.elapsed_s, None

    def resume(self) -> None:
        """Start the clock, or let it go on."""
        if self._started_at is None:
            self._started_at = self._clock()

    @property
    def time_used(self) -> float:
        """Share of the time that is used, at most 1; 0 without a limit."""
        return min(1.0, self.elapsed_s / self._total_s) if self._total_s else 0.0

    def is_spent(self, step: int) -> bool:
        """Whether steps or time are used up."""
        return step >= self._total_steps or self.time_used >= 1.0

    def progress(self, step: int, afterwards_s: float) -> dict[str, Any]:
        """{fraction, elapsed_s, seconds_left}; the last is None until it can be known.

        Args:
            step: where the training is; also a sample of its speed.
            afterwards_s: what the evaluation after the last step will take.
        """
        elapsed_s = self.elapsed_s
        self._look(elapsed_s, step)
        ends = [] if self._total_s is None else [max(0.0, self._total_s - elapsed_s)]
        if speed := self.speed():
            ends.append(max(0, self._total_steps - step) / speed)
        return {
            "fraction": min(1.0, max(step / self._total_steps, self.time_used)),
            "elapsed_s": elapsed_s,
            "seconds_left": min(ends) + afterwards_s if ends else None,
        }

    def speed(self) -> float | None:
        """Steps per second of training of the last minutes; None until it can be known."""
        if not self._seen:
            return None
        (first_s, first_step), (last_s, last_step) = self._seen[0], self._seen[-1]
        known = last_s - first_s >= KNOWN_AFTER_SECONDS and last_step > first_step
        return (last_step - first_step) / (last_s - first_s) if known else None

    def _look(self, elapsed_s: float, step: int) -> None:
        self._seen.append((elapsed_s, step))
        while elapsed_s - self._seen[0][0] > RECENT_SECONDS:
            self._seen.popleft()

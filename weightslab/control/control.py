"""Stops a training between two steps: pause and resume, train and audit mode, work due by step.

A step boundary is a moment when no step is under way: after an optimizer's step, before a training
loader's next batch, at the entry of `guard_training_context`. The way through it costs one
comparison unless something was asked for.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from weightslab.control.buffers import Buffers
from weightslab.errors import ArgumentError

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

Mode = Literal["train", "audit"]
Callback = Callable[[int], int | None]
NEVER = sys.maxsize
_NOW = -1
_LOOK_S = 0.5  # Windows delivers Ctrl-C only between waits


class Phase(threading.local):
    """Which guard this thread is in, the innermost one."""

    name: Literal["training", "testing"] | None = None


class Control:
    """Of one experiment. Every method may be called from any thread.

    Attributes:
        attend_at: the step from which `boundary` has something to do; only read it.
        auditing: steps change nothing now.
        phase: of the calling thread.
        place: of the boundary that is attended: the pass of a loader that is about to give a batch,
            the guard that is entered, None after an optimizer's step.
        models_version: another number after every change of the models.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.phase = Phase()
        self.attend_at = NEVER
        self.auditing = False
        self.place: object = None
        self.models_version = 0
        self._experiment = experiment
        self._changed = threading.Condition(threading.RLock())
        self._paused = self._holding = False
        self._pause_step: int | None = None
        self._asked_mode: Mode = "train"
        self._buffers: Buffers | None = None
        self._callbacks: dict[Callback, int] = {}
        self._asked = False
        self._waiting = self._standstills = 0
        self._thread: int | None = None

    @property
    def paused(self) -> bool:
        """Whether training is to wait at its next boundary, or waits."""
        return self._paused

    @property
    def waiting(self) -> bool:
        """Whether a training thread waits now."""
        return self._waiting > 0

    @property
    def mode(self) -> Mode:
        """What was asked for last; a running step is finished in the former mode."""
        return self._asked_mode

    @property
    def in_training(self) -> bool:
        """Whether this thread is in `guard_training_context`, and in no testing guard in it."""
        return self.phase.name == "training"

    @property
    def in_testing(self) -> bool:
        """Whether this thread is in `guard_testing_context`, and in no training guard in it."""
        return self.phase.name == "testing"

    def boundary(self, place: object = None) -> None:
        """Pass a step boundary: waits while paused, does what is due. Not in a testing guard.

        Args:
            place: see the attribute.

        Raises:
            KeyboardInterrupt: Ctrl-C while it waits.
        """
        if self.phase.name == "testing":
            return
        self._thread = threading.get_ident()
        if self._experiment.step >= self.attend_at:
            self.place = place
            self._attend()

    def pause(self) -> None:
        """Make training wait at its next boundary, until `resume`."""
        self._set_paused(True)

    def resume(self) -> None:
        """Let training go on."""
        self._set_paused(False)

    def pause_at_step(self, step: int | None) -> None:
        """Pause when the model's age is `step`; None: forget the former wish.

        Raises:
            ArgumentError: not a whole number, or the step is over already.
        """
        if step is not None:
            if isinstance(step, bool) or not isinstance(step, int):
                raise ArgumentError(f"a step is a whole number, not {step!r}.")
            if step < self._experiment.step:
                raise ArgumentError(
                    f"step {step} is over: the model's age is {self._experiment.step}."
                )
        with self._changed:
            self._pause_step = step
        self.attend()

    def set_mode(self, mode: Mode) -> None:
        """In audit mode training goes on but changes nothing: see `weightslab.watched.optimizer`.

        Raises:
            ArgumentError: another word than "train" or "audit".
        """
        if mode not in ("train", "audit"):
            raise ArgumentError(f'mode {mode!r}: use "train" or "audit".')
        with self._changed:
            self._asked_mode = mode
            if self.between_steps():
                self._take_mode()
        self._reflect("auditorMode", mode == "audit")
        self.attend()

    def attend(self) -> None:
        """Have the callbacks called at the next boundary, or now by a training that waits."""
        with self._changed:
            self._asked = True
            self.attend_at = _NOW
            self._changed.notify_all()

    def on_boundary(self, callback: Callback, at: int | None = None) -> None:
        """Call `callback(step)` at the first boundary of step `at` or later, and after `attend`.

        It runs in the training thread and returns the step at which it wants to be called next,
        or None: only after `attend`. What it raises reaches the user's script.
        """
        with self._changed:
            self._callbacks[callback] = NEVER if at is None else at
            self._plan()

    def between_steps(self) -> bool:
        """Whether the calling thread may change things now: it trains itself, or nobody does."""
        return self._thread == threading.get_ident() or self._nobody_trains()

    def wait_until_waiting(self, timeout: float | None = None) -> bool:
        """Wait until a training thread waits in a pause; True unless the seconds ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting > 0, timeout)

    def wait_until_quiet(self, timeout: float) -> bool:
        """Wait until no step can be under way: a training thread waits, or there is
        none (yet or any more)."""
        return self._nobody_trains() or self.wait_until_waiting(timeout)

    @contextmanager
    def standstill(self) -> Iterator[None]:
        """Meanwhile no training goes past its next boundary, resumed or not."""
        with self._changed:
            self._standstills += 1
        self.attend()
        try:
            yield
        finally:
            with self._changed:
                self._standstills -= 1
            self.attend()

    def hold(self, seconds: float) -> None:
        """Wait as in a pause, for so long or until `resume`; a `pause` meanwhile keeps training
        from going on at its first boundary."""
        with self._changed:
            self._paused = self._holding = True
        _say(f"training starts in {seconds:g} s, or at once when it is resumed.")
        self._wait(lambda: not self._paused, seconds)
        if self._holding:
            self.resume()

    def idle(self, seconds: float | None) -> None:
        """Wait outside of training, for ever if None; what others ask for meanwhile is done."""
        self._wait(lambda: False, seconds)

    def put_back(self) -> None:
        """In audit mode: give the buffers of the models the values they had before this step."""
        if self._buffers is not None:
            self._buffers.put_back()

    def models_changed(self) -> None:
        """Tell that models were registered or loaded: audit mode puts back what they hold now, and
        the callbacks are asked anew when they want to be called."""
        with self._changed:
            self.models_version += 1
            if self.auditing:
                self._buffers = Buffers(self._experiment.models.values())
        self.attend()

    def _nobody_trains(self) -> bool:
        return self._thread not in {thread.ident for thread in threading.enumerate()}

    def _set_paused(self, paused: bool) -> None:
        with self._changed:
            self._paused, self._holding = paused, False
            step = self._pause_step
            if not paused and step is not None and step <= self._experiment.step:
                self._pause_step = None
        self._reflect("is_training", not paused)
        self.attend()

    def _reflect(self, key: str, value: bool) -> None:
        """Scripts look at these hyperparameters, where they have them."""
        if self._experiment.hyperparameters is not None:
            self._experiment.hyperparameters.reflect(key, value)

    def _attend(self) -> None:
        if self._experiment.closed:
            self.attend_at = NEVER
            return
        self._do_what_is_due()
        if self._pause_step is not None and self._experiment.step >= self._pause_step:
            self._pause_step = None
            self.pause()
        while self._paused or self._standstills:
            if not self._paused:
                self._wait(lambda: self._paused or not self._standstills)
                continue
            _say(
                f"training waits at step {self._experiment.step}. To go on: resume in the studio"
                " or in the console, or wl.resume() in another thread."
            )
            self._wait(lambda: not self._paused)
        with self._changed:
            self._plan()

    def _wait(self, done: Callable[[], bool], seconds: float | None = None) -> None:
        end = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
        try:
            while not done():
                left = _LOOK_S if end is None else min(_LOOK_S, end - time.monotonic())
                if left <= 0:
                    return
                with self._changed:
                    if not self._asked and not done():
                        self._changed.wait(left)
                if self._asked:
                    self._do_what_is_due()
        finally:
            with self._changed:
                self._waiting -= 1

    def _do_what_is_due(self) -> None:
        """Call what asked for it. The lock is not held meanwhile: callbacks may ask for more."""
        step = self._experiment.step
        with self._changed:
            self._take_mode()
            due = [c for c, at in self._callbacks.items() if self._asked or at <= step]
            self._asked = False
        for callback in due:
            following = callback(step)
            with self._changed:
                self._callbacks[callback] = NEVER if following is None else following

    def _take_mode(self) -> None:
        audit = self._asked_mode == "audit"
        if audit and not self.auditing:
            self._buffers = Buffers(self._experiment.models.values())
        elif self._buffers is not None and not audit:
            self._buffers.put_back()
            self._buffers = None
        self.auditing = audit

    def _plan(self) -> None:
        """Find the step from which there is something to do; the lock is held."""
        if self._asked or self._paused or self._standstills:
            self.attend_at = _NOW
        else:
            pause_step = NEVER if self._pause_step is None else self._pause_step
            self.attend_at = min(pause_step, *self._callbacks.values(), NEVER)


def _say(line: str) -> None:
    sys.stderr.write(f"weightslab: {line}\n")

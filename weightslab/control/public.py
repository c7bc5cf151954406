"""`wl.pause`, `wl.resume` and the rest: control of the current experiment, from any thread."""

from __future__ import annotations

import math

from weightslab.control.control import Mode
from weightslab.errors import ArgumentError
from weightslab.experiment import current


def pause() -> None:
    """Make training wait at its next step boundary, until `resume`.

    It waits after the optimizer's step, before the training loader's next batch or at the entry of
    `guard_training_context`, says so on stderr, and Ctrl-C still ends it.
    """
    current().control.pause()


def resume() -> None:
    """Let training go on."""
    current().control.resume()


def pause_at_step(step: int | None) -> None:
    """Pause when the model's age, `model.get_age()`, is `step`; None takes it back.

    Raises:
        ArgumentError: not a whole number, or the step is over already.
    """
    current().control.pause_at_step(step)


def set_mode(mode: Mode) -> None:
    """Train, or audit: the loop runs on and records, but no step changes weights, the optimizer's
    state, running statistics or the model's age. Holds from the next step boundary on.

    Raises:
        ArgumentError: another word than "train" or "audit".
    """
    current().control.set_mode(mode)


def start_training(timeout: float | None = None) -> None:
    """Make sure that training is not paused; call it before the training loop.

    Args:
        timeout: seconds to wait first, so that one can connect and edit. A resume from elsewhere
            ends the wait; a pause from elsewhere meanwhile holds the first step. None or 0: go.

    Raises:
        ArgumentError: `timeout` is negative or no number.
    """
    check_duration(timeout)
    if timeout:
        current().control.hold(timeout)
    else:
        current().control.resume()


def check_duration(timeout: object) -> None:
    """Refuse a timeout that is neither None nor a number of seconds.

    Raises:
        ArgumentError: see above.
    """
    if timeout is None:
        return
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if not is_number or not 0 <= timeout < math.inf:  # type: ignore[operator]
        raise ArgumentError(f"timeout is a number of seconds, not {timeout!r}.")

"""`@signal`: the user's own function as a named signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from weightslab.errors import ArgumentError
from weightslab.experiment import current
from weightslab.notebook import table
from weightslab.signals.names import derived_column, plain

Function = TypeVar("Function", bound=Callable[..., Any])
MOST_ERRORS = 10


@dataclass
class SignalDefinition:
    """A registered signal, and how it fares.

    Attributes:
        subscribe_to: the signal whose value makes it run; None: static, computed from the sample.
        every: runs at each such time that the subscribed signal is produced.
        with_history, with_metadata: what `ctx.subscribed_history` holds.
        log: whether a curve of its mean over the batch is kept.
        errors: so many calls raised; at MOST_ERRORS the signal is `disabled`.
        produced: steps at which the subscribed signal was produced.
        runs: calls that gave a value.
    """

    name: str
    function: Callable[..., Any]
    subscribe_to: str | None = None
    every: int = 1
    with_history: bool = False
    with_metadata: bool = False
    log: bool = True
    errors: int = 0
    produced: int = 0
    runs: int = 0
    disabled: bool = False
    last_error: str | None = None
    column: str = field(init=False)

    def __post_init__(self) -> None:
        self.column = derived_column(self.name)

    def _repr_html_(self) -> str:
        kind = f"whenever {self.subscribe_to} is logged" if self.subscribe_to else "of each sample"
        rows = [("computed", kind), ("every", self.every), ("values", self.runs)]
        if self.errors:
            rows += [("errors", self.errors), ("last error", self.last_error or "")]
        return table(f"signal {self.name}", rows, "disabled" if self.disabled else "")

    @property
    def is_static(self) -> bool:
        """Whether it is computed from the sample itself, not from another signal."""
        return self.subscribe_to is None

    @property
    def is_dynamic(self) -> bool:
        """Whether it runs when another signal is logged."""
        return not self.is_static


@overload
def signal(name: Function) -> Function: ...


@overload
def signal(
    name: str | None = None,
    subscribe_to: str | None = None,
    compute_every_n_steps: int = 1,
    include_history: bool = False,
    include_history_metadata: bool = False,
    log: bool = True,
) -> Callable[[Function], Function]: ...


def signal(
    name: Any = None,
    subscribe_to: str | None = None,
    compute_every_n_steps: int = 1,
    include_history: bool = False,
    include_history_metadata: bool = False,
    log: bool = True,
) -> Any:
    """Register a function of one `SignalContext` that gives one number per sample.

    The function itself stays what it was. Decorating another of the same name replaces it. What it
    raises is reported once, counted, and never stops training; after 10 errors it is not
    called again (`WEIGHTSLAB_STRICT=1` raises instead). It may return None: no value then.

    Args:
        name: defaults to the function's name; the column is `signals//<name>`.
        subscribe_to: a loss, metric or signal. Given, the signal is dynamic: it runs once
            per sample of a batch (once, where that has no values per sample) whenever a value is
            logged. Omitted, it is static and runs in `compute_signals`.
        compute_every_n_steps: of a dynamic signal: at every n-th step that the subscribed signal
            is produced, the n-th first.
        include_history: fill `ctx.subscribed_history`.
        include_history_metadata: with `model_age` in each of its entries.
        log: keep the curve of the mean over the batch.

    Raises:
        ArgumentError: compute_every_n_steps is no positive integer, or a name is no text.
        SignalCycleError: it would, through others, subscribe to itself.
    """
    if callable(name):
        return signal()(name)
    every = compute_every_n_steps
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise ArgumentError(f"compute_every_n_steps is {every!r}: give a positive integer.")

    def register(function: Function) -> Function:
        if not callable(function):
            raise ArgumentError("@signal decorates a function.")
        own_name = function.__name__ if name is None else name
        current().signals.add(
            SignalDefinition(
                plain(own_name),
                function,
                None if subscribe_to is None else plain(subscribe_to),
                every,
                include_history,
                include_history_metadata,
                log,
            )
        )
        return function

    return register

"""`eval_fn`, `request_evaluation` and `run_pending_evaluation`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from weightslab.errors import ArgumentError
from weightslab.experiment import current

if TYPE_CHECKING:
    from weightslab.evaluation.evaluation_pass import EvaluationPass

Function = TypeVar("Function", bound=Callable[..., Any])


def eval_fn(function: Function) -> Function:
    """Use this function for evaluation passes instead of the default one.

    It gets one argument, a loader that gives `(inputs, targets, ids, ...)`, and that raises
    where the pass is cancelled or out of time. Decorating another replaces it.

    Raises:
        ArgumentError: it cannot be called.
    """
    if not callable(function):
        raise ArgumentError("@wl.eval_fn decorates a function of one loader.")
    current().evaluations.function = function
    return function


def request_evaluation(loader_name: str) -> EvaluationPass:
    """Ask for an evaluation pass from the script; `run_pending_evaluation` runs it.

    Raises:
        UnknownNameError: no loader of this name is watched.
        ArgumentError: another pass waits or runs.
    """
    return current().evaluations.request(loader_name)


def run_pending_evaluation(
    loaders: Mapping[str, Any] | Sequence[Any] | None = None,
    model: Any = None,
    eval_fn: Callable[[Any], Any] | None = None,
    device: Any = None,
) -> bool:
    """Run the evaluation that was asked for, if one was.

    What it raises is reported and does not reach the training loop, unless WEIGHTSLAB_STRICT=1.

    Args:
        loaders: by name, or a list of watched loaders; default: all that are watched.
        model: default: the watched one.
        eval_fn: default: the one registered with `@wl.eval_fn`, else the built-in pass.
        device: of the built-in pass; default: the model's.

    Returns:
        whether one ran: then the training loop goes on to its next iteration.
    """
    experiment = current()
    if not experiment.uses("evaluations"):
        return False
    if loaders is not None and not isinstance(loaders, Mapping):
        names = {id(loader): name for name, loader in experiment.loaders.items()}
        loaders = {names[id(loader)]: loader for loader in loaders if id(loader) in names}
    return experiment.evaluations.run_pending(loaders, model, eval_fn, device)

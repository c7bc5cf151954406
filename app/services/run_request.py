"""Checks what a caller wants of a run, and names everything that is out of bounds."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.designs import validate_document
from app.errors import RunRequestError
from app.json_values import JsonObject, dumps
from app.training.hyperparameters import (
    HyperparameterError,
    Hyperparameters,
    SettingProblem,
    check_minutes,
    check_run_number,
    check_settings,
    default_steps_of_tables,
    most_steps,
    run_default,
)


@dataclass(frozen=True)
class RunWish:
    """A new run as the caller wants it; None means the default or the parent's value."""

    total_steps: int | None = None
    minutes: float | None = None
    seed: int | None = None
    hyperparameters: Mapping[str, object] | None = None
    from_run_id: str | None = None
    from_step: int | None = None
    teacher_run_id: str | None = None
    teacher_step: int | None = None

    def fingerprint(self, design_id: str) -> str:
        """The same for the same wish, whatever the order of its keys."""
        settings = dict(sorted((self.hyperparameters or {}).items()))
        wish = {**vars(self), "hyperparameters": settings, "design_id": design_id}
        return hashlib.sha256(dumps(wish)).hexdigest()


@dataclass(frozen=True)
class RunNumbers:
    """A checked wish."""

    total_steps: int
    minutes: float | None
    seed: int
    hyperparameters: JsonObject


def check_wish(
    wish: RunWish, parent: RunNumbers | None = None, *, default_steps: int | None = None
) -> RunNumbers:
    """Fills in what was not said. Raises RunRequestError with every problem."""
    problems: list[SettingProblem] = []
    numbers: JsonObject = _budget(wish, parent, default_steps or run_default("total_steps"))
    numbers["seed"] = parent.seed if parent else run_default("seed")
    for name, check in _CHECKS.items():
        value = getattr(wish, name)
        if value is None:
            continue
        try:
            numbers[name] = check(value)
        except HyperparameterError as error:
            problems.extend(error.problems)
    settings: JsonObject = {}
    inherited = parent.hyperparameters if parent else {}
    try:
        wanted = {**inherited, **(wish.hyperparameters or {})}
        settings = dict(Hyperparameters.from_values(wanted).as_values())
    except HyperparameterError as error:
        problems.extend(error.problems)
    if problems:
        raise refused_settings(problems)
    return RunNumbers(**numbers, hyperparameters=settings)


def default_steps(architecture: JsonObject) -> int:
    """Of a run of this design: tables that learn alone take far more steps in the same time."""
    design = validate_document(architecture).design
    types = {component.type for component in design.components}
    if design.plays_afterstates and types <= _TABLE_BLOCKS:
        return default_steps_of_tables()
    return run_default("total_steps")


def _budget(wish: RunWish, parent: RunNumbers | None, default_steps: int) -> JsonObject:
    """Steps and minutes where the wish names neither; naming one lifts the other."""
    if wish.minutes is not None:
        return {"total_steps": most_steps(), "minutes": None}
    if parent is not None and wish.total_steps is None:
        return {"total_steps": parent.total_steps, "minutes": parent.minutes}
    return {"total_steps": default_steps, "minutes": None}


_TABLE_BLOCKS = {"board_input", "ntuple", "action_output", "value_output"}
_CHECKS: Mapping[str, Callable[[object], float]] = {
    "total_steps": functools.partial(check_run_number, "total_steps"),
    "minutes": check_minutes,
    "seed": functools.partial(check_run_number, "seed"),
}


def check_teaching(settings: JsonObject, architecture: JsonObject) -> None:
    """Whether a run with these settings can learn from the network of another one.

    Raises RunRequestError.
    """
    if validate_document(architecture).design.plays_afterstates:
        raise RunRequestError(
            "A design that chooses by afterstates learns no policy, so a teacher has nothing to "
            "tell it."
        )
    if settings["kickstart_moves"]:
        raise RunRequestError(
            "Name one teacher: kickstart_moves is for one of the run's own, kickstart_from for one "
            "from another run."
        )


def check_live_settings(values: Mapping[str, object]) -> JsonObject:
    """Settings that a run may change while it goes on. Raises RunRequestError."""
    if not values:
        raise RunRequestError("Name at least one setting to change.")
    try:
        return dict(check_settings(values, live_only=True))
    except HyperparameterError as error:
        raise refused_settings(error.problems) from error


def refused_settings(problems: list[SettingProblem]) -> RunRequestError:
    """The error that names every refused setting."""
    messages = [problem.message for problem in problems]
    issues = [
        {
            "code": problem.code,
            "severity": "error",
            "component_id": None,
            "prop": problem.name[:64],
            "message": problem.message,
            "fix": None,
        }
        for problem in problems
    ]
    return RunRequestError(messages[0], errors=messages, issues=issues)

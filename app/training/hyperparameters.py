"""The settings of a training, checked against spec/hyperparameters.json. No torch here."""

import functools
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from app.spec import read_spec

Setting = int | float | bool | str


@dataclass(frozen=True)
class SettingRule:
    """One row of spec/hyperparameters.json."""

    name: str
    kind: str
    default: Setting
    min: float
    max: float
    live: bool
    label: str
    group: str
    values: tuple[str, ...] = ()
    """What a `choice` may be."""


@dataclass(frozen=True)
class SettingProblem:
    """Why one value was refused; the message is for people."""

    name: str
    code: str
    message: str


class HyperparameterError(ValueError):
    """At least one setting was refused; `problems` names each of them."""

    code = "run.hyperparameters"

    def __init__(self, problems: list[SettingProblem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Hyperparameters:
    """Every setting of a training; the defaults and bounds are those of the spec file."""

    learning_rate: float
    warmup_steps: int
    anneal: bool
    gamma: float
    gae_lambda: float
    clip_range: float
    entropy_coef: float
    value_coef: float
    max_grad_norm: float
    reward: str
    reward_scale: float
    epochs: int
    minibatch: int
    n_envs: int
    n_steps: int
    td_rate: float
    td_moves: int
    kickstart_moves: int
    kickstart_coef: float
    kickstart_share: float
    evaluate_seconds: float
    evaluate_games: int
    target_score: int
    early_stop_evaluations: int
    kl_limit: float
    entropy_floor: float
    checkpoint_seconds: float
    keep_last: int
    keep_every_minutes: float
    device: str
    precision: str

    @classmethod
    def from_values(cls, values: Mapping[str, object] | None = None) -> "Hyperparameters":
        """The defaults with `values` over them.

        Raises:
            HyperparameterError: a name is unknown, a type is wrong or a number out of bounds.
        """
        defaults = {name: rule.default for name, rule in setting_rules().items()}
        return cls(**(defaults | check_settings(values or {})))  # type: ignore[arg-type]

    def changed(self, values: Mapping[str, object]) -> "Hyperparameters":
        """A copy with the live settings `values` over these.

        Raises:
            HyperparameterError: as from_values, or a setting cannot change while a run goes on.
        """
        return replace(self, **check_settings(values, live_only=True))  # type: ignore[arg-type]

    def as_values(self) -> dict[str, Setting]:
        """All settings by name."""
        return asdict(self)


def check_settings(values: Mapping[str, object], *, live_only: bool = False) -> dict[str, Setting]:
    """Return `values` with whole numbers turned to floats where a float is meant.

    Args:
        values: settings by name; any subset.
        live_only: refuse those that cannot change while a run goes on.

    Raises:
        HyperparameterError: with every problem, not only the first.
    """
    rules = setting_rules()
    problems: list[SettingProblem] = []
    checked: dict[str, Setting] = {}
    for name, value in values.items():
        rule = rules.get(name)
        problem = _unknown(name) if rule is None else _problem_of(rule, value, live_only)
        if problem is not None:
            problems.append(problem)
        elif rule is not None and isinstance(value, int | float | str):
            checked[name] = float(value) if rule.kind == "float" else value
    if problems:
        raise HyperparameterError(problems)
    return checked


def check_run_number(name: str, value: object) -> int:
    """Check `total_steps` or `seed` against the spec's `run` section.

    Raises:
        HyperparameterError: it is no whole number or out of bounds.
    """
    bounds = read_spec("hyperparameters.json")["run"][name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise HyperparameterError([_wrong_type(name, "a whole number")])
    if not bounds["min"] <= value <= bounds["max"]:
        raise HyperparameterError([_out_of_range(name, bounds["min"], bounds["max"])])
    return value


def check_minutes(value: object) -> float:
    """Check a run's budget of time against the spec's `run` section.

    Raises:
        HyperparameterError: it is no number or out of bounds.
    """
    bounds = read_spec("hyperparameters.json")["run"]["minutes"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise HyperparameterError([_wrong_type("minutes", "a number")])
    if not bounds["min"] <= value <= bounds["max"]:
        raise HyperparameterError([_out_of_range("minutes", bounds["min"], bounds["max"])])
    return float(value)


def most_steps() -> int:
    """The highest `total_steps`: the limit of a run that time alone ends."""
    return int(read_spec("hyperparameters.json")["run"]["total_steps"]["max"])


def default_steps_of_tables() -> int:
    """The default of `total_steps` for what learns a million moves a second: ten minutes."""
    return int(read_spec("hyperparameters.json")["run"]["total_steps"]["default_of_tables"])


def run_default(name: str) -> int:
    """The default of `total_steps` or `seed`."""
    return int(read_spec("hyperparameters.json")["run"][name]["default"])


@functools.cache
def setting_rules() -> dict[str, SettingRule]:
    """The rows of the spec file by name."""
    fields = ("name", "kind", "default", "live", "label", "group")
    return {
        row["name"]: SettingRule(
            **{field: row[field] for field in fields},
            min=row.get("min", -math.inf),
            max=row.get("max", math.inf),
            values=tuple(choice["value"] for choice in row.get("values", ())),
        )
        for row in read_spec("hyperparameters.json")["hyperparameters"]
    }


def _problem_of(rule: SettingRule, value: object, live_only: bool) -> SettingProblem | None:
    if live_only and not rule.live:
        message = f"{rule.name} cannot change while a run goes on: start a new run with it."
        return SettingProblem(rule.name, "hyperparameter.not_live", message)
    if rule.kind == "bool":
        return None if isinstance(value, bool) else _wrong_type(rule.name, "true or false")
    if rule.kind == "choice":
        wanted = " or ".join(rule.values)
        return None if value in rule.values else _wrong_type(rule.name, wanted)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _wrong_type(rule.name, "a number")
    if rule.kind == "int" and not isinstance(value, int):
        return _wrong_type(rule.name, "a whole number")
    if not rule.min <= value <= rule.max:  # also refuses NaN
        return _out_of_range(rule.name, rule.min, rule.max)
    return None


def _unknown(name: str) -> SettingProblem:
    known = ", ".join(setting_rules())
    return SettingProblem(
        name, "hyperparameter.unknown", f"There is no such setting. Known are: {known}."
    )


def _wrong_type(name: str, expected: str) -> SettingProblem:
    return SettingProblem(name, "hyperparameter.type", f"{name} must be {expected}.")


def _out_of_range(name: str, low: float, high: float) -> SettingProblem:
    message = f"{name} must be between {low:g} and {high:g}."
    return SettingProblem(name, "hyperparameter.range", message)

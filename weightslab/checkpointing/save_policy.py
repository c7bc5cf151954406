"""When the state is saved, and how much of it stays on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from weightslab.errors import ArgumentError


@dataclass(frozen=True)
class SavePolicy:
    """From the hyperparameters' `checkpoints`.

    Attributes:
        every_n_steps: at each such step; 0: not by steps.
        every_s: when so many seconds have passed since the last one; 0: not by time.
        keep_last: so many of the newest.
        keep_every_s: and the first of each such span of time; 0: none.
        keep_branches: of so many former branches of the experiment; of older ones what is pinned.
        metric: the signal that says which is best; None: none is.
        higher_is_better: of the metric.
    """

    every_n_steps: int = 0
    every_s: float = 60.0
    keep_last: int = 3
    keep_every_s: float = 0.0
    keep_branches: int = 3
    metric: str | None = None
    higher_is_better: bool = False

    @classmethod
    def from_values(cls, values: Any) -> SavePolicy:
        """The policy of a mapping of these names.

        Raises:
            ArgumentError: a name is unknown or a value of another kind.
        """
        known = ", ".join(cls.__dataclass_fields__)
        if not isinstance(values, dict):
            raise ArgumentError(f"checkpoints: a dict of {known} is wanted.")
        for name, value in values.items():
            if name not in cls.__dataclass_fields__:
                raise ArgumentError(f"checkpoints.{name}: there are only {known}.")
            if not _fits(name, value):
                raise ArgumentError(f"checkpoints.{name}: {value!r} is not usable.")
        return cls(**values)


def _fits(name: str, value: Any) -> bool:
    if name == "metric":
        return value is None or isinstance(value, str)
    if name == "higher_is_better":
        return isinstance(value, bool)
    numbers = int | float if name.endswith("_s") else int
    least = 1 if name == "keep_last" else 0
    return isinstance(value, numbers) and not isinstance(value, bool) and value >= least

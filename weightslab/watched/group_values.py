"""Edited hyperparameters on their way to the groups of an optimizer."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Set
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

RATES = ("lr", "learning_rate")
_SCHEDULED = ("lr", "initial_lr", "max_lr", "min_lr")
_SCHEDULER_LISTS = ("base_lrs", "max_lrs", "_last_lr")
Path = tuple[str, ...]


class GroupValues:
    """What the hyperparameters said last to one optimizer, so that only edits are applied."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._said: dict[Path, Any] | None = None

    def begin(
        self, optimizer: Optimizer, values: Mapping[str, Any], registered: Mapping[str, Any]
    ) -> None:
        """Note what holds now. An edit made before the optimizer was watched is still to be
        applied where the groups hold what was registered before it."""
        before = dict(self._wanted(optimizer, registered))
        group = optimizer.param_groups[0]
        self._said = {
            path: before[path] if path in before and group[_key(path)] == before[path] else value
            for path, value in self._wanted(optimizer, values)
        }

    def loaded(
        self,
        optimizer: Optimizer,
        values: Mapping[str, Any],
        saved: Mapping[str, Any],
        edited: Set[Path],
    ) -> None:
        """Note that the groups hold what the saved hyperparameters said; of what is other now,
        only edits are still to be applied."""
        before = dict(self._wanted(optimizer, saved))
        self._said = {
            path: before[path] if path in before and path in edited else value
            for path, value in self._wanted(optimizer, values)
        }

    def follow(
        self, optimizer: Optimizer, values: Mapping[str, Any], registered: Mapping[str, Any]
    ) -> None:
        """Apply what changed since the last call."""
        if self._said is None:
            self.begin(optimizer, values, registered)
        said = self._said or {}
        self._said = dict(self._wanted(optimizer, values))
        for path, value in self._said.items():
            if path not in said or said[path] == value:
                continue
            if _key(path) == "lr":
                set_learning_rate(optimizer, value, said[path])
            else:
                _set_where(optimizer, _key(path), value, said[path])

    def _wanted(
        self, optimizer: Optimizer, values: Mapping[str, Any]
    ) -> Iterator[tuple[Path, Any]]:
        """Each value that concerns this optimizer; one of its own name goes before the general."""
        own = values.get(self._name)
        if self._name == "optimizer" or not isinstance(own, Mapping):
            own = {}
        general = values.get("optimizer")
        if any(key in own for key in RATES):
            values = {}
        for key in RATES:
            if _is_number(values.get(key)):
                yield (key,), values[key]
        for section, entries in (("optimizer", general), (self._name, own)):
            for key, value in entries.items() if isinstance(entries, Mapping) else ():
                covered = entries is general and (key in own or (key in RATES and not values))
                if not covered and _fits(optimizer.defaults.get(_key((key,))), value):
                    yield (section, key), tuple(value) if isinstance(value, list) else value


def _set_where(optimizer: Optimizer, key: str, value: Any, former: Any) -> None:
    """Set it in the groups that have the former value, in all where none has: biases that were
    exempt from weight decay stay exempt."""
    groups = optimizer.param_groups
    for group in [group for group in groups if group.get(key) == former] or groups:
        group[key] = value


def set_learning_rate(optimizer: Optimizer, rate: float, former: float) -> None:
    """Give the first group this rate and the others theirs in the same proportion to it.

    Where a scheduler is at work, all that it computes with is scaled by `rate` to `former`, so
    that it goes on as if it had been made with the new rate.
    """
    groups = optimizer.param_groups
    first = float(groups[0]["lr"])
    if "initial_lr" in groups[0] and former:
        for group in groups:
            _scale_scheduled(group, rate, former)
        for scheduler in _schedulers(optimizer):
            for name in _SCHEDULER_LISTS:
                rates = getattr(scheduler, name, None)
                if isinstance(rates, list):
                    rates[:] = [_scaled(value, rate, former) for value in rates]
    else:
        for group in groups:
            same = not first or float(group["lr"]) == first
            _put(group, "lr", rate if same else rate * (float(group["lr"]) / first))


def _scale_scheduled(group: dict[str, Any], rate: float, former: float) -> None:
    for key in _SCHEDULED:
        if key in group:
            _put(group, key, _scaled(group[key], rate, former))


def _scaled(value: Any, rate: float, former: float) -> float:
    return rate if float(value) == former else float(value) * (rate / former)


def _schedulers(optimizer: Optimizer) -> list[LRScheduler]:
    """The schedulers of an optimizer. It does not know them, so that the garbage collector's list
    is gone through: tens of milliseconds, at an edit of the rate only."""
    kinds = (
        entry
        for entry in gc.get_objects()
        if issubclass(type(entry), LRScheduler)  # isinstance would ask foreign proxies
    )
    return [entry for entry in kinds if getattr(entry, "optimizer", None) is optimizer]


def _put(group: dict[str, Any], key: str, value: float) -> None:
    if isinstance(group[key], Tensor):  # capturable optimizers read the rate on the device
        group[key].fill_(value)
    else:
        group[key] = value


def _key(path: Path) -> str:
    return "lr" if path[-1] in RATES else path[-1]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fits(default: Any, value: Any) -> bool:
    """Whether a value can stand where an optimizer's default stands."""
    if isinstance(default, tuple | list):
        return isinstance(value, tuple | list) and len(value) == len(default)
    if isinstance(default, bool):
        return isinstance(value, bool)
    return (_is_number(default) or isinstance(default, Tensor)) and _is_number(value)

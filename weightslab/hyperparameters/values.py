"""Values of hyperparameters: where they are, what may take their place, how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

from weightslab.errors import ArgumentError, UnknownNameError

Source = Literal["registered", "file", "page", "code"]
Path = tuple[Any, ...]
MOST_DEPTH, MOST_VALUES = 32, 10_000
MISSING: Any = object()


def plain(value: Any, depth: int = 0) -> Any:
    """A copy that consists of plain dicts; what is no mapping stays the object it is.

    Raises:
        ArgumentError: nested deeper than anything sensible, or in itself.
    """
    if depth > MOST_DEPTH:
        raise ArgumentError(f"hyperparameters are nested deeper than {MOST_DEPTH}.")
    if isinstance(value, Mapping):
        return {key: plain(entry, depth + 1) for key, entry in value.items()}
    return value


def leaves(values: Mapping[Any, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each value that is no section, with its path; an empty section counts as a value."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def merged(defaults: Mapping[Any, Any], values: Mapping[Any, Any]) -> dict[Any, Any]:
    """`values`, and of `defaults` what they do not have."""
    result: dict[Any, Any] = plain(defaults)
    for key, value in values.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if both else plain(value)
    return result


def shown(path: Path) -> str:
    """A path as people write it: optimizer.lr."""
    return ".".join(str(key) for key in path)


def find(values: Mapping[Any, Any], text: str) -> Path:
    """The path of an existing value that is written "optimizer.lr"; keys may hold dots.

    Raises:
        UnknownNameError: there is none; the message lists those there are.
    """
    for path in _all_paths(values):
        if shown(path) == text:
            return path
    names = ", ".join(sorted(shown(path) for path, _ in leaves(values)))
    raise UnknownNameError(f"no hyperparameter {text!r}: there are {names or 'none'}.")


def _all_paths(values: Mapping[Any, Any], path: Path = ()) -> Iterator[Path]:
    for key, value in values.items():
        yield (*path, key)
        if isinstance(value, Mapping):
            yield from _all_paths(value, (*path, key))


def value_at(values: Mapping[Any, Any], path: Path) -> Any:
    """The value at a path, MISSING where there is none."""
    found: Any = values
    for key in path:
        found = found.get(key, MISSING) if isinstance(found, Mapping) else MISSING
    return found


def nested(path: Path, value: Any) -> dict[Any, Any]:
    """A dict with one value, at this path."""
    for key in reversed(path):
        value = {key: value}
    return dict(value)


def same(one: Any, other: Any) -> bool:
    """Whether two values are of one type and equal; objects that JSON has no word for are the same
    only if they are one, since some compare element by element."""
    if one is other:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    both_nan = one != one and other != other if isinstance(one, float) else False
    return isinstance(one, str | int | float | date) and (one == other or both_nan)


def converted(former: Any, value: Any, name: str, *, widen: bool = False) -> Any:
    """`value` as it may take the place of `former`: the type is kept.

    A float takes whole numbers, an int takes 3.0 as 3, a bool is no number, None takes anything;
    values are finite.

    Args:
        widen: an int may become a float; for the file, which is its owner's.

    Raises:
        ArgumentError: it does not fit; the message names it.
    """
    kind = type(former).__name__
    refusal = ArgumentError(f"{name} is {former!r}, of type {kind}: {value!r} cannot replace it.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ArgumentError(f"{name}: {value!r} is not a finite number.")
    if former is None:
        return value
    if isinstance(former, bool) or isinstance(value, bool):
        if type(former) is not type(value):
            raise refusal
        return value
    if isinstance(former, float):
        if not isinstance(value, int | float):
            raise refusal
        return float(value)
    if isinstance(former, int):
        if isinstance(value, float):
            if value.is_integer():
                return int(value)
            if widen:
                return value
        if not isinstance(value, int):
            raise refusal
        return value
    if isinstance(former, list | tuple):
        return _converted_list(former, value, name, refusal, widen)
    if not isinstance(value, type(former)):
        raise refusal
    return value


def _converted_list(
    former: list[Any] | tuple[Any, ...], value: Any, name: str, refusal: ArgumentError, widen: bool
) -> Any:
    if not isinstance(value, list | tuple):
        raise refusal
    if len(value) == len(former):
        entries = [
            converted(old, new, f"{name}[{i}]", widen=widen)
            for i, (old, new) in enumerate(zip(former, value, strict=True))
        ]
    elif former:
        entries = [
            converted(former[0], new, f"{name}[{i}]", widen=widen) for i, new in enumerate(value)
        ]
    else:
        entries = list(value)
    return tuple(entries) if isinstance(former, tuple) else entries


def as_json(value: Any) -> Any:
    """A value as JSON can hold it: what it has no word for becomes its `repr`."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, Mapping):
        return {str(key): as_json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(entry) for entry in value]
    return repr(value)

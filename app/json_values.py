"""Strict JSON: what comes in is UTF-8 without duplicate keys; what goes out holds no NaN."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

JsonObject = dict[str, Any]

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")


class StrictJsonError(ValueError):
    """The text is not JSON that every reader understands alike; `code` says in which way."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def loads_strict(body: bytes, *, max_depth: int) -> Any:
    """Parses UTF-8 JSON.

    Raises StrictJsonError with code `json.invalid`, `json.duplicate_key`, `json.nonfinite` or
    `json.depth`.
    """
    if _deepest(body) > max_depth:
        raise StrictJsonError("json.depth", f"The JSON is nested deeper than {max_depth} levels.")
    try:
        text = body.decode("utf-8")
        return json.loads(
            text,
            object_pairs_hook=_object_without_duplicates,
            parse_float=_finite_float,
            parse_constant=_refuse_constant,
        )
    except StrictJsonError:
        raise
    except UnicodeDecodeError:
        raise StrictJsonError("json.invalid", "The body is not UTF-8 text.") from None
    except ValueError as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise StrictJsonError("json.invalid", f"The body is not valid JSON{where}.") from None
    except RecursionError:
        raise StrictJsonError("json.depth", "The JSON is nested too deeply.") from None


def dumps(value: object) -> bytes:
    """Compact UTF-8 JSON. Raises ValueError for NaN and infinities: see `finite`."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def finite(value: Any) -> Any:
    """`value` with every NaN and infinity replaced by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [finite(inner) for inner in value]
    return value


def _deepest(body: bytes) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", body)):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise StrictJsonError("json.duplicate_key", "An object of the JSON names one key twice.")
    return found


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse_constant(text)
    return number


def _refuse_constant(_text: str) -> NoReturn:
    raise StrictJsonError("json.nonfinite", "The JSON holds a number that is not finite.")

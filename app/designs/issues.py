"""What validation says: issues with a stable code, a sentence for people and often a repair."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.spec import read_spec

Severity = Literal["error", "warning", "info"]
Operation = Mapping[str, Any]

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Fix:
    """A repair that the page applies with one tap: a label and operations on the design."""

    label: str
    ops: tuple[Operation, ...]

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {"label": self.label, "ops": [dict(op) for op in self.ops]}


@dataclass(frozen=True)
class Issue:
    """One thing that validation found, at a component and prop where it has one."""

    code: str
    severity: Severity
    component_id: str | None
    prop: str | None
    message: str
    fix: Fix | None

    def to_json(self) -> dict[str, Any]:
        """The wire form, as CONTRACT.md names its fields."""
        return {
            "code": self.code,
            "severity": self.severity,
            "component_id": self.component_id,
            "prop": self.prop,
            "message": self.message,
            "fix": self.fix.to_json() if self.fix else None,
        }


@functools.cache
def _rules() -> Mapping[str, tuple[int, Mapping[str, str]]]:
    return {rule["code"]: (at, rule) for at, rule in enumerate(read_spec("rules.json")["rules"])}


def make_issue(
    code: str,
    values: Mapping[str, str | int] | None = None,
    *,
    component_id: str | None = None,
    prop: str | None = None,
    fix: Fix | None = None,
) -> Issue:
    """An issue with the severity and the sentence that `spec/rules.json` has for `code`."""
    _, rule = _rules()[code]
    filled = values or {}
    message = _PLACEHOLDER.sub(lambda match: str(filled[match[1]]), rule["message"])
    severity: Severity = rule["severity"]  # type: ignore[assignment]
    return Issue(code, severity, component_id, prop, message, fix)


def is_format_issue(issue: Issue) -> bool:
    """Whether the document itself is malformed, so that it cannot even be kept as a draft."""
    return _rules()[issue.code][1]["phase"] == "format"


def in_report_order(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Sorted by the order of `spec/rules.json`; issues of one code keep their order."""
    return tuple(sorted(issues, key=lambda issue: _rules()[issue.code][0]))


def shown(text: str) -> str:
    """A user's text as it may stand in a message: printable and short."""
    limit: int = read_spec("limits.json")["shown_code_points"]
    cut = text[:limit] + ("…" if len(text) > limit else "")
    return _UNPRINTABLE.sub("\ufffd", cut)

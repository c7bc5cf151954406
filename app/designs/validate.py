"""One call from a JSON document to the verdict that the server and the phone share."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from app.designs.estimate import Estimate, estimate
from app.designs.graph import Design
from app.designs.issues import Issue, in_report_order, is_format_issue, make_issue
from app.designs.mismatches import find_mismatches
from app.designs.parse import parse_document
from app.designs.rules import check_rules
from app.designs.shapes import Shapes, infer_shapes
from app.spec import read_spec

_OVERSIZED = ("design.too_many_components", "design.too_many_edges")
"""After these the list was not read, so the rules of the graph would only repeat it."""


@dataclass(frozen=True)
class Validation:
    """The verdict on a document, and what could be read of it."""

    design: Design
    issues: tuple[Issue, ...]
    shapes: Shapes
    estimate: Estimate

    @functools.cached_property
    def errors(self) -> tuple[str, ...]:
        """The messages of all issues of severity `error`."""
        return tuple(issue.message for issue in self.issues if issue.severity == "error")

    @property
    def valid(self) -> bool:
        """Whether the design can be compiled."""
        return not self.errors

    @property
    def format_issues(self) -> tuple[Issue, ...]:
        """The issues that keep a document from being saved even as a draft."""
        return tuple(issue for issue in self.issues if is_format_issue(issue))

    def to_json(self) -> dict[str, Any]:
        """ValidationResult: `paramCount` in millions, `estimatedMemory` in MB, and all numbers."""
        return {
            "valid": self.valid,
            "paramCount": self.estimate.param_count / 1e6,
            "estimatedMemory": self.estimate.memory_mb,
            "errors": list(self.errors),
            "issues": [issue.to_json() for issue in self.issues],
            "numbers": self.estimate.to_json(),
            "blocks": {
                name: {
                    "output": str(shape) if shape else None,
                    "params": self.estimate.component_params.get(name, 0),
                    "flops": self.estimate.component_flops.get(name, 0),
                }
                for name, shape in self.shapes.items()
            },
        }


def validate_document(document: object) -> Validation:
    """Parses and checks any JSON value; never raises on it."""
    design, issues = parse_document(document)
    shapes = infer_shapes(design)
    if not any(issue.code in _OVERSIZED for issue in issues):
        issues.extend(check_rules(design))
        issues.extend(find_mismatches(design, shapes))
    counted = estimate(design, shapes)
    limit: int = read_spec("limits.json")["params"]
    if counted.param_count > limit:
        values = {"count": counted.param_count, "limit": limit}
        issues.append(make_issue("design.params_limit", values))
    return Validation(design, in_report_order(issues), shapes, counted)


def to_architecture(design: Design) -> dict[str, Any]:
    """The normalised ModelArchitecture: lower-case types, whole numbers as ints, full meta."""
    return {
        "id": design.id,
        "name": design.name,
        "version": design.version,
        "meta": dict(design.meta),
        "components": [
            {"id": component.id, "type": component.type, "props": dict(component.props)}
            for component in design.components
        ],
        "edges": [list(edge) for edge in (*design.edges, *design.self_edges)],
    }

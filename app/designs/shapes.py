"""Shapes on edges, with a symbolic batch B, and what is wrong where two ends do not fit.

The twin of `frontend/src/domain/shapes.ts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.designs.catalogue import ShapeKind
from app.designs.graph import Component, Design
from app.designs.issues import Fix, Issue, make_issue
from app.spec import read_spec


@dataclass(frozen=True)
class Shape:
    """What flows along an edge: board int64 [B, 16], tokens [B, 16, width] or vector [B, width]."""

    kind: ShapeKind
    width: int

    @property
    def tokens(self) -> int:
        """Vectors per board: 16 for tokens, 1 for a vector."""
        return 1 if self.kind == "vector" else CELLS

    def __str__(self) -> str:
        if self.kind == "board":
            return f"[B, {CELLS}]"
        return f"[B, {self.width}]" if self.kind == "vector" else f"[B, {CELLS}, {self.width}]"


CELLS: int = read_spec("limits.json")["board"]["cells"]
BOARD = Shape("board", 1)


def infer_shapes(design: Design) -> tuple[Mapping[str, Shape | None], list[Issue]]:
    """The output shape of every component (None for heads and where unknown), and mismatches."""
    shapes: dict[str, Shape | None] = {component.id: None for component in design.components}
    issues: list[Issue] = []
    for name in design.order:
        component = design.by_id[name]
        issues.extend(_mismatches(design, component, shapes))
        shapes[name] = _output(component, input_shape(design, component, shapes))
    return shapes, issues


def input_shape(
    design: Design, component: Component, shapes: Mapping[str, Shape | None]
) -> Shape | None:
    """The shape of the component's first input, where it is known and of a kind that it takes."""
    sources = design.inputs[component.id]
    shape = shapes[sources[0]] if sources else None
    if shape is None or component.block is None or shape.kind not in component.block.accepts:
        return None
    return shape


def _output(component: Component, first: Shape | None) -> Shape | None:
    block = component.block
    if block is None or block.output_kind is None:
        return None
    if block.output_kind == "board":
        return BOARD
    declared = block.output_width or block.input_width
    width = component.whole(declared) if declared else (first.width if first else None)
    kind: ShapeKind | None = first.kind if first else None
    if block.output_kind != "same":
        kind = block.output_kind
    elif kind is None and block.accepts == ("tokens",):
        kind = "tokens"
    return Shape(kind, width) if kind and width else None


def _mismatches(
    design: Design, component: Component, shapes: Mapping[str, Shape | None]
) -> list[Issue]:
    block = component.block
    if block is None:
        return []
    wanted_width = component.whole(block.input_width) if block.input_width else None
    agreed: Shape | None = None
    issues: list[Issue] = []
    for name in design.inputs[component.id]:
        shape = shapes[name]
        if shape is None or block.max_inputs == 0:
            continue
        source = design.by_id[name]
        if shape.kind not in block.accepts:
            issues.append(_wrong_kind(component, source, shape, wanted_width, design))
        elif wanted_width is not None and shape.width != wanted_width:
            wanted = Shape(shape.kind, wanted_width)
            issues.append(_wrong_shape(component, source, shape, wanted, design))
        elif agreed is not None and shape != agreed:
            issues.append(_wrong_shape(component, source, shape, agreed, design))
        elif block.max_inputs > 1:
            agreed = agreed or shape
    return issues


def _issue(
    component: Component, source: Component, found: Shape, expected: str, fix: Fix | None
) -> Issue:
    assert component.block is not None
    values = {
        "block": component.text,
        "expected": expected,
        "source": source.text,
        "found": str(found),
    }
    return make_issue(
        "design.shape_mismatch",
        values,
        component_id=component.id,
        prop=component.block.input_width,
        fix=fix,
    )


def _wrong_kind(
    component: Component, source: Component, found: Shape, width: int | None, design: Design
) -> Issue:
    assert component.block is not None
    fix: Fix | None = None
    if found.kind == "board":
        expected = f"[B, {CELLS}, {width}]" if width else "vectors"
        props = {"d_model": width or design.meta["d_model"]}
        op = {
            "op": "insert",
            "between": [source.id, component.id],
            "type": "embedding",
            "props": props,
        }
        fix = Fix("Put an embedding between", (op,))
    else:
        expected = (
            "the board [B, 16]" if component.block.accepts == ("board",) else "cells [B, 16, width]"
        )
    return _issue(component, source, found, expected, fix)


def _wrong_shape(
    component: Component, source: Component, found: Shape, wanted: Shape, design: Design
) -> Issue:
    fix: Fix | None = None
    if found.kind == wanted.kind:
        fix = _width_fix(component, source, wanted.width, design)
    return _issue(component, source, found, str(wanted), fix)


def _width_fix(component: Component, source: Component, width: int, design: Design) -> Fix:
    own = source.block.output_width if source.block else None
    prop = source.block.props[own] if source.block and own else None
    if (
        prop is not None
        and len(design.outputs[source.id]) == 1
        and width % (prop.multiple_of or 1) == 0
    ):
        op = {"op": "set_prop", "component_id": source.id, "prop": prop.name, "value": width}
        return Fix(f"Set {prop.name} of {source.text} to {width}", (op,))
    insert = {
        "op": "insert",
        "between": [source.id, component.id],
        "type": "linear",
        "props": {"out_features": width},
    }
    return Fix(f"Put a linear layer to {width} between", (insert,))

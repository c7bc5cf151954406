"""Where two ends of a connection do not fit, with both named and, where there is one, a repair.

The twin of `frontend/src/domain/mismatches.ts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.designs.catalogue import catalogue
from app.designs.graph import Component, Design
from app.designs.issues import Fix, Issue, Operation, make_issue
from app.designs.shapes import CELLS, Shape, Shapes, input_shape


@dataclass(frozen=True)
class _End:
    """An input of a component: who gives it and what."""

    source: Component
    shape: Shape


def find_mismatches(design: Design, shapes: Shapes) -> Iterator[Issue]:
    """Yields an issue for every connection whose shape its reader cannot take, in forward order."""
    for name in design.order:
        component = design.by_id[name]
        if component.block is None or component.block.is_source:
            continue
        ends = []
        for source in design.inputs[name]:
            shape = shapes[source]
            if shape is not None:
                ends.append(_End(design.by_id[source], shape))
        yield from _check(design, component, ends)
        yield from _check_window(design, component, shapes)


def _check(design: Design, component: Component, ends: list[_End]) -> Iterator[Issue]:
    block = component.block
    assert block is not None
    width = component.whole(block.input_width) if block.input_width else None
    output = block.output(component.values)
    is_any_width = output is not None and output.width == "sum"
    agreed: Shape | None = None
    for end in ends:
        shape = end.shape
        if shape.kind not in block.accepts:
            yield _wrong_kind(design, component, end, width)
        elif block.square and shape.side is None:
            yield _issue(component, end, "a square of cells", None)
        elif width is not None and shape.width != width:
            wanted = Shape(shape.kind, shape.tokens, width)
            yield _issue(component, end, str(wanted), _width_fix(design, component, end, width))
        elif agreed is not None and (shape.kind, shape.tokens) != (agreed.kind, agreed.tokens):
            yield _issue(component, end, str(agreed), _pool_fix(component, end, agreed, ends))
        elif agreed is not None and shape.width != agreed.width and not is_any_width:
            fix = _width_fix(design, component, end, agreed.width)
            yield _issue(component, end, str(agreed), fix)
        elif block.max_inputs > 1:
            agreed = agreed or shape


def _check_window(design: Design, component: Component, shapes: Shapes) -> Iterator[Issue]:
    assert component.block is not None
    output = component.block.output(component.values)
    first = input_shape(design, component, shapes)
    if output is None or output.valid_kernel is None or first is None or first.side is None:
        return
    kernel = component.whole(output.valid_kernel)
    if kernel is not None and kernel > first.side:
        yield make_issue(
            "design.kernel_too_large",
            {
                "prop": output.valid_kernel,
                "block": component.text,
                "value": kernel,
                "side": first.side,
            },
            component_id=component.id,
            prop=output.valid_kernel,
            fix=Fix(
                f"Set {output.valid_kernel} to {first.side}",
                (_set_prop(component, output.valid_kernel, first.side),),
            ),
        )


def _issue(component: Component, end: _End, expected: str, fix: Fix | None) -> Issue:
    assert component.block is not None
    words = {
        "block": component.text,
        "expected": expected,
        "source": end.source.text,
        "found": str(end.shape),
    }
    prop = component.block.input_width
    return make_issue("design.shape_mismatch", words, component_id=component.id, prop=prop, fix=fix)


def _wrong_kind(design: Design, component: Component, end: _End, width: int | None) -> Issue:
    assert component.block is not None
    if end.shape.kind == "board":
        expected = f"[B, {CELLS}, {width}]" if width else "vectors"
        return _issue(component, end, expected, _embedding_fix(design, component, end, width))
    if component.block.accepts == ("board",):
        expected = f"the board [B, {CELLS}]"
        return _issue(component, end, expected, _board_fix(design, component, end))
    expected = f"cells [B, {CELLS}, width]"
    return _issue(component, end, expected, _unpool_fix(design, component, end))


def _embedding_fix(design: Design, component: Component, end: _End, width: int | None) -> Fix:
    multiple = catalogue()["embedding"].props["d_model"].multiple_of or 1
    fitting = width if width and width % multiple == 0 else design.meta["d_model"]
    op = _insert(end, component, "embedding", {"d_model": fitting})
    return Fix("Put an embedding between", (op,))


def _board_fix(design: Design, component: Component, end: _End) -> Fix | None:
    """The board itself instead of what is read now."""
    source = end.source
    if source.block is not None and source.block.is_source:
        op = _set_prop(source, "encoding", "exponents")
        return Fix(f"Set encoding of {source.text} to exponents", (op,))
    for board in design.of_type("board_input"):
        if board.values["encoding"] == "exponents" and board.id not in design.inputs[component.id]:
            ops: tuple[Operation, ...] = (
                {"op": "remove_edge", "edge": [source.id, component.id]},
                {"op": "add_edge", "edge": [board.id, component.id]},
            )
            return Fix(f"Read {board.text} instead", ops)
    return None


def _unpool_fix(design: Design, component: Component, end: _End) -> Fix | None:
    """Cells are gone once they are pooled: take out the pool that is one too many."""
    for pool in (component, end.source):
        is_free = pool is component or len(design.outputs[pool.id]) == 1
        if pool.type == "pool" and is_free:
            op = {"op": "remove", "component_id": pool.id}
            return Fix(f"Remove {pool.text}", (op,))
    return None


def _pool_fix(component: Component, end: _End, agreed: Shape, ends: list[_End]) -> Fix:
    """Pools inputs until all are vectors."""
    if agreed.kind == "vector":
        return Fix("Put a pool between", (_insert(end, component, "pool", {}),))
    pooled = [other for other in ends if other.shape.kind == "tokens"]
    ops = tuple(_insert(other, component, "pool", {}) for other in pooled)
    return Fix("Pool the inputs that have cells", ops)


def _width_fix(design: Design, component: Component, end: _End, width: int) -> Fix | None:
    source = end.source
    own = source.block.output_width if source.block else None
    prop = source.block.props[own] if source.block and own else None
    if prop is not None and len(design.outputs[source.id]) == 1 and prop.allows(width):
        op = _set_prop(source, prop.name, width)
        return Fix(f"Set {prop.name} of {source.text} to {width}", (op,))
    if not catalogue()["linear"].props["out_features"].allows(width):
        return None
    insert = _insert(end, component, "linear", {"out_features": width})
    return Fix(f"Put a linear layer to {width} between", (insert,))


def _insert(end: _End, component: Component, block: str, props: dict[str, int]) -> Operation:
    between = [end.source.id, component.id]
    return {"op": "insert", "between": between, "type": block, "props": props}


def _set_prop(component: Component, prop: str, value: int | str) -> Operation:
    return {"op": "set_prop", "component_id": component.id, "prop": prop, "value": value}

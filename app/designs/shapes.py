"""Shapes on edges, with a symbolic batch B.

The twin of `frontend/src/domain/shapes.ts`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.designs.catalogue import Output, ShapeKind
from app.designs.graph import Component, Design
from app.spec import read_spec


@dataclass(frozen=True)
class Shape:
    """What flows along an edge.

    board int64 [B, 16], tokens float32 [B, tokens, width] or vector float32 [B, width], which has
    one token.
    """

    kind: ShapeKind
    tokens: int
    width: int

    @property
    def side(self) -> int | None:
        """Side of the square that the tokens form; None where they form none."""
        side = math.isqrt(self.tokens)
        return side if side * side == self.tokens else None

    @property
    def bytes_per_board(self) -> int:
        """Bytes of one board's numbers: int64 for the board itself, float32 for all else."""
        return self.tokens * self.width * (8 if self.kind == "board" else 4)

    def __str__(self) -> str:
        if self.kind == "board":
            return f"[B, {self.tokens}]"
        return (
            f"[B, {self.width}]" if self.kind == "vector" else f"[B, {self.tokens}, {self.width}]"
        )


CELLS: int = read_spec("limits.json")["board"]["cells"]
BOARD = Shape("board", CELLS, 1)

Shapes = Mapping[str, Shape | None]


def infer_shapes(design: Design) -> Shapes:
    """The output shape of every component; None for heads and where it cannot be known."""
    shapes: dict[str, Shape | None] = {component.id: None for component in design.components}
    for name in design.order:
        component = design.by_id[name]
        shapes[name] = output_shape(component, accepted_shapes(design, component, shapes))
    return shapes


def accepted_shapes(
    design: Design, component: Component, shapes: Shapes
) -> tuple[Shape | None, ...]:
    """One shape per input: None where it is unknown or of a kind that the component refuses."""
    accepts = component.block.accepts if component.block else ()
    found = (shapes[source] for source in design.inputs[component.id])
    return tuple(shape if shape and shape.kind in accepts else None for shape in found)


def input_shape(design: Design, component: Component, shapes: Shapes) -> Shape | None:
    """The shape of the component's first input, which decides its size."""
    return next(iter(accepted_shapes(design, component, shapes)), None)


def output_shape(component: Component, inputs: Sequence[Shape | None]) -> Shape | None:
    """What the component gives for these inputs."""
    output = component.block.output(component.values) if component.block else None
    if output is None:
        return None
    if output.kind == "board":
        return BOARD
    first = inputs[0] if inputs else None
    kind = _kind(component, output, first)
    tokens = 1 if kind == "vector" else _tokens(component, output, first)
    width = _width(component, output, inputs)
    return Shape(kind, tokens, width) if kind and tokens and width else None


def _kind(component: Component, output: Output, first: Shape | None) -> ShapeKind | None:
    assert component.block is not None
    if output.kind != "same":
        return output.kind
    if first is None:
        return "tokens" if component.block.accepts == ("tokens",) else None
    return first.kind


def _tokens(component: Component, output: Output, first: Shape | None) -> int | None:
    tokens = output.tokens or (first.tokens if first else CELLS)
    if output.valid_kernel is None:
        return tokens
    side, kernel = math.isqrt(tokens), component.whole(output.valid_kernel)
    return max(0, side - kernel + 1) ** 2 if kernel is not None else None


def _width(component: Component, output: Output, inputs: Sequence[Shape | None]) -> int | None:
    assert component.block is not None
    first = inputs[0] if inputs else None
    if output.width == "sum":
        widths = [shape.width for shape in inputs if shape]
        return sum(widths) if len(widths) == len(inputs) else None
    if isinstance(output.width, int):
        return output.width
    if output.width is None:
        own = component.block.input_width
        return component.whole(own) if own else (first.width if first else None)
    product = 1
    for factor in output.width:
        is_shape = factor in ("tokens", "width")
        value = getattr(first, factor, None) if is_shape else component.whole(factor)
        if value is None:
            return None
        product *= value
    return product

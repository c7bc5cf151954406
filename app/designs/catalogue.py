"""The catalogue of blocks: the rows of `spec/blocks.json` as frozen values."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.spec import read_spec

PropValue = int | float | bool | str
PropKind = Literal["int", "float", "bool", "enum"]
ShapeKind = Literal["board", "tokens", "vector"]


@dataclass(frozen=True)
class Prop:
    """One property of a block: its kind, its bounds and the codes that its rules report."""

    name: str
    kind: PropKind
    default: PropValue | None
    default_from: str | None
    min: float | None
    max: float | None
    max_code: str
    multiple_of: int | None
    multiple_of_code: str
    divides: str | None
    divides_code: str
    at_most: str | None
    at_most_code: str
    choices: tuple[str, ...]
    layout: bool

    def allows(self, value: int) -> bool:
        """Whether a whole number lies within the bounds and is the multiple that is asked for."""
        low, high = self.min, self.max
        in_bounds = (low is None or value >= low) and (high is None or value <= high)
        return in_bounds and value % (self.multiple_of or 1) == 0

    @staticmethod
    def from_row(row: Mapping[str, Any], *, layout: bool = False) -> Prop:
        """Reads one `props` entry; `layout` marks a place on the canvas, which code never sees."""
        return Prop(
            name=row["name"],
            kind=row["kind"],
            default=row.get("default"),
            default_from=row.get("default_from"),
            min=row.get("min"),
            max=row.get("max"),
            max_code=row.get("max_code", "prop.range"),
            multiple_of=row.get("multiple_of"),
            multiple_of_code=row.get("multiple_of_code", "prop.range"),
            divides=row.get("divides"),
            divides_code=row.get("divides_code", "prop.range"),
            at_most=row.get("at_most"),
            at_most_code=row.get("at_most_code", "prop.range"),
            choices=tuple(choice["value"] for choice in row.get("values", ())),
            layout=layout,
        )


@dataclass(frozen=True)
class When:
    """Props that must have certain values; empty, it always holds."""

    conditions: tuple[tuple[str, PropValue], ...]

    @staticmethod
    def from_row(row: Mapping[str, Any]) -> When:
        """Reads `when`: nothing, one condition or a list of them."""
        when = row.get("when", [])
        conditions = when if isinstance(when, list) else [when]
        return When(tuple((each["prop"], each["equals"]) for each in conditions))

    def holds(self, values: Mapping[str, PropValue | None]) -> bool:
        """Whether every prop has its value."""
        return all(values.get(prop) == equals for prop, equals in self.conditions)


@dataclass(frozen=True)
class Term:
    """`coef` times the product of the factors `of`; counted only where `when` holds.

    A factor is a prop, or `width` and `tokens` of the first input, `out_width` and `out_tokens`
    of what comes out.
    """

    coef: int
    of: tuple[str, ...]
    when: When

    @staticmethod
    def from_row(row: Mapping[str, Any]) -> Term:
        """Reads one entry of `params`, `activations`, `flops`, `onnx_bytes` and so on."""
        return Term(row["coef"], tuple(row["of"]), When.from_row(row))


@dataclass(frozen=True)
class Output:
    """What a block gives, while `when` holds.

    `width` is a number, the factors of a product, or "sum" of all inputs' widths; None is the
    input's own. `tokens` is a number or the prop that holds the side of an unpadded window; None
    is the input's own.
    """

    when: When
    kind: Literal["board", "tokens", "vector", "same"]
    width: int | tuple[str, ...] | Literal["sum"] | None
    tokens: int | None
    valid_kernel: str | None

    @staticmethod
    def from_row(row: Mapping[str, Any]) -> Output:
        """Reads one alternative of `output`."""
        width, tokens = row.get("width"), row.get("tokens")
        window: Mapping[str, str] = tokens if isinstance(tokens, dict) else {}
        return Output(
            when=When.from_row(row),
            kind=row["kind"],
            width=tuple(width) if isinstance(width, list) else width,
            tokens=None if window else tokens,
            valid_kernel=window.get("valid_kernel"),
        )


@dataclass(frozen=True)
class Block:
    """One row of the catalogue."""

    type: str
    class_name: str
    title: str
    min_inputs: int
    max_inputs: int
    accepts: tuple[ShapeKind, ...]
    square: bool
    outputs: tuple[Output, ...]
    input_width: str | None
    shape_args: tuple[str, ...]
    props: Mapping[str, Prop]
    params: tuple[Term, ...]
    activations: tuple[Term, ...]
    flops: tuple[Term, ...]
    dense_flops: tuple[Term, ...]
    onnx_bytes: tuple[Term, ...]

    @property
    def is_head(self) -> bool:
        """Whether the block ends the network (nothing can follow it)."""
        return not self.outputs

    @property
    def is_source(self) -> bool:
        """Whether the board comes in here (nothing can lead into it)."""
        return self.max_inputs == 0

    @functools.cached_property
    def output_width(self) -> str | None:
        """The prop that alone decides the width of what comes out; None where none does."""
        widths = {output.width for output in self.outputs}
        only = widths.pop() if len(widths) == 1 else None
        return only[0] if isinstance(only, tuple) and len(only) == 1 else None

    def output(self, values: Mapping[str, PropValue | None]) -> Output | None:
        """The alternative that holds for these values; None for a head."""
        return next((output for output in self.outputs if output.when.holds(values)), None)


def _block(row: Mapping[str, Any], layout: Mapping[str, Prop]) -> Block:
    output = row["output"] or []
    props = {entry["name"]: Prop.from_row(entry) for entry in row["props"]}
    return Block(
        type=row["type"],
        class_name=row["class_name"],
        title=row["title"],
        min_inputs=row["inputs"]["min"],
        max_inputs=row["inputs"]["max"],
        accepts=tuple(row["inputs"]["accepts"]),
        square=row["inputs"].get("square", False),
        outputs=tuple(map(Output.from_row, output if isinstance(output, list) else [output])),
        input_width=row.get("input_width"),
        shape_args=tuple(row["shape_args"]),
        props={**props, **layout},
        params=_terms(row["params"]),
        activations=_terms(row["activations"]),
        flops=_terms(row["flops"]),
        dense_flops=_terms(row.get("dense_flops", row["flops"])),
        onnx_bytes=_terms(row["onnx_bytes"]),
    )


def _terms(rows: Sequence[Mapping[str, Any]]) -> tuple[Term, ...]:
    return tuple(map(Term.from_row, rows))


@functools.cache
def catalogue() -> Mapping[str, Block]:
    """Every block by its type, in the order of the file."""
    spec = read_spec("blocks.json")
    layout = {row["name"]: Prop.from_row(row, layout=True) for row in spec["layout_props"]}
    return {row["type"]: _block(row, layout) for row in spec["blocks"]}


@functools.cache
def meta_props() -> Mapping[str, Prop]:
    """The three numbers of a design's `meta`, with the rules that the reference gives them."""
    rows = read_spec("limits.json")["meta"]
    rules: dict[str, dict[str, Any]] = {
        "d_model": {"multiple_of": 8, "multiple_of_code": "design.d_model_multiple_of_8"},
        "n_heads": {"divides": "d_model", "divides_code": "design.n_heads_divides_d_model"},
        "n_experts": {"max_code": "design.experts_max_8"},
    }
    return {
        name: Prop.from_row({"name": name, "kind": "int", **rows[name], **rules[name]})
        for name in rows
    }

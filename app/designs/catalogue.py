"""The catalogue of blocks: the rows of `spec/blocks.json` as frozen values."""

from __future__ import annotations

import functools
from collections.abc import Mapping
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
class Term:
    """`coef` times the product of the factors `of`; counted only where `when` holds."""

    coef: int
    of: tuple[str, ...]
    when_prop: str | None
    when_equals: PropValue | None

    @staticmethod
    def from_row(row: Mapping[str, Any]) -> Term:
        """Reads one entry of `params` or `activations`."""
        when = row.get("when")
        return Term(
            coef=row["coef"],
            of=tuple(row["of"]),
            when_prop=when["prop"] if when else None,
            when_equals=when["equals"] if when else None,
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
    output_kind: Literal["board", "tokens", "vector", "same"] | None
    output_width: str | None
    input_width: str | None
    shape_args: tuple[str, ...]
    props: Mapping[str, Prop]
    params: tuple[Term, ...]
    activations: tuple[Term, ...]

    @property
    def is_head(self) -> bool:
        """Whether the block ends the network (nothing can follow it)."""
        return self.output_kind is None


def _block(row: Mapping[str, Any], layout: Mapping[str, Prop]) -> Block:
    output = row["output"]
    props = {entry["name"]: Prop.from_row(entry) for entry in row["props"]}
    return Block(
        type=row["type"],
        class_name=row["class_name"],
        title=row["title"],
        min_inputs=row["inputs"]["min"],
        max_inputs=row["inputs"]["max"],
        accepts=tuple(row["inputs"]["accepts"]),
        output_kind=output["kind"] if output else None,
        output_width=output.get("width") if output else None,
        input_width=row.get("input_width"),
        shape_args=tuple(row["shape_args"]),
        props={**props, **layout},
        params=tuple(Term.from_row(term) for term in row["params"]),
        activations=tuple(Term.from_row(term) for term in row["activations"]),
    )


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

"""Numbers of a design: exact parameters and the memory of training, from the catalogue's terms.

The twin of `frontend/src/domain/estimate.ts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.designs.catalogue import Term, catalogue
from app.designs.graph import Component, Design
from app.designs.shapes import Shape, input_shape
from app.spec import read_spec

IMPLIED_VALUE_HEAD = "value_output"
"""Type of the head that is added, with its default props, where a design has none of its own."""


@dataclass(frozen=True)
class Estimate:
    """`param_count` equals `sum(p.numel())` of the compiled model wherever the design is valid."""

    param_count: int
    activations_per_board: int
    component_params: Mapping[str, int]

    @property
    def memory_mb(self) -> int:
        """Megabytes (1e6 bytes) that training takes at the default minibatch."""
        memory = read_spec("limits.json")["memory"]
        bytes_used = (
            self.param_count * memory["bytes_per_param"]
            + self.activations_per_board
            * memory["boards_per_minibatch"]
            * memory["bytes_per_activation"]
        )
        return int(memory["process_mb"] - (-bytes_used // 1_000_000))


def estimate(design: Design, shapes: Mapping[str, Shape | None]) -> Estimate:
    """Counts every component that can be counted; one whose numbers are unknown counts 0."""
    params: dict[str, int] = {}
    activations = 0
    for component in design.components:
        if component.block is None:
            continue
        first = input_shape(design, component, shapes)
        params[component.id] = _total(component.block.params, component.values, first)
        activations += _total(component.block.activations, component.values, first)
    total = sum(params.values())
    implied = implied_value_input(design)
    if implied is not None:
        block = catalogue()[IMPLIED_VALUE_HEAD]
        values = {prop.name: prop.default for prop in block.props.values()}
        shape = input_shape(design, implied, shapes)
        total += _total(block.params, values, shape)
        activations += _total(block.activations, values, shape)
    return Estimate(total, activations, params)


def implied_value_input(design: Design) -> Component | None:
    """The action output whose input an implied value head reads; None where none is implied."""
    actions = design.of_type("action_output")
    return actions[0] if actions and not design.of_type("value_output") else None


def _total(terms: tuple[Term, ...], values: Mapping[str, object], first: Shape | None) -> int:
    return sum(_term(term, values, first) for term in terms)


def _term(term: Term, values: Mapping[str, object], first: Shape | None) -> int:
    if term.when_prop is not None and values.get(term.when_prop) != term.when_equals:
        return 0
    product = term.coef
    for factor in term.of:
        if factor in ("width", "tokens"):
            value: object = getattr(first, factor) if first else None
        else:
            value = values.get(factor)
        if type(value) is not int:
            return 0
        product *= value
    return product

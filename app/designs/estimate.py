"""Numbers of a design from the catalogue's terms: one table that phone, server and torch share.

The twin of `frontend/src/domain/estimate.ts`. Everything is a whole number that saturates at
`LARGEST`, so that both languages give the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.designs.catalogue import Block, PropValue, Term, catalogue
from app.designs.graph import Component, Design
from app.designs.shapes import Shape, Shapes, accepted_shapes, output_shape
from app.spec import read_spec

IMPLIED_VALUE_HEAD = "value_output"
"""Type of the head that is added, with its default props, where a design has none of its own."""
MOVES_LOOKED_AT: int = read_spec("limits.json")["board"]["actions"]
"""How many boards a design that plays by afterstates judges for one of its own."""
_EXPORTED_HEADS = ("action_output", "value_output")
LARGEST = 2**53 - 1
"""The largest whole number that a phone counts exactly; larger ones are given as this."""

Values = Mapping[str, PropValue | None]


@dataclass(frozen=True)
class Estimate:
    """What a design costs.

    Attributes:
        param_count: equals `sum(p.numel())` of the compiled model wherever the design is valid.
        flops_per_board: multiplications and additions of the matrix products of one forward pass
            over one board, as torch's FlopCounterMode counts them.
        dense_flops_per_board: the same of the exported form, in which every expert computes.
        activations_per_board: numbers that a training step keeps for the backward pass.
        onnx_params: parameters that the exported file holds.
        onnx_graph_bytes: what the blocks take in that file beside their parameters.
    """

    param_count: int
    flops_per_board: int
    dense_flops_per_board: int
    activations_per_board: int
    onnx_params: int
    onnx_graph_bytes: int
    component_params: Mapping[str, int]
    component_flops: Mapping[str, int]

    @property
    def memory_mb(self) -> int:
        """Megabytes (1e6 bytes) that training takes at the default minibatch."""
        memory = read_spec("limits.json")["memory"]
        per_board = memory["boards_per_minibatch"] * memory["bytes_per_activation"]
        weights = _saturated(self.param_count * memory["bytes_per_param"])
        activations = _saturated(self.activations_per_board * per_board)
        return int(memory["process_mb"] - (-_saturated(weights + activations) // 1_000_000))

    @property
    def onnx_bytes(self) -> int:
        """Size of the exported file."""
        onnx = read_spec("limits.json")["onnx"]
        weights = _saturated(self.onnx_params * onnx["bytes_per_param"])
        return int(onnx["base_bytes"] + weights + self.onnx_graph_bytes)

    @property
    def phone_us_per_move(self) -> int:
        """Microseconds for one move on a phone, in a browser, on one thread."""
        phone = read_spec("limits.json")["phone"]
        blocks = len(self.component_params)
        computing = self.dense_flops_per_board // phone["flops_per_us"]
        return int(phone["base_us"] + blocks * phone["us_per_block"] + computing)

    def to_json(self) -> dict[str, Any]:
        """The one table of numbers, as the wire has it."""
        return {
            "param_count": self.param_count,
            "flops_per_board": self.flops_per_board,
            "training_memory_mb": self.memory_mb,
            "onnx_bytes": self.onnx_bytes,
            "phone_ms_per_move": self.phone_us_per_move / 1000,
        }


@dataclass(frozen=True)
class _Cost:
    params: int
    activations: int
    inner: int  # activations that do not come out of the block
    flops: int
    dense_flops: int
    onnx_bytes: int


def estimate(design: Design, shapes: Shapes) -> Estimate:
    """Counts every component that can be counted; one whose numbers are unknown counts 0."""
    costs: dict[str, _Cost] = {}
    for component in design.components:
        if component.block is not None:
            inputs = accepted_shapes(design, component, shapes)
            out = output_shape(component, inputs)
            costs[component.id] = _cost(component.block, component.values, inputs, out)
    exported = _exported(design)
    every = list(costs.values())
    in_file = [cost for name, cost in costs.items() if name in exported]
    implied = implied_value_input(design)
    if implied is not None:
        head = catalogue()[IMPLIED_VALUE_HEAD]
        values = {prop.name: prop.default for prop in head.props.values()}
        cost = _cost(head, values, accepted_shapes(design, implied, shapes), None)
        every.append(cost)
        in_file.append(cost)
    looks = MOVES_LOOKED_AT if design.plays_afterstates else 1
    return Estimate(
        param_count=_sum(cost.params for cost in every),
        flops_per_board=_saturated(looks * _sum(cost.flops for cost in every)),
        dense_flops_per_board=_saturated(looks * _sum(cost.dense_flops for cost in every)),
        activations_per_board=_sum(cost.activations for cost in every) - _saved(design, costs),
        onnx_params=_sum(cost.params for cost in in_file),
        onnx_graph_bytes=_sum(cost.onnx_bytes for cost in in_file),
        component_params={name: cost.params for name, cost in costs.items()},
        component_flops={name: cost.flops for name, cost in costs.items()},
    )


def implied_value_input(design: Design) -> Component | None:
    """The action output whose input an implied value head reads; None where none is implied."""
    actions = design.of_type("action_output")
    return actions[0] if actions and not design.of_type("value_output") else None


def _exported(design: Design) -> set[str]:
    """What policy and value are computed from: auxiliary heads and dead ends stay behind."""
    if design.plays_afterstates and design.of_type("value_output"):
        # The action output looks at boards, not at what leads to it.
        critics = design.reached_from(_ids(design, "value_output"), backwards=True)
        return critics | set(_ids(design, "action_output"))
    heads = [name for kind in _EXPORTED_HEADS for name in _ids(design, kind)]
    return design.reached_from(heads, backwards=True)


def _ids(design: Design, kind: str) -> list[str]:
    return [component.id for component in design.of_type(kind)]


def _saved(design: Design, costs: Mapping[str, _Cost]) -> int:
    """Activations that gradient checkpoints spare: the backward pass has one block's at a time."""
    spared = [
        costs[name].inner
        for checkpoint in design.of_type("grad_checkpoint")
        for name in design.checkpointed(checkpoint.id)
    ]
    return _sum(spared) - max(spared, default=0)


def _cost(block: Block, values: Values, inputs: Sequence[Shape | None], out: Shape | None) -> _Cost:
    first = inputs[0] if inputs else None
    shape_factors = {
        "width": first.width if first else None,
        "tokens": first.tokens if first else None,
        "out_width": out.width if out else None,
        "out_tokens": out.tokens if out else None,
    }
    factors = {**values, **shape_factors}
    activations = _total(block.activations, factors)
    return _Cost(
        params=_total(block.params, factors),
        activations=activations,
        inner=max(0, activations - (out.tokens * out.width if out else 0)),
        flops=_total(block.flops, factors),
        dense_flops=_total(block.dense_flops, factors),
        onnx_bytes=_total(block.onnx_bytes, factors),
    )


def _total(terms: tuple[Term, ...], factors: Values) -> int:
    """The sum of the terms that count; 0 where a factor of one of them is unknown."""
    products = [_product(term, factors) for term in terms if term.when.holds(factors)]
    known = [product for product in products if product is not None]
    return _sum(known) if len(known) == len(products) else 0


def _product(term: Term, factors: Values) -> int | None:
    product = term.coef
    for factor in term.of:
        value = factors.get(factor)
        if type(value) is not int:
            return None
        product *= value
    return _saturated(product)


def _sum(numbers: Iterable[int]) -> int:
    total = 0
    for number in numbers:
        total = _saturated(total + number)
    return total


def _saturated(number: int) -> int:
    return max(-LARGEST, min(LARGEST, number))

"""Turns a valid design into the source of its `GeneratedModel`.

The source only composes blocks of the closed catalogue: no text of a user enters it, names are made
from indexes, and numbers and enum members are written by `repr`. What was rendered is then held
against an allow-list of syntax, so that a mistake here cannot become code.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from app.designs.catalogue import Block, PropValue, catalogue
from app.designs.estimate import IMPLIED_VALUE_HEAD, implied_value_input
from app.designs.graph import Component, Design
from app.designs.shapes import Shape, input_shape
from app.designs.validate import Validation, validate_document

SKELETON = "skeleton.py.jinja"
_ENUM_MEMBER = re.compile(r"[0-9A-Za-z_]+")


class InvalidDesignError(ValueError):
    """The design has errors, so there is nothing to compile; `validation` names them."""

    def __init__(self, validation: Validation) -> None:
        super().__init__("; ".join(validation.errors))
        self.validation = validation


class UnsafeSourceError(RuntimeError):
    """The rendered source left the allow-list: a fault of the code generator, never of a user."""


class GeneratedCode(NamedTuple):
    """What compiling gives: the source, the model's config and the exact number of parameters."""

    source: str
    config: dict[str, Any]
    param_count: int


@dataclass(frozen=True)
class _Layer:
    index: int
    class_name: str
    arguments: str


@dataclass(frozen=True)
class _Step:
    """`name = self.c<index>(arguments)`; without a name the answer is of no use."""

    index: int
    name: str | None
    arguments: tuple[str, ...]


def generate_model_code(architecture: Mapping[str, Any]) -> GeneratedCode:
    """Compiles a ModelArchitecture. The same design always gives the same bytes.

    Raises InvalidDesignError for a design with errors.
    """
    validation = validate_document(architecture)
    if not validation.valid:
        raise InvalidDesignError(validation)
    design = validation.design
    source = _render(design, validation.shapes)
    check_source(source)
    return GeneratedCode(source, model_config(design), validation.estimate.param_count)


def model_config(design: Design) -> dict[str, Any]:
    """The numbers of DynamicModelConfig, and which attribute of the model each component became."""
    routers = design.of_type("load_balance_router")
    experts = [moe.whole("n_experts") or 0 for moe in design.of_type("moe_layer")]
    return {
        "d_model": design.meta["d_model"],
        "n_heads": design.meta["n_heads"],
        "n_layers": len(design.of_type("transformer_layer")),
        "n_experts": max(experts, default=0),
        "lb_reward_coef": _number(routers[0] if routers else None, "reward_coef"),
        "components": {
            f"c{index}": component.id for index, component in enumerate(design.components)
        },
    }


def _render(design: Design, shapes: Mapping[str, Shape | None]) -> str:
    place = {component.id: index for index, component in enumerate(design.components)}
    layers = [
        _layer(place[component.id], component, design, shapes) for component in design.components
    ]
    steps = _steps(design, place)
    values = [f"h{place[head.id]}" for head in design.of_type("value_output")]
    implied = implied_value_input(design)
    if implied is not None:
        index = len(layers)
        head = catalogue()[IMPLIED_VALUE_HEAD]
        defaults = {prop.name: prop.default for prop in head.props.values()}
        shape = input_shape(design, implied, shapes)
        layers.append(_Layer(index, head.class_name, _arguments(head, defaults, shape, {})))
        steps.append(_Step(index, f"h{index}", (f"h{place[design.inputs[implied.id][0]]}",)))
        values = [f"h{index}"]
    policies = [place[head.id] for head in design.of_type("action_output")]
    turner = _turner(design, place)
    return _skeleton().render(
        class_names=sorted({layer.class_name for layer in layers}),
        layers=layers,
        steps=steps,
        policies=[
            f"h{index}" if turner is None else f"self.c{turner}.turn_back(h{index}, view)"
            for index in policies
        ],
        values=values,
        chooser=policies[0] if design.plays_afterstates else None,
        turner=turner,
    )


def _turner(design: Design, place: Mapping[str, int]) -> int | None:
    """The board input that turns every board into its canonical view, for all of them."""
    boards = design.of_type("board_input")
    canonical = [board for board in boards if board.values["orientation"] == "canonical"]
    return place[canonical[0].id] if canonical else None


def _steps(design: Design, place: Mapping[str, int]) -> list[_Step]:
    """Every block in forward order; a gradient checkpoint runs the chain behind it itself.

    What chooses by afterstates is no step: it has the others judge what its moves lead to.
    """
    chains = {
        checkpoint.id: design.checkpointed(checkpoint.id)
        for checkpoint in design.of_type("grad_checkpoint")
    }
    run_by_others = {name for chain in chains.values() for name in chain}
    steps = []
    for name in design.order:
        chooses = design.plays_afterstates and design.by_id[name].type == "action_output"
        if name in run_by_others or chooses:
            continue
        chain = chains.get(name, ())
        arguments = [f"h{place[source]}" for source in design.inputs[name]] or ["board"]
        arguments += [f"self.c{place[inner]}" for inner in chain]
        is_aux = design.by_id[name].type == "aux_loss_head"
        if is_aux:
            arguments.append("board")
        given = None if is_aux else f"h{place[chain[-1] if chain else name]}"
        steps.append(_Step(place[name], given, tuple(arguments)))
    return steps


@functools.cache
def _skeleton() -> Template:
    # The output is Python, not HTML; its only values are names and literals made in this module.
    environment = Environment(
        loader=PackageLoader("app.designs", "."),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
    return environment.get_template(SKELETON)


def _layer(
    index: int, component: Component, design: Design, shapes: Mapping[str, Shape | None]
) -> _Layer:
    block = component.block
    assert block is not None
    extra: dict[str, PropValue] = {}
    if block.type == "moe_layer":
        extra.update(_balance(design, component))
    shape = input_shape(design, component, shapes)
    return _Layer(index, block.class_name, _arguments(block, component.values, shape, extra))


def _arguments(
    block: Block,
    values: Mapping[str, PropValue | None],
    shape: Shape | None,
    extra: Mapping[str, PropValue],
) -> str:
    arguments: dict[str, PropValue | None] = {}
    for prop in block.props.values():
        if prop.layout:
            continue
        value = values[prop.name]
        arguments[prop.name] = float(value) if prop.kind == "float" and value is not None else value
    for name in block.shape_args:
        arguments[name] = getattr(shape, name)
    arguments.update(extra)
    return ", ".join(f"{name}={_literal(value)}" for name, value in arguments.items())


def _literal(value: PropValue | None) -> str:
    if isinstance(value, (bool, int, float)) or (
        isinstance(value, str) and _ENUM_MEMBER.fullmatch(value)
    ):
        return repr(value)
    raise UnsafeSourceError("a value is neither a number nor an enum member")


def _balance(design: Design, moe: Component) -> dict[str, PropValue]:
    """What the router decides that the experts obey: the nearest upstream, else the first."""
    upstream = design.reached_from([moe.id], backwards=True)
    before = [name for name in design.order if name in upstream and _is_router(design.by_id[name])]
    routers = [design.by_id[before[-1]]] if before else design.of_type("load_balance_router")
    router = routers[0] if routers else None
    z_coef = _number(router, "z_coef")
    if router is None or router.values["balance"] == "loss":
        return {"lb_coef": _number(router, "reward_coef"), "bias_rate": 0.0, "z_coef": z_coef}
    return {"lb_coef": 0.0, "bias_rate": _number(router, "bias_rate"), "z_coef": z_coef}


def _is_router(component: Component) -> bool:
    return component.type == "load_balance_router"


def _number(router: Component | None, prop: str) -> float:
    """A prop of the router; without a router the catalogue's default."""
    default = catalogue()["load_balance_router"].props[prop].default
    value = router.values[prop] if router else default
    assert value is not None
    return float(value)


_ALLOWED_NODES = (
    ast.Module, ast.ImportFrom, ast.alias, ast.ClassDef, ast.FunctionDef, ast.arguments, ast.arg,
    ast.Assign, ast.Expr, ast.Return, ast.Call, ast.Attribute, ast.Name, ast.keyword, ast.Constant,
    ast.List, ast.Tuple, ast.Load, ast.Store, ast.UnaryOp, ast.USub,
)  # fmt: skip
_ALLOWED_MODULES = {"app.models.blocks", "app.models.game_transformer"}


def check_source(source: str) -> None:
    """Holds generated source against the allow-list. Raises UnsafeSourceError.

    Allowed: the two imports, one class, calls of catalogue classes, of their `Config`, of `super`,
    of the model's own attributes and of their `choose`, `turn` and `turn_back`; constants that are
    numbers, booleans or enum members.
    """
    classes = {block.class_name for block in catalogue().values()}
    choices = {
        choice
        for block in catalogue().values()
        for prop in block.props.values()
        for choice in prop.choices
    }
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, _ALLOWED_NODES):
            raise UnsafeSourceError(f"{type(node).__name__} is not allowed in generated source")
        if isinstance(node, ast.ImportFrom) and node.module not in _ALLOWED_MODULES:
            raise UnsafeSourceError("generated source imports something else than blocks")
        if isinstance(node, ast.Constant) and not _is_allowed_constant(node.value, choices):
            raise UnsafeSourceError("generated source holds a text that is no enum member")
        if isinstance(node, ast.Call) and not _is_allowed_call(node.func, classes):
            raise UnsafeSourceError("generated source calls something else than blocks")


def _is_layer(node: ast.expr) -> bool:
    """Whether this is `self.c<index>`."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and node.attr[0] == "c"
        and node.attr[1:].isdigit()
    )


def _is_allowed_constant(value: object, choices: set[str]) -> bool:
    return type(value) in (int, float, bool) or (isinstance(value, str) and value in choices)


def _is_allowed_call(func: ast.expr, classes: set[str]) -> bool:
    if isinstance(func, ast.Name):
        return func.id in classes or func.id == "super"
    if not isinstance(func, ast.Attribute):
        return False
    owner = func.value
    if isinstance(owner, ast.Name) and owner.id in classes:
        return func.attr == "Config"
    if isinstance(owner, ast.Name) and owner.id == "self":
        return func.attr in ("join_heads", "join_values") or _is_layer(func)
    if _is_layer(owner):
        return func.attr in ("choose", "turn", "turn_back")
    return (
        isinstance(owner, ast.Call)
        and isinstance(owner.func, ast.Name)
        and owner.func.id == "super"
        and func.attr == "__init__"
    )

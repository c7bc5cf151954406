"""Hypothesis strategies: valid designs of any shape, and documents broken in every way."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

WIDTHS = (8, 16, 24, 32)


def _component(name: str, block: str, **props: Any) -> dict[str, Any]:
    return {"id": name, "type": block, "props": props}


@st.composite
def valid_designs(draw: st.DrawFn, max_blocks: int = 8) -> dict[str, Any]:
    """A design that must compile: a chain with branches, experts, merges and one or two heads."""
    width = draw(st.sampled_from(WIDTHS))
    positions = draw(st.sampled_from(["learned", "2d", "none"]))
    components = [
        _component("board", draw(st.sampled_from(["board_input", "BOARD_INPUT"]))),
        _component("embed", "embedding", d_model=width, positions=positions),
    ]
    edges = [["board", "embed"]]
    widths = {"embed": width}
    for index in range(draw(st.integers(0, max_blocks))):
        name = f"n{index}"
        source = draw(st.sampled_from(sorted(widths)))
        component, sources, wide = _grow(draw, name, source, widths)
        components.append(component)
        edges.extend([origin, name] for origin in sources)
        widths[name] = wide
    for head in ("action_output", *draw(st.sampled_from([(), ("value_output",)]))):
        source = draw(st.sampled_from(sorted(widths)))
        pool = draw(st.sampled_from(["mean", "flatten"]))
        components.append(_component(head, head, pool=pool))
        edges.append([source, head])
    order = draw(st.permutations(range(len(components))))
    meta = {"d_model": width, "n_heads": 4, "n_experts": draw(st.integers(0, 8))}
    return {
        "name": draw(st.sampled_from(["a design", "Ünï 网络 🧠", "x"])),
        "version": 1,
        "meta": meta,
        "components": [components[at] for at in order],
        "edges": draw(st.permutations(edges)),
    }


def _grow(
    draw: st.DrawFn, name: str, source: str, widths: dict[str, int]
) -> tuple[dict[str, Any], list[str], int]:
    width = widths[source]
    kinds = ["layer_norm", "linear", "load_balance_router"]
    if width % 8 == 0:
        kinds += ["transformer_layer", "moe_layer"]
    peers = sorted(other for other in widths if widths[other] == width and other != source)
    if peers:
        kinds.append("add")
    kind = draw(st.sampled_from(kinds))
    if kind == "add":
        return _component(name, kind), [source, draw(st.sampled_from(peers))], width
    if kind == "linear":
        out = draw(st.sampled_from((4, 7, *WIDTHS)))
        activation = draw(st.sampled_from(["none", "relu", "gelu", "silu", "tanh"]))
        props = {"out_features": out, "bias": draw(st.booleans()), "activation": activation}
        return _component(name, kind, **props), [source], out
    if kind == "transformer_layer":
        heads = draw(st.sampled_from([count for count in (1, 2, 3, 4, 8) if width % count == 0]))
        ratio = draw(st.integers(1, 3))
        return (
            _component(name, kind, d_model=width, n_heads=heads, ff_ratio=ratio),
            [source],
            width,
        )
    if kind == "moe_layer":
        experts = draw(st.integers(1, 5))
        props = {"d_model": width, "n_experts": experts, "top_k": draw(st.integers(1, experts))}
        return _component(name, kind, ff_ratio=draw(st.integers(1, 2)), **props), [source], width
    if kind == "load_balance_router":
        coef = draw(st.sampled_from([0, 0.01, 0.5, 1]))
        return _component(name, kind, reward_coef=coef), [source], width
    return _component(name, kind), [source], width


_TEXTS = st.sampled_from(
    ["", "board", "embed", "n0", "x", "t2", "128", "__proto__", "constructor", "{{7*7}}", "a.b",
     "$where", "a\u2028b", "\ud800", "🧠", "é" * 70, "toString", "1", "{block}", "$&"]
)  # fmt: skip
_NUMBERS = st.one_of(
    st.integers(-3, 20),
    st.sampled_from(
        [2**53 - 1, 2**53, -(2**53), 1e20, 1e300, 128.0, 0.5, -0.25, 130, 4104, 9, 1000, 1001]
    ),
)
_LEAVES = st.one_of(st.none(), st.booleans(), _NUMBERS, _TEXTS)
json_values = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)
    ),
    max_leaves=5,
)
_FIELDS = st.sampled_from(
    ["id", "type", "props", "d_model", "n_heads", "n_experts", "top_k", "ff_ratio", "out_features",
     "bias", "activation", "pool", "reward_coef", "x", "y", "name", "meta", "version", "components",
     "edges", "owner", "__proto__", "constructor", "10", "9"]
)  # fmt: skip
_TYPES = st.sampled_from(
    ["board_input", "embedding", "transformer_layer", "MOE_LAYER", "moe_layer", "add", "linear",
     "layer_norm", "load_balance_router", "action_output", "value_output", "eval", "__class__"]
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """Any JSON value, most often a design with a few places broken."""
    if draw(st.integers(0, 19)) == 0:
        return draw(json_values)
    document: Any = copy.deepcopy(draw(valid_designs(max_blocks=5)))
    for _ in range(draw(st.integers(0, 4))):
        _break_somewhere(draw, document)
    return document


def _break_somewhere(draw: st.DrawFn, document: dict[str, Any]) -> None:
    how = draw(st.integers(0, 7))
    components = document.get("components")
    edges = document.get("edges")
    component = (
        draw(st.sampled_from(components)) if isinstance(components, list) and components else None
    )
    props = component.get("props") if isinstance(component, dict) else None
    if how == 0:
        document[draw(_FIELDS)] = draw(json_values)
    elif how == 1 and isinstance(component, dict):
        component[draw(_FIELDS)] = draw(json_values)
    elif how == 2 and isinstance(component, dict):
        component["type"] = draw(_TYPES)
    elif how in (3, 4) and isinstance(props, dict):
        props[draw(_FIELDS)] = draw(_LEAVES)
    elif how == 5 and isinstance(edges, list):
        rows = components if isinstance(components, list) else []
        names = [row.get("id") for row in rows if isinstance(row, dict)] or ["ghost"]
        ends = st.one_of(st.sampled_from(names), st.sampled_from(["ghost"]))
        edges.append([draw(ends), draw(ends)])
    elif how == 6 and isinstance(edges, list) and edges:
        edges.pop(draw(st.integers(0, len(edges) - 1)))
    elif how == 7 and isinstance(document.get("meta"), dict):
        document["meta"][draw(_FIELDS)] = draw(_LEAVES)

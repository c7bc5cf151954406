"""Hypothesis strategies: valid designs of any shape, and documents broken in every way."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from hypothesis import strategies as st

WIDTHS = (8, 16, 24, 32)
SHARED_PROPS = {"activation": ["relu", "gelu", "silu"], "pool": ["mean", "flatten"]}


class _Flow(NamedTuple):
    """What a component gives: `tokens` is 0 for a vector."""

    tokens: int
    width: int


_Grown = tuple[dict[str, Any], list[str], _Flow]


def _component(name: str, block: str, **props: Any) -> dict[str, Any]:
    return {"id": name, "type": block, "props": props}


@st.composite
def valid_designs(draw: st.DrawFn, max_blocks: int = 8) -> dict[str, Any]:
    """A design that must compile: every kind of block, branches, merges, several heads."""
    width = draw(st.sampled_from(WIDTHS))
    components: list[dict[str, Any]] = []
    edges: list[list[str]] = []
    flows: dict[str, _Flow] = {}
    for add_start in draw(
        st.lists(st.sampled_from([_embedding, _onehot, _ntuple]), min_size=1, max_size=2)
    ):
        add_start(draw, len(flows), width, components, edges, flows)
    for index in range(draw(st.integers(0, max_blocks))):
        name = f"n{index}"
        source = draw(st.sampled_from(sorted(flows)))
        component, sources, flow = _grow(draw, name, source, flows)
        components.append(component)
        edges.extend([origin, name] for origin in sources)
        flows[name] = flow
    _add_heads(draw, components, edges, flows)
    order = draw(st.permutations(range(len(components))))
    meta = {"d_model": width, "n_heads": 4, "n_experts": draw(st.integers(0, 8))}
    return {
        "name": draw(st.sampled_from(["a design", "Ünï 网络 🧠", "x"])),
        "version": 1,
        "meta": meta,
        "components": [components[at] for at in order],
        "edges": draw(st.permutations(edges)),
    }


def _board(draw: st.DrawFn, components: list[dict[str, Any]]) -> str:
    """The board of exponents, which several starts share."""
    if not any(component["id"] == "board" for component in components):
        kind = draw(st.sampled_from(["board_input", "BOARD_INPUT"]))
        components.append(_component("board", kind))
    return "board"


def _embedding(
    draw: st.DrawFn, index: int, width: int, components: list, edges: list, flows: dict
) -> None:
    name, board = f"embed{index}", _board(draw, components)
    positions = draw(st.sampled_from(["learned", "2d", "none"]))
    components.append(_component(name, "embedding", d_model=width, positions=positions))
    edges.append([board, name])
    flows[name] = _Flow(16, width)


def _onehot(
    draw: st.DrawFn, index: int, width: int, components: list, edges: list, flows: dict
) -> None:
    name = f"onehot{index}"
    components.append(_component(name, "board_input", encoding="onehot"))
    flows[name] = _Flow(16, 18)


def _ntuple(
    draw: st.DrawFn, index: int, width: int, components: list, edges: list, flows: dict
) -> None:
    name, board = f"tuples{index}", _board(draw, components)
    counts = {
        "rows": 4, "columns": 4, "lines": 8, "squares": 9, "linesquares": 17, "rectangles": 12,
        "sixes": 4,
    }  # fmt: skip
    tuples = draw(st.sampled_from(sorted(counts)))
    props = {
        "tuples": tuples,
        "features": draw(st.sampled_from([1, 4, 8])),
        "tile_values": draw(st.integers(2, 4)),
        "shared": draw(st.booleans()),
        "symmetric": draw(st.booleans()),
    }
    kinds_of_place = {"squares": 3, "linesquares": 5, "sixes": 4}
    count = 8 * kinds_of_place.get(tuples, 2) if props["symmetric"] else counts[tuples]
    components.append(_component(name, "ntuple", **props))
    edges.append([board, name])
    flows[name] = _Flow(count, props["features"])


def _add_heads(draw: st.DrawFn, components: list, edges: list, flows: dict[str, _Flow]) -> None:
    heads = ["action_output", *draw(st.sampled_from([(), ("value_output",)]))]
    heads += ["aux_loss_head"] * draw(st.integers(0, 1))
    for head in heads:
        source = draw(st.sampled_from(sorted(flows)))
        props: dict[str, Any] = {"pool": draw(st.sampled_from(SHARED_PROPS["pool"]))}
        if head == "action_output":
            props["chooses"] = draw(st.sampled_from(["logits", "logits", "afterstates"]))
        if head == "aux_loss_head":
            props["d_model"] = flows[source].width
            props["predicts"] = draw(st.sampled_from(["max_tile", "empty_cells", "valid_moves"]))
            props["coef"] = draw(st.sampled_from([0, 0.1, 1]))
        components.append(_component(head, head, **props))
        edges.append([source, head])


def _grow(draw: st.DrawFn, name: str, source: str, flows: dict[str, _Flow]) -> _Grown:
    flow = flows[source]
    makers = [_plain, _linear, _mlp]
    if flow.width % 8 == 0:
        makers.append(_moe)
        if flow.tokens:
            makers.append(_transformer)
    if flow.tokens:
        makers.append(_pool)
    if flow.tokens in (1, 4, 9, 16):
        makers.append(_conv)
    peers = sorted(peer for peer in flows if flows[peer].tokens == flow.tokens and peer != source)
    if peers:
        peer = draw(st.sampled_from(peers))
        same = flows[peer].width == flow.width
        if same or flows[peer].width + flow.width <= 128:
            kind = draw(st.sampled_from(["concat", *(["add"] if same else [])]))
            wide = flow.width if kind == "add" else flow.width + flows[peer].width
            merged = (_component(name, kind), [source, peer], _Flow(flow.tokens, wide))
            makers.append(lambda *_: merged)
    component, sources, grown = draw(st.sampled_from(makers))(draw, name, flow)
    return component, sources or [source], grown


def _plain(draw: st.DrawFn, name: str, flow: _Flow) -> _Grown:
    kind = draw(
        st.sampled_from(["layer_norm", "dropout", "grad_checkpoint", "load_balance_router"])
    )
    props: dict[str, Any] = {}
    if kind == "dropout":
        props["rate"] = draw(st.sampled_from([0, 0.1, 0.5]))
    elif kind == "grad_checkpoint":
        props["blocks"] = draw(st.integers(1, 4))
    elif kind == "load_balance_router":
        props["reward_coef"] = draw(st.sampled_from([0, 0.01, 0.5, 1]))
        props["balance"] = draw(st.sampled_from(["loss", "bias"]))
    return _component(name, kind, **props), [], flow


def _linear(draw: st.DrawFn, name: str, flow: _Flow) -> _Grown:
    out = draw(st.sampled_from((4, 7, *WIDTHS)))
    activation = draw(st.sampled_from(["none", "tanh", *SHARED_PROPS["activation"]]))
    props = {"out_features": out, "bias": draw(st.booleans()), "activation": activation}
    return _component(name, "linear", **props), [], _Flow(flow.tokens, out)


def _mlp(draw: st.DrawFn, name: str, flow: _Flow) -> _Grown:
    out = draw(st.sampled_from((4, 7, *WIDTHS)))
    props = {
        "hidden": draw(st.sampled_from([5, 16])),
        "layers": draw(st.integers(1, 3)),
        "out_features": out,
        "activation": draw(st.sampled_from(["tanh", *SHARED_PROPS["activation"]])),
    }
    return _component(name, "mlp", **props), [], _Flow(flow.tokens, out)


def _transformer(draw: st.DrawFn, name: str, flow: _Flow) -> _Grown:
    width = flow.width
    heads = draw(st.sampled_from([count for count in (1, 2, 3, 4, 8) if width % count == 0]))
    props = {
        "d_model": width,
        "n_heads": heads,
        "ff_ratio": draw(st.integers(1, 3)),
        "activation": draw(st.sampled_from(SHARED_PROPS["activation"])),
        "norm_first": draw(st.booleans()),
        "dropout": draw(st.sampled_from([0, 0.1])),
    }
    return _component(name, "transformer_layer", **props), [], flow


def _moe(draw: st.DrawFn, name: str, flow: _Flow) -> _Grown:
    experts = draw(st.integers(1, 5))
    props = {
        "d_model": flow.width,
        "n_experts": experts,
        "top_k": draw(st.integers(1, experts)),
        "ff_ratio": draw(st.integers(1, 2)),
        "shared_expert": draw(st.booleans()),
    }
    return _component(name, "moe_layer", **props), [], flow


def _conv(draw: st.DrawFn, name: str, flow: _Flow) -> _Grown:
    side = {1: 1, 4: 2, 9: 3, 16: 4}[flow.tokens]
    padding = draw(st.sampled_from(["same", "valid"]))
    kernel = draw(st.integers(1, side if padding == "valid" else 4))
    props = {
        "channels": draw(st.sampled_from((4, 7, *WIDTHS))),
        "kernel": kernel,
        "padding": padding,
        "bias": draw(st.booleans()),
        "activation": draw(st.sampled_from(["none", "tanh", *SHARED_PROPS["activation"]])),
    }
    tokens = (side - kernel + 1) ** 2 if padding == "valid" else flow.tokens
    return _component(name, "conv2d", **props), [], _Flow(tokens, props["channels"])


def _pool(draw: st.DrawFn, name: str, flow: _Flow) -> _Grown:
    modes = ["mean", "max", *(["flatten"] if flow.tokens * flow.width <= 512 else [])]
    mode = draw(st.sampled_from(modes))
    width = flow.tokens * flow.width if mode == "flatten" else flow.width
    return _component(name, "pool", mode=mode), [], _Flow(0, width)


_TEXTS = st.sampled_from(
    ["", "board", "embed0", "onehot", "valid", "flatten", "n0", "x", "t2", "128",
     "__proto__", "constructor", "{{7*7}}", "a.b",
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
     "edges", "encoding", "kernel", "padding", "blocks", "mode", "tuples", "layers", "hidden",
     "owner", "__proto__", "constructor", "10", "9"]
)  # fmt: skip
_TYPES = st.sampled_from(
    ["board_input", "embedding", "transformer_layer", "MOE_LAYER", "moe_layer", "add", "linear",
     "layer_norm", "load_balance_router", "action_output", "value_output", "pool", "concat",
     "conv2d", "ntuple", "mlp", "dropout", "grad_checkpoint", "aux_loss_head", "eval", "__class__"]
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

"""Every block against its row of the catalogue: props, parameters, FLOPs, shapes, gradients."""

import dataclasses
import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from app.models import blocks
from app.models.blocks import expert_groups
from app.models.blocks.aux_loss_head import LESSONS
from app.models.blocks.block import ACTIVATIONS

SPEC = Path(__file__).resolve().parents[2] / "spec" / "blocks.json"
ROWS: list[dict[str, Any]] = json.loads(SPEC.read_text())["blocks"]
WITHOUT_A_MODULE = {name for name in blocks.__all__ if name != "Block"} ^ {
    row["class_name"] for row in ROWS
}
EXTRAS = {  # codegen reads them off the design's router
    "moe_layer": {"lb_coef", "bias_rate", "z_coef"},
}
TRIED = {
    "d_model": (8, 24),
    "n_heads": (1, 4),
    "ff_ratio": (1, 3),
    "n_experts": (1, 3),
    "top_k": (1, 2),
    "reward_coef": (0.5,),
    "bias_rate": (0.5,),
    "z_coef": (0.5,),
    "out_features": (1, 16),
    "hidden": (1, 16),
    "layers": (1, 3),
    "channels": (1, 6),
    "kernel": (1, 2, 3, 4),
    "features": (1, 4),
    "tile_values": (2, 4),
    "dropout": (0.0, 0.5),
    "rate": (0.0, 0.5),
    "coef": (0.5,),
    "blocks": (2,),
}
SHAPES = (
    {"kind": "tokens", "tokens": 16, "width": 8},
    {"kind": "tokens", "tokens": 9, "width": 24},
    {"kind": "vector", "tokens": 1, "width": 24},
)
BOARD = {"kind": "board", "tokens": 16, "width": 1}
BOARDS = 3


def cases() -> list[Any]:
    found = []
    for row in ROWS:
        values = [tried(prop) for prop in row["props"]]
        shapes = [BOARD, *SHAPES] if row["inputs"]["min"] else [BOARD]
        for combination, shape in itertools.product(itertools.product(*values), shapes):
            props = dict(zip([p["name"] for p in row["props"]], combination, strict=True))
            if props.get("top_k", 0) > props.get("n_experts", 8):
                continue
            if row["inputs"]["min"] and shape["kind"] not in row["inputs"]["accepts"]:
                continue
            if row.get("input_width") and shape["width"] != props[row["input_width"]]:
                continue
            if props.get("chooses") == "afterstates":  # no block on tokens: test_afterstates.py
                continue
            if props.get("padding") == "valid" and props["kernel"] > math.isqrt(shape["tokens"]):
                continue
            text = "-".join(str(value) for value in combination)
            name = f"{row['type']}-{text}-{shape['kind']}{shape['tokens']}x{shape['width']}"
            found.append(pytest.param(row, props, shape, id=name))
    return found


def tried(prop: dict[str, Any]) -> tuple[Any, ...]:
    if prop["kind"] == "enum":
        return tuple(value["value"] for value in prop["values"])
    return (True, False) if prop["kind"] == "bool" else TRIED[prop["name"]]


def holds(when: Any, values: dict[str, Any]) -> bool:
    conditions = when if isinstance(when, list) else [when] if when else []
    return all(values[condition["prop"]] == condition["equals"] for condition in conditions)


def counted(terms: list[dict[str, Any]], values: dict[str, Any]) -> int:
    return sum(
        term["coef"] * math.prod(values[name] for name in term["of"])
        for term in terms
        if holds(term.get("when"), values)
    )


def promised_shape(
    row: dict[str, Any], props: dict[str, Any], shape: dict[str, Any]
) -> dict[str, Any] | None:
    """What the row says comes out of inputs that are all of one shape; None for a head."""
    alternatives = row["output"] if isinstance(row["output"], list) else [row["output"]]
    output = next((o for o in alternatives if o and holds(o.get("when"), props)), None)
    if output is None:
        return None
    kind = shape["kind"] if output["kind"] == "same" else output["kind"]
    tokens = output.get("tokens", shape["tokens"] if kind == "tokens" else 1)
    if isinstance(tokens, dict):
        tokens = (math.isqrt(shape["tokens"]) - props[tokens["valid_kernel"]] + 1) ** 2
    width = output.get("width", shape["width"])
    if width == "sum":
        width = shape["width"] * row["inputs"]["min"]
    elif isinstance(width, list):
        width = math.prod({**props, **shape}[name] for name in width)
    return {"kind": kind, "tokens": tokens, "width": width}


def sizes(shape: dict[str, Any], count: int = BOARDS) -> tuple[int, ...]:
    if shape["kind"] == "board":
        return (count, 16)
    return (
        (count, shape["width"])
        if shape["kind"] == "vector"
        else (count, shape["tokens"], shape["width"])
    )


def made(row: dict[str, Any], props: dict[str, Any], shape: dict[str, Any]) -> blocks.Block:
    shape_args = {name: shape[name] for name in row["shape_args"]}
    block_class = getattr(blocks, row["class_name"])
    block: blocks.Block = block_class(block_class.Config(**props, **shape_args))
    return block


def inputs_of(row: dict[str, Any], shape: dict[str, Any], count: int = BOARDS) -> list[Any]:
    board = torch.randint(0, 18, (count, 16))
    if shape["kind"] == "board":
        return [board]
    inputs = [torch.randn(*sizes(shape, count)) for _ in range(row["inputs"]["min"])]
    return [*inputs, board] if row["type"] == "aux_loss_head" else inputs


def flops(block: blocks.Block, inputs: list[Any]) -> int:
    """As torch counts them."""
    with FlopCounterMode(display=False) as counter:
        block(*inputs)
    return counter.get_total_flops()


@pytest.fixture(autouse=True)
def no_empty_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows count full places alone, so no expert gets room for others' cells."""
    monkeypatch.setattr(expert_groups, "MOST_ROOM", 0)


def test_every_row_has_a_module_and_every_module_a_row() -> None:
    assert not WITHOUT_A_MODULE


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["type"])
def test_a_config_is_its_row(row: dict[str, Any]) -> None:
    config = getattr(blocks, row["class_name"]).Config
    names = {field.name for field in dataclasses.fields(config)}
    extras = EXTRAS.get(row["type"], set())
    assert names == {prop["name"] for prop in row["props"]} | set(row["shape_args"]) | extras
    assert config.__dataclass_params__.frozen
    for prop in row["props"]:
        default = {f.name: f.default for f in dataclasses.fields(config)}[prop["name"]]
        assert default in (prop.get("default"), dataclasses.MISSING)


@pytest.mark.parametrize(("row", "props", "shape"), cases())
def test_numbers_and_shapes_are_those_of_the_row(
    row: dict[str, Any], props: dict[str, Any], shape: dict[str, Any]
) -> None:
    block = made(row, props, shape)
    promised = promised_shape(row, props, shape)
    out_factors = {f"out_{name}": value for name, value in (promised or {}).items()}
    values = {**props, **shape, **out_factors}
    assert sum(p.numel() for p in block.parameters()) == counted(row["params"], values)

    block.eval()
    assert flops(block, inputs_of(row, shape, count=1)) == counted(row["flops"], values)
    if isinstance(block, blocks.MoELayer):
        block.dense = True
        dense_flops = counted(row["dense_flops"], values)
        assert flops(block, inputs_of(row, shape, count=1)) == dense_flops
        block.dense = False

    out = block.train()(*inputs_of(row, shape))
    if promised is not None:
        assert out.shape == sizes(promised)
    elif row["type"] == "aux_loss_head":
        assert out is None
        out = block.loss
        assert out.shape == ()
    else:
        assert out.shape == ((3, 4) if row["type"] == "action_output" else (3,))
    if list(block.parameters()):
        out.sum().backward()
        assert all(p.grad is not None for p in block.parameters())


def kept_numbers(block: blocks.Block, inputs: list[Any]) -> float:
    """Numbers per board that a training step keeps: in the block, and of what comes out of it."""
    given = {t.untyped_storage().data_ptr() for t in [*block.parameters(), *inputs]}
    kept: dict[int, int] = {}
    held = []  # or a freed tensor's place would be taken by another

    def note(tensor: torch.Tensor) -> torch.Tensor:
        held.append(tensor)
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in given:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        out = block(*inputs)
        if out is not None and out.dim() > 1 and out.is_floating_point():
            reader = torch.ones(1, out.shape[-1], requires_grad=True)
            given.add(reader.untyped_storage().data_ptr())
            torch.nn.functional.linear(out, reader)
    return sum(kept.values()) / 4 / len(inputs[0])


@pytest.mark.parametrize(("row", "props", "shape"), cases())
def test_activations_are_what_torch_keeps(
    row: dict[str, Any], props: dict[str, Any], shape: dict[str, Any]
) -> None:
    block = made(row, props, shape).train()
    inputs = inputs_of(row, shape, count=64)
    for tensor in inputs:
        if tensor.is_floating_point():
            tensor.requires_grad_()
    promised = promised_shape(row, props, shape) or {}
    values = {**props, **shape, **{f"out_{name}": value for name, value in promised.items()}}
    counted_numbers = counted(row["activations"], values)
    # What an even window pads is no product of the row's factors.
    even_window = row["type"] == "conv2d" and props["kernel"] % 2 == 0
    tolerance = {"rel": 0.5 if even_window else 0.1, "abs": 40}
    assert counted_numbers == pytest.approx(kept_numbers(block, inputs), **tolerance)


@pytest.mark.parametrize("type_name", ["linear", "conv2d"])
def test_activations_are_those_of_the_catalogue(type_name: str) -> None:
    (row,) = [row for row in ROWS if row["type"] == type_name]
    (prop,) = [prop for prop in row["props"] if prop["name"] == "activation"]
    assert {value["value"] for value in prop["values"]} == set(ACTIVATIONS)


def test_lessons_are_those_of_the_catalogue() -> None:
    (row,) = [row for row in ROWS if row["type"] == "aux_loss_head"]
    (prop,) = [prop for prop in row["props"] if prop["name"] == "predicts"]
    assert {value["value"] for value in prop["values"]} == set(LESSONS)


def test_positions_tell_cells_apart() -> None:
    board = torch.ones(1, 16, dtype=torch.int64)
    for positions, different in (("learned", 16), ("2d", 16), ("none", 1)):
        block = blocks.Embedding(blocks.Embedding.Config(d_model=8, positions=positions))
        assert len({tuple(v) for v in block(board)[0].tolist()}) == different


def test_one_hot_names_the_exponent() -> None:
    block = blocks.BoardInput(blocks.BoardInput.Config(encoding="onehot"))
    board = torch.randint(0, 18, (5, 16))
    vectors = block(board)
    assert vectors.dtype == torch.float32
    assert torch.equal(vectors.argmax(-1), board)
    assert torch.equal(vectors.sum(-1), torch.ones(5, 16))


def test_merges_and_pools_do_what_they_say() -> None:
    one, two = torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    assert torch.equal(blocks.Add()(one, two, two), one + two + two)
    both = blocks.Concat()(one, two)
    assert torch.equal(both[..., :4], one)
    assert torch.equal(both[..., 4:], two)
    for mode, expected in (
        ("mean", one.mean(1)),
        ("max", one.max(1).values),
        ("flatten", one.reshape(2, 12)),
    ):
        assert torch.equal(blocks.Pool(blocks.Pool.Config(mode))(one), expected)


def test_dropout_thins_in_training_alone() -> None:
    block = blocks.Dropout(blocks.Dropout.Config(rate=0.25))
    ones = torch.ones(4000)
    assert block.eval()(ones) is ones
    out = block.train()(ones)
    assert sorted(set(out.tolist())) == pytest.approx([0.0, 4 / 3])
    assert (out == 0).float().mean().item() == pytest.approx(0.25, abs=0.03)
    kept = blocks.Dropout(blocks.Dropout.Config(rate=0.0)).train()
    assert kept(ones) is ones

"""Every block against its row of the catalogue: props, parameter counts, shapes."""

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from app.models import blocks
from app.models.blocks.block import ACTIVATIONS

SPEC = Path(__file__).resolve().parents[2] / "spec" / "blocks.json"
ROWS: list[dict[str, Any]] = json.loads(SPEC.read_text())["blocks"]
WITHOUT_A_MODULE = {name for name in blocks.__all__ if name != "Block"} ^ {
    row["class_name"] for row in ROWS
}
TRIED = {
    "d_model": (8, 24),
    "n_heads": (1, 4),
    "ff_ratio": (1, 3),
    "n_experts": (1, 3),
    "top_k": (1, 2),
    "reward_coef": (0.0, 0.5),
    "out_features": (1, 16),
}
SHAPES = ({"tokens": 16, "width": 8}, {"tokens": 1, "width": 24})


def cases() -> list[Any]:
    found = []
    for row in ROWS:
        values = [tried(prop) for prop in row["props"]]
        for combination, shape in itertools.product(itertools.product(*values), SHAPES):
            props = dict(zip([p["name"] for p in row["props"]], combination, strict=True))
            if props.get("top_k", 0) > props.get("n_experts", 8):
                continue
            if shape["tokens"] == 1 and "vector" not in row["inputs"]["accepts"]:
                continue
            found.append(pytest.param(row, props, shape, id=f"{row['type']}-{props}-{shape}"))
    return found


def tried(prop: dict[str, Any]) -> tuple[Any, ...]:
    if prop["kind"] == "enum":
        return tuple(value["value"] for value in prop["values"])
    return (True, False) if prop["kind"] == "bool" else TRIED[prop["name"]]


def counted(row: dict[str, Any], values: dict[str, Any]) -> int:
    total = 0
    for term in row["params"]:
        when = term.get("when")
        if when is None or values[when["prop"]] == when["equals"]:
            product = term["coef"]
            for name in term["of"]:
                product *= values[name]
            total += product
    return total


def test_every_row_has_a_module_and_every_module_a_row() -> None:
    assert not WITHOUT_A_MODULE


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["type"])
def test_a_config_is_its_row(row: dict[str, Any]) -> None:
    config = getattr(blocks, row["class_name"]).Config
    names = {field.name for field in dataclasses.fields(config)}
    extra = {"lb_coef"} if row["type"] == "moe_layer" else set()
    assert names == {prop["name"] for prop in row["props"]} | set(row["shape_args"]) | extra
    assert config.__dataclass_params__.frozen
    for prop in row["props"]:
        default = {f.name: f.default for f in dataclasses.fields(config)}[prop["name"]]
        assert default in (prop.get("default"), dataclasses.MISSING)


@pytest.mark.parametrize(("row", "props", "shape"), cases())
def test_counts_and_shapes(
    row: dict[str, Any], props: dict[str, Any], shape: dict[str, int]
) -> None:
    if "d_model" in props and row["type"] != "embedding":
        shape = {**shape, "width": props["d_model"]}
    shape_args = {name: shape[name] for name in row["shape_args"]}
    block_class = getattr(blocks, row["class_name"])
    block = block_class(block_class.Config(**props, **shape_args))
    values = {**props, **shape}
    assert sum(p.numel() for p in block.parameters()) == counted(row, values)

    leading = (3, 16) if shape["tokens"] == 16 else (3,)
    tokens = torch.randn(*leading, shape["width"])
    kind = (row["output"] or {}).get("kind")
    if row["type"] in ("board_input", "embedding"):
        tokens = torch.randint(0, 18, (3, 16))
    inputs = [tokens] * max(1, row["inputs"]["min"])
    out = block(*inputs)
    if kind is None:
        assert out.shape == ((3, 4) if row["type"] == "action_output" else (3,))
    elif kind == "tokens":
        assert out.shape == (3, 16, props[row["output"]["width"]])
    elif kind == "same" and "width" in row["output"]:
        assert out.shape == (*leading, props[row["output"]["width"]])
    else:
        assert out.shape == tokens.shape
    if out.is_floating_point() and out.requires_grad:
        out.sum().backward()
        assert all(p.grad is not None for p in block.parameters())


def test_activations_are_those_of_the_catalogue() -> None:
    (row,) = [row for row in ROWS if row["type"] == "linear"]
    (prop,) = [prop for prop in row["props"] if prop["name"] == "activation"]
    assert {value["value"] for value in prop["values"]} == set(ACTIVATIONS)


def test_positions_tell_cells_apart() -> None:
    board = torch.ones(1, 16, dtype=torch.int64)
    for positions, different in (("learned", 16), ("2d", 16), ("none", 1)):
        block = blocks.Embedding(blocks.Embedding.Config(d_model=8, positions=positions))
        assert len({tuple(v) for v in block(board)[0].tolist()}) == different


def test_add_adds() -> None:
    block = blocks.Add()
    one = torch.ones(2, 3)
    assert torch.equal(block(one, one, one), 3 * one)

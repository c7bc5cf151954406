"""Generated source: the same bytes each time, nothing of the user in it, nothing but blocks."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings

from app.designs import (
    InvalidDesignError,
    UnsafeSourceError,
    generate_model_code,
    templates,
    validate_document,
)
from app.designs.codegen import check_source
from app.spec import spec_folder
from tests.designs.strategies import documents, valid_designs


@given(valid_designs())
@settings(max_examples=100, deadline=None)
def test_source_is_deterministic_and_passes_the_allow_list(design: dict) -> None:
    first, second = generate_model_code(design), generate_model_code(design)
    assert first == second
    check_source(first.source)
    assert first.source.isascii()


@given(documents())
@settings(max_examples=200, deadline=None)
def test_a_document_compiles_exactly_when_it_is_valid(document: object) -> None:
    if validate_document(document).valid:
        check_source(generate_model_code(document).source)
    else:
        with pytest.raises(InvalidDesignError):
            generate_model_code(document)


def test_user_text_never_enters_the_source() -> None:
    design = dict(templates()["starter-moe"].architecture)
    design["name"] = 'canary_name {{7*7}} "; import os'
    design["components"] = [
        {**component, "id": f"canary_{component['id']}"} for component in design["components"]
    ]
    design["edges"] = [[f"canary_{end}" for end in edge] for edge in design["edges"]]
    generated = generate_model_code(design)
    assert "canary" not in generated.source
    assert "49" not in generated.source
    assert generated.config["components"]["c0"] == "canary_board"


def test_layout_on_the_canvas_does_not_change_the_source() -> None:
    design = dict(templates()["starter-moe"].architecture)
    moved = {
        **design,
        "components": [
            {**component, "props": {**component["props"], "x": 10.5, "y": -3}}
            for component in design["components"]
        ],
    }
    assert generate_model_code(moved).source == generate_model_code(design).source


def test_each_expert_block_takes_the_nearest_router_before_it() -> None:
    def component(name: str, block: str, **props: object) -> dict:
        return {"id": name, "type": block, "props": props}

    chain = [
        component("board", "board_input"),
        component("embed", "embedding", d_model=8),
        component("m0", "moe_layer", d_model=8, n_experts=2),
        component("r1", "load_balance_router", reward_coef=0.25),
        component("m1", "moe_layer", d_model=8, n_experts=2),
        component("r2", "load_balance_router", reward_coef=0.5),
        component("m2", "moe_layer", d_model=8, n_experts=2),
        component("out", "action_output"),
    ]
    names = [row["id"] for row in chain]
    design = {
        "name": "routers",
        "components": chain,
        "edges": [list(pair) for pair in itertools.pairwise(names)],
    }
    generated = generate_model_code(design)
    lines = [line for line in generated.source.splitlines() if "MoELayer.Config" in line]
    assert [line.rsplit("lb_coef=", 1)[1] for line in lines] == [
        "0.25, bias_rate=0.0, z_coef=0.0))",
        "0.25, bias_rate=0.0, z_coef=0.0))",
        "0.5, bias_rate=0.0, z_coef=0.0))",
    ]
    assert generated.config["lb_reward_coef"] == 0.25
    chain[3]["props"] = {"balance": "bias", "reward_coef": 3, "bias_rate": 0.01, "z_coef": 0.002}
    by_bias = generate_model_code(design).source
    assert "ff_ratio=2, shared_expert=False, lb_coef=0.0, bias_rate=0.01, z_coef=0.002))" in by_bias


def test_a_checkpoint_runs_the_chain_behind_it_and_an_auxiliary_head_sees_the_board() -> None:
    vectors = json.loads((spec_folder() / "vectors" / "documents.json").read_text())
    documents = {row["name"]: row["document"] for row in vectors}
    source = generate_model_code(documents["everything: each block of the catalogue once"]).source
    forward = source.split("def forward")[1]
    assert "h5 = self.c2(h1, self.c3, self.c4, self.c5)" in forward
    assert not any(f"self.c{inner}(" in forward for inner in (3, 4, 5))
    assert "        self.c18(h14, board)" in forward
    source = generate_model_code(documents["two checkpoints, each with its chain"]).source
    assert "h3 = self.c2(h1, self.c3)" in source
    assert "h4 = self.c4(h3)" in source
    assert "h7 = self.c5(h4, self.c6, self.c7)" in source
    assert "h9 = self.c8(h7, self.c9)" in source


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "from os import system",
        "from app.models.blocks import Linear\nLinear.__init__.__globals__['x']()",
        "class A:\n    def f(self):\n        return self.c0.load('x')",
        "class A:\n    x = 'touch /tmp/canary'",
        "class A:\n    def f(self):\n        return eval('none')",
        "class A:\n    def f(self):\n        return self.c0(lambda: 1)",
        "x = [i for i in range(3)]",
        "class A:\n    def f(self):\n        return getattr(self, 'none')",
    ],
)
def test_allow_list_refuses(source: str) -> None:
    with pytest.raises(UnsafeSourceError):
        check_source(source)


def test_what_chooses_by_afterstates_has_the_others_judge_boards() -> None:
    source = generate_model_code(templates()["n-tuple"].architecture).source
    body = source.split("    def forward")[1]
    assert body == (
        "(self, board):\n"
        "        return self.c2.choose(board, self.afterstate_values)\n"
        "\n"
        "    def afterstate_values(self, board):\n"
        "        h0 = self.c0(board)\n"
        "        h1 = self.c1(h0)\n"
        "        h3 = self.c3(h1)\n"
        "        return self.join_values([h3])\n"
    )

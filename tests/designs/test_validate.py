"""Verdicts: golden vectors, and properties that hold for any document."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from app.designs import to_architecture, validate_document
from app.spec import spec_folder
from tests.designs.strategies import documents, valid_designs

VECTORS = json.loads((spec_folder() / "vectors" / "validation.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_golden_vector(vector: dict) -> None:
    validation = validate_document(vector["document"])
    expect = vector["expect"]
    assert [issue.to_json() for issue in validation.issues] == expect["issues"]
    assert validation.valid == expect["valid"]
    assert validation.estimate.param_count == expect["param_count"]
    assert validation.estimate.memory_mb == expect["estimated_memory"]
    assert to_architecture(validation.design) == expect["architecture"]


@given(valid_designs())
@settings(max_examples=200, deadline=None)
def test_valid_designs_are_valid_and_normalising_changes_nothing(design: dict) -> None:
    validation = validate_document(design)
    assert validation.errors == ()
    again = validate_document(to_architecture(validation.design))
    assert again.issues == validation.issues
    assert again.estimate == validation.estimate


@given(documents())
@settings(max_examples=400, deadline=None)
def test_any_document_gets_a_verdict_that_json_can_carry(document: object) -> None:
    validation = validate_document(document)
    json.dumps(validation.to_json(), allow_nan=False).encode("ascii")
    for issue in validation.issues:
        issue.message.encode("utf-8")
        assert "{" not in issue.message.replace("{{7*7}}", "").replace("{block}", "") or issue.prop
    assert validation.valid == (not validation.errors)


def test_a_loop_of_512_blocks_is_found_without_recursion() -> None:
    names = [f"n{i}" for i in range(510)]
    components = [
        {"id": "board", "type": "board_input", "props": {}},
        *({"id": name, "type": "layer_norm", "props": {}} for name in names),
        {"id": "out", "type": "action_output", "props": {}},
    ]
    ring = [list(pair) for pair in zip(names, [*names[1:], names[0]], strict=True)]
    document = {"name": "ring", "components": components, "edges": [["board", "n0"], *ring]}
    codes = [issue.code for issue in validate_document(document).issues]
    assert codes.count("design.cycle") == 510


def test_first_issue_is_the_one_that_explains_the_others() -> None:
    document = {"name": "x", "components": [], "edges": [["a", "b"]] * 2049}
    assert [issue.code for issue in validate_document(document).issues] == ["design.too_many_edges"]

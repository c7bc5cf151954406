"""The diff of two designs against its golden vectors, and what must hold for any two."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from app.designs import diff_designs, to_architecture, validate_document
from app.spec import spec_folder
from tests.designs.strategies import valid_designs

VECTORS = json.loads((spec_folder() / "vectors" / "diffs.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_golden_vector(vector: dict) -> None:
    assert diff_designs(vector["before"], vector["after"]) == vector["expect"]


@given(valid_designs(), valid_designs())
@settings(max_examples=60, deadline=None)
def test_a_diff_is_empty_exactly_for_equals_and_turns_around(first: dict, second: dict) -> None:
    before, after = (to_architecture(validate_document(each).design) for each in (first, second))
    there, back = diff_designs(before, after), diff_designs(after, before)
    assert diff_designs(before, before)["blocks"] == []
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(block["id"], block["kind"]) for block in there["blocks"]} == {
        (block["id"], turned[block["kind"]]) for block in back["blocks"]
    }
    assert there["connections"]["added"] == back["connections"]["removed"]

"""The phone and the server give the same verdict: random documents go through both."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from app.designs import to_architecture, validate_document
from tests.designs.strategies import documents, valid_designs

FRONTEND = Path(__file__).parents[2] / "frontend"


@pytest.fixture(scope="module")
def phone() -> Iterator[Callable[[object], dict]]:
    """A Node process with the page's own domain code; takes a document, gives its verdict."""
    subprocess.run(["npm", "run", "--silent", "build:domain"], cwd=FRONTEND, check=True)
    node = subprocess.Popen(
        ["node", "scripts/validate-stdin.mjs"],
        cwd=FRONTEND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert node.stdin
    assert node.stdout

    def ask(document: object) -> dict:
        node.stdin.write(json.dumps(document) + "\n")
        node.stdin.flush()
        return json.loads(node.stdout.readline())

    yield ask
    node.stdin.close()
    assert node.wait(10) == 0
    node.stdout.close()


def server(document: object) -> dict:
    validation = validate_document(document)
    verdict = validation.to_json()
    verdict["architecture"] = to_architecture(validation.design)
    return json.loads(json.dumps(verdict))


@given(document=documents())
@settings(
    max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_broken_documents_get_the_same_verdict(
    phone: Callable[[object], dict], document: object
) -> None:
    assert phone(document) == server(document)


@given(document=valid_designs(max_blocks=12))
@settings(max_examples=300, deadline=None)
def test_valid_designs_get_the_same_numbers(
    phone: Callable[[object], dict], document: dict
) -> None:
    assert phone(document) == server(document)

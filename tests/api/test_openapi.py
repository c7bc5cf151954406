from __future__ import annotations

import json

from scripts.write_openapi import FILE, openapi_text


def test_the_written_document_is_fresh() -> None:
    assert FILE.read_text() == openapi_text(), "say: python scripts/write_openapi.py"


def test_operation_ids_are_stable_names() -> None:
    paths = json.loads(FILE.read_text())["paths"]
    ids = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    assert all(name.isidentifier() and name.islower() for name in ids)


def test_every_operation_names_the_problem_document() -> None:
    paths = json.loads(FILE.read_text())["paths"]
    for path in paths.values():
        for operation in path.values():
            media = operation["responses"]["default"]["content"]
            assert list(media) == ["application/problem+json"]

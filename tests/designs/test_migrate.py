"""Saved designs are brought forward step by step; newer ones are refused untouched."""

from __future__ import annotations

import pytest

from app.designs import NewerDesignError, migrate


def test_steps_run_in_order_and_leave_the_argument_alone() -> None:
    steps = {
        1: lambda document: {**document, "name": document["title"]},
        2: lambda document: {key: value for key, value in document.items() if key != "title"},
    }
    saved = {"title": "old", "version": 1}
    assert migrate(saved, steps) == {"name": "old", "version": 3}
    assert saved == {"title": "old", "version": 1}


def test_a_document_without_version_is_of_the_first() -> None:
    assert migrate({"name": "x"}) == {"name": "x"}


@pytest.mark.parametrize("version", [2, 99, "1", None])
def test_an_unknown_version_is_refused(version: object) -> None:
    with pytest.raises(NewerDesignError):
        migrate({"name": "x", "version": version})

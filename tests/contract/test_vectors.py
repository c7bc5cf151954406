"""Generated files of `spec/` are what the sources give."""

from __future__ import annotations

import sys

from scripts import write_vectors


def test_vectors_are_fresh(monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", ["write_vectors.py", "--check"])
    assert write_vectors.main() == 0

"""Writes what both languages must answer to the cases of `spec/vectors/`.

Usage: python -m scripts.write_vectors [--check]. `documents.json` gives `validation.json`; the
pairs in `diffs.json` get their `expect`; `games.json` is what the rules of 2048 give. pytest and
vitest hold both languages to them; read the diff before it is committed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from app.designs import diff_designs, to_architecture, validate_document
from app.spec import spec_folder
from scripts.game_vectors import game_vectors


def vector(name: str, document: object) -> dict[str, Any]:
    """One golden vector: the document, its verdict, shapes, counts and normal form."""
    validation = validate_document(document)
    shapes = validation.shapes
    return {
        "name": name,
        "document": document,
        "expect": {
            "valid": validation.valid,
            "param_count": validation.estimate.param_count,
            "estimated_memory": validation.estimate.memory_mb,
            "issues": [issue.to_json() for issue in validation.issues],
            "shapes": {key: str(shape) if shape else None for key, shape in shapes.items()},
            "component_params": dict(validation.estimate.component_params),
            "component_flops": dict(validation.estimate.component_flops),
            "numbers": validation.estimate.to_json(),
            "architecture": to_architecture(validation.design),
        },
    }


def diff_vector(row: dict[str, Any]) -> dict[str, Any]:
    """One pair of designs with what changed between them."""
    return {**row, "expect": diff_designs(row["before"], row["after"])}


def main() -> int:
    """Writes the vectors, or with --check compares them; returns the exit status."""
    folder = spec_folder() / "vectors"

    def read(name: str) -> Any:
        return json.loads((folder / name).read_text(encoding="utf-8"))

    answers = {
        "validation.json": [vector(row["name"], row["document"]) for row in read("documents.json")],
        "diffs.json": [diff_vector(row) for row in read("diffs.json")],
        "games.json": game_vectors(),
    }
    stale = []
    for name, vectors in answers.items():
        text = json.dumps(vectors, indent=1, ensure_ascii=True) + "\n"
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print(f"{', '.join(stale)}: stale, run python -m scripts.write_vectors")
        return 1
    print(f"vectors written: {', '.join(stale)}" if stale else "vectors are fresh")
    return 0


if __name__ == "__main__":
    sys.exit(main())

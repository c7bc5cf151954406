"""Writes what validation says of every document in `spec/vectors/documents.json`.

Usage: python -m scripts.write_vectors [--check]. pytest and vitest hold both languages to the
result, `spec/vectors/validation.json`; read the diff before it is committed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from app.designs import to_architecture, validate_document
from app.spec import spec_folder


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


def main() -> int:
    """Writes the vectors, or with --check compares them; returns the exit status."""
    folder = spec_folder() / "vectors"
    documents = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
    vectors = [vector(row["name"], row["document"]) for row in documents]
    text = json.dumps(vectors, indent=1, ensure_ascii=True) + "\n"
    target = folder / "validation.json"
    if "--check" in sys.argv:
        fresh = target.read_text(encoding="utf-8") == text
        print(
            "vectors are fresh"
            if fresh
            else "vectors are stale: run python -m scripts.write_vectors"
        )
        return 0 if fresh else 1
    target.write_text(text, encoding="utf-8")
    print(f"{len(vectors)} vectors written")
    return 0


if __name__ == "__main__":
    sys.exit(main())

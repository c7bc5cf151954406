"""Writes `spec/openapi.json` from the routes; `--check` only tells whether it is fresh."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from app.api.application import create_app
from app.settings import Settings

FILE = Path(__file__).resolve().parents[1] / "spec" / "openapi.json"


def openapi_text() -> str:
    """The document as it is written."""
    document = create_app(Settings()).openapi()
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Writes or checks."""
    text = openapi_text()
    if "--check" in sys.argv[1:]:
        fresh = FILE.is_file() and FILE.read_text(encoding="utf-8") == text
        print("fresh" if fresh else "stale: run scripts/write_openapi.py")
        return 0 if fresh else 1
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

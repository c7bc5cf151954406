"""Finds and reads the files of `spec/`, the data that Python and TypeScript share."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent


@functools.cache
def spec_folder() -> Path:
    """The folder `spec/` of the checkout, or the copy inside an installed package."""
    for folder in (_PACKAGE.parent / "spec", _PACKAGE / "_spec"):
        if (folder / "blocks.json").is_file():
            return folder
    raise FileNotFoundError("spec/blocks.json is missing: reinstall Model Studio")


@functools.cache
def read_spec(name: str) -> Any:
    """The parsed JSON of `spec/<name>`, for example `limits.json`. Do not change it."""
    return json.loads((spec_folder() / name).read_text(encoding="utf-8"))

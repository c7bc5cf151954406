"""The template designs of `spec/templates/`."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.spec import read_spec, spec_folder


@dataclass(frozen=True)
class Template:
    """A design to start from, with a sentence on what it is for."""

    slug: str
    title: str
    sentence: str
    architecture: Mapping[str, Any]


@functools.cache
def templates() -> Mapping[str, Template]:
    """Every template by its slug, in the order of `spec/templates/index.json`."""
    found = {}
    for slug in read_spec("templates/index.json")["slugs"]:
        text = (spec_folder() / "templates" / f"{slug}.json").read_text(encoding="utf-8")
        row = json.loads(text)
        found[slug] = Template(slug, row["title"], row["sentence"], row["design"])
    return found

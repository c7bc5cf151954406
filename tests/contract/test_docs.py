"""The documents name only what exists: paths, make targets and settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
TOP = "app|weightslab|spec|frontend|tests|docs|scripts|benchmarks|proto|envoy|\\.ci"
PATH = re.compile(rf"`((?:{TOP})/[A-Za-z0-9_./*-]+)")
TARGET = re.compile(r"`make ([a-z-]+)")
SETTING = re.compile(r"\b(MODEL_STUDIO_[A-Z_]+)\b")
MADE_LATER = re.compile(r"app/models/generated/|ci/artifacts/")


def _ids(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_ids)
def test_every_path_that_is_named_exists(document: Path) -> None:
    names = PATH.findall(document.read_text(encoding="utf-8"))
    missing = [
        name
        for name in names
        if not MADE_LATER.match(name) and not list(ROOT.glob(name.rstrip("/")))
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_ids)
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert set(TARGET.findall(document.read_text(encoding="utf-8"))) <= set(targets)


def test_every_setting_that_is_named_exists() -> None:
    from app.settings import Settings

    known = {f"MODEL_STUDIO_{name.upper()}" for name in Settings.model_fields}
    for document in DOCUMENTS:
        assert set(SETTING.findall(document.read_text(encoding="utf-8"))) <= known, document


def test_no_document_names_a_machine_or_a_registry() -> None:
    forbidden = re.compile(r"/work/|/root/|pypi\.org|npmjs\.org|registry\.", re.I)
    for document in DOCUMENTS:
        assert not forbidden.search(document.read_text(encoding="utf-8")), document

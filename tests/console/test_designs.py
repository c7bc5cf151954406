import json
from pathlib import Path
from typing import Any

import pytest

from app.console.designs import InvalidDesignError, read_design
from app.errors import CommandError
from tests.training.run_folders import template_design


def written(folder: Path, content: Any) -> str:
    path = folder / "design.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_a_design_is_read_from_a_file_a_template_file_or_by_name(tmp_path: Path) -> None:
    bare = template_design("plain-mlp")
    by_name = read_design("template:plain-mlp")
    from_file = read_design(written(tmp_path, bare))
    wrapped = read_design(written(tmp_path, {"title": "x", "sentence": "y", "design": bare}))
    assert from_file == wrapped
    assert from_file["components"] == by_name["components"]
    assert from_file["id"] == "0" * 32


def test_upper_case_types_are_normalised(tmp_path: Path) -> None:
    design = template_design("tiny-linear")
    for component in design["components"]:
        component["type"] = component["type"].upper()
    found = read_design(written(tmp_path, design))
    assert all(component["type"].islower() for component in found["components"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "not valid JSON"),
        ("[]", "no JSON object"),
        ('{"name": "a", "name": "b"}', "names one key twice"),
        ("[" * 100, "nested deeper"),
        ({"version": 99, "name": "x", "components": [], "edges": []}, "newer Model Studio"),
    ],
)
def test_what_is_no_design_is_told(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        read_design(written(tmp_path, content))


def test_a_missing_file_and_an_unknown_template_are_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        read_design(str(tmp_path / "none.json"))
    with pytest.raises(CommandError, match="plain-mlp"):
        read_design("template:none")


def test_an_invalid_design_names_components_and_repairs(tmp_path: Path) -> None:
    design = template_design("plain-mlp")
    design["edges"] = design["edges"][1:]
    design["components"][2]["props"]["hidden"] = -4
    with pytest.raises(InvalidDesignError) as caught:
        read_design(written(tmp_path, design))
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("cannot be trained:")
    assert any(line.strip().startswith("hidden:") and "Use 1" in line for line in lines)
    assert len(lines) == 1 + len(caught.value.validation.errors)

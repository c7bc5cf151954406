import copy
import io
import json
import pickle
from typing import Any

import pytest
import torch
import yaml

from weightslab.hyperparameters.section import Section


class Notes:
    """An owner that stores what it is told and remembers it."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def code_sets(self, section: Section, key: Any, value: Any) -> None:
        self.told.append((*section.path, key, value))
        section.store(key, value)

    def code_deletes(self, section: Section, key: Any) -> None:
        self.told.append((*section.path, key))
        section.remove(key)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def section(notes: Notes) -> Section:
    return Section({"a": 1, "optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}}, notes)


def test_it_is_a_dict_for_everybody_who_reads(section: Section) -> None:
    expected = {"a": 1, "optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}}
    assert section == expected
    assert isinstance(section, dict)
    assert isinstance(section["optimizer"], dict)
    assert json.loads(json.dumps(section)) == expected
    assert dict(**section) == expected
    assert {**section} == expected
    assert section | {"a": 2} == {**expected, "a": 2}
    assert yaml.safe_load(yaml.safe_dump(section)) == expected
    assert yaml.safe_load(yaml.dump(section)) == expected
    assert repr(section) == repr(expected)
    assert section.get("b", 5) == 5
    assert list(section) == ["a", "optimizer"]


def saved_by_torch(section: Section) -> Any:
    stream = io.BytesIO()
    torch.save({"config": section}, stream)
    stream.seek(0)
    return torch.load(stream, weights_only=True)["config"]


def test_copies_and_pickles_are_dicts_of_their_own(section: Section, notes: Notes) -> None:
    copies: list[Any] = [
        copy.deepcopy(section),
        pickle.loads(pickle.dumps(section)),
        pickle.loads(pickle.dumps(section, protocol=2)),
        saved_by_torch(section),
    ]
    assert type(copies[0]) is type(copies[0]["optimizer"]) is dict
    for twin in copies:
        assert twin == section
        assert not isinstance(twin, Section)
        assert not isinstance(twin["optimizer"], Section)
        twin["optimizer"]["lr"] = 5
    for twin in (copy.copy(section), section.copy()):
        assert type(twin) is dict
        twin["a"] = 7
    assert section["a"] == 1
    assert section["optimizer"]["lr"] == 0.1
    assert notes.told == []


def test_every_way_to_change_it_is_told(section: Section, notes: Notes) -> None:
    section["a"] = 2
    section["optimizer"]["lr"] = 0.2
    section.update({"b": 3}, c=4)
    section |= {"d": 5}
    assert section.setdefault("a", 9) == 2
    assert section.setdefault("e", {"f": 6})["f"] == 6
    section["e"]["f"] = 7
    assert section.pop("b") == 3
    assert section.pop("b", None) is None
    del section["c"]
    assert section.popitem()
    section["optimizer"].clear()
    assert notes.told == [
        ("a", 2),
        ("optimizer", "lr", 0.2),
        ("b", 3),
        ("c", 4),
        ("d", 5),
        ("e", {"f": 6}),
        ("e", "f", 7),
        ("b",),
        ("c",),
        ("a",),
        ("optimizer", "lr"),
        ("optimizer", "betas"),
    ]
    with pytest.raises(KeyError):
        del section["nothing"]

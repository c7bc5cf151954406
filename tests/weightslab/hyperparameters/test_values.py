import math
from datetime import date
from typing import Any

import pytest
import torch

from weightslab.errors import ArgumentError, UnknownNameError
from weightslab.hyperparameters.values import (
    as_json,
    converted,
    find,
    leaves,
    merged,
    plain,
    same,
    value_at,
)


@pytest.mark.parametrize(
    ("former", "value", "expected"),
    [
        (1, 2, 2),
        (1, 3.0, 3),
        (1.0, 2, 2.0),
        (1.0, 1e-5, 1e-5),
        (True, False, False),
        ("a", "b", "b"),
        (None, 3, 3),
        (None, "x", "x"),
        ([1, 2], [3], [3]),
        ([1.0, 2.0], [3, 4], [3.0, 4.0]),
        ((0.9, 0.999), [0.8, 0.99], (0.8, 0.99)),
        ([], ["a", 1], ["a", 1]),
        (["adam", 1], ["sgd", 2], ["sgd", 2]),
    ],
)
def test_a_value_keeps_the_type_that_is_there(former: Any, value: Any, expected: Any) -> None:
    result = converted(former, value, "x")
    assert result == expected
    assert type(result) is type(expected)
    if isinstance(expected, list | tuple):
        assert [type(entry) for entry in result] == [type(entry) for entry in expected]


@pytest.mark.parametrize(
    ("former", "value"),
    [
        (1, 2.5),
        (1, True),
        (1, "2"),
        (1, None),
        (1.0, "0.1"),
        (1.0, False),
        (1.0, math.nan),
        (1.0, math.inf),
        (None, -math.inf),
        (True, 1),
        (True, 0.0),
        ("a", 1),
        ([1], 1),
        ([1], "12"),
        ([1, 2], [1, "2"]),
        ([1], [1, None]),
        ({"a": 1}, 3),
        ({"a": 1}, None),
    ],
)
def test_what_does_not_fit_is_refused_by_name(former: Any, value: Any) -> None:
    with pytest.raises(ArgumentError, match=r"optimizer\.lr"):
        converted(former, value, "optimizer.lr")


def test_the_file_may_make_a_float_of_an_int() -> None:
    assert converted(0, 0.5, "weight_decay", widen=True) == 0.5
    with pytest.raises(ArgumentError):
        converted(0, True, "weight_decay", widen=True)


def test_paths_are_found_as_people_write_them() -> None:
    values = {"optimizer": {"lr": 1}, "data.size": 2, 3: {"x": 4}}
    assert find(values, "optimizer.lr") == ("optimizer", "lr")
    assert find(values, "data.size") == ("data.size",)
    assert find(values, "3.x") == (3, "x")
    assert find(values, "optimizer") == ("optimizer",)
    with pytest.raises(UnknownNameError, match=r"there are 3\.x, data\.size, optimizer\.lr"):
        find(values, "optimizer.momentum")


def test_values_of_both_are_merged_by_key() -> None:
    defaults = {"a": {"b": 1, "c": 2}, "d": {"e": 3}, "f": 4}
    result = merged(defaults, {"a": {"b": 9}, "d": 7})
    assert result == {"a": {"b": 9, "c": 2}, "d": 7, "f": 4}
    assert defaults == {"a": {"b": 1, "c": 2}, "d": {"e": 3}, "f": 4}
    assert dict(leaves(result)) == {("a", "b"): 9, ("a", "c"): 2, ("d",): 7, ("f",): 4}
    assert value_at(result, ("a", "c")) == 2


def test_values_nested_in_themselves_are_refused() -> None:
    values: dict[str, Any] = {}
    values["self"] = values
    with pytest.raises(ArgumentError, match="deeper"):
        plain(values)


def test_json_holds_anything() -> None:
    values = {1: (2, math.nan), "b": {"c": {1j}}, "d": None, "e": True}
    assert as_json(values) == {"1": [2, "nan"], "b": {"c": "{1j}"}, "d": None, "e": True}


def test_values_are_the_same_if_of_one_type_and_equal() -> None:
    assert same([1, {"a": (2, None)}], [1, {"a": (2, None)}])
    assert same(date(2026, 1, 2), date(2026, 1, 2))
    assert same(math.nan, float("nan"))
    assert not same(1, 1.0)
    assert not same(1, True)
    assert not same([1], [1, 2])
    assert not same({"a": 1}, {"a": 1, "b": 2})
    many = torch.zeros(5000)
    changed = many.clone()
    changed[2500] = 1
    assert not same([many], [changed])
    assert same([many], [many])

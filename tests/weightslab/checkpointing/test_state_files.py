import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from weightslab.checkpointing.state_files import StateFormatError, read, writers
from weightslab.errors import ArgumentError


def written(folder: Path, state: Any) -> Path:
    for name, write in writers(state).items():
        write(folder / name)
    return folder


def test_every_kind_of_value_comes_back_as_it_was(tmp_path: Path) -> None:
    shared = torch.arange(6.0).reshape(2, 3)
    state = {
        "numbers": [1, -2.5, True, None, "text", 0.1, 2**70],
        "odd": [math.inf, -math.inf, 1e-320],
        1: {(2, "x"): b"\x00\xff"},
        "$tensor": {"$x": 1},
        "tensors": (shared, shared.T, torch.tensor(3), torch.zeros(0, 2), shared.bfloat16()),
        "array": np.array(2.5),
        "dtype": torch.float16,
        "milestones": Counter({3: 2}),
        "scalar": np.float32(0.5),
    }
    again = read(written(tmp_path, state))
    tensors, back = state.pop("tensors"), again.pop("tensors")  # type: ignore[call-overload]
    assert all(a.equal(b) and a.dtype == b.dtype for a, b in zip(tensors, back, strict=True))
    array, other = state.pop("array"), again.pop("array")  # type: ignore[call-overload]
    assert (array.shape, array.dtype) == (other.shape, other.dtype)
    assert again == state
    assert type(again["milestones"]) is Counter
    assert math.isnan(read(written(tmp_path, {"n": math.nan}))["n"])


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        lambda: 0,
        np.array([object()]),
        torch.eye(2).to_sparse(),
        torch.ones(1) * 1j,
    ],
)
def test_what_needs_a_pickle_is_refused_by_its_place(value: Any) -> None:
    with pytest.raises(ArgumentError, match=r"state\['a'\]\[1\].*cannot be kept"):
        writers({"a": [0, value]})


@pytest.mark.parametrize(
    "text", ["", "{", '{"$tensor": "9"}', '{"$what": 1}', '{"$dtype": "load"}', '{"$bytes": 3}']
)
def test_other_files_are_no_state(tmp_path: Path, text: str) -> None:
    written(tmp_path, {"a": torch.ones(1)})
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(StateFormatError):
        read(tmp_path)


def test_other_tensors_are_no_state(tmp_path: Path) -> None:
    written(tmp_path, {"a": torch.ones(1)})
    (tmp_path / "state.safetensors").write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(StateFormatError):
        read(tmp_path)

from collections import UserDict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch

from weightslab.watched.loader_batches import size_of, take, with_ids

Pair = namedtuple("Pair", "image label")
IDS = torch.tensor([4, 5])


@pytest.mark.parametrize(
    ("batch", "size"),
    [
        (torch.zeros(3, 2), 3),
        ([torch.zeros(3), torch.zeros(3)], 3),
        ({"boxes": [torch.zeros(7), torch.zeros(1)], "b": torch.zeros(3)}, 3),
        ({"boxes": [torch.zeros(7), torch.zeros(1)]}, 2),
        ([[torch.zeros(7), torch.zeros(1)], ["a", "b"]], 2),
        ([torch.zeros(7), torch.zeros(1), torch.zeros(1)], 3),
        ({"b": np.zeros((3, 1))}, 3),
        (["x", "y", "z"], 3),
        (torch.tensor(1.0), 1),
        (7, 1),
    ],
)
def test_a_batch_tells_how_many_samples_it_holds(batch: Any, size: int) -> None:
    assert size_of(batch) == size


def test_ids_are_put_where_scripts_expect_them() -> None:
    assert with_ids([1, 2], IDS) == [1, IDS, 2]
    assert with_ids(Pair(1, 2), IDS) == (1, IDS, 2)
    assert with_ids("anything", IDS) == ("anything", IDS)
    batch = UserDict({"x": 1})
    assert with_ids(batch, IDS) is batch
    assert batch["sample_id"] is IDS
    assert with_ids({"sample_id": 1}, IDS) == {"sample_id": 1}


def test_samples_are_taken_from_every_part() -> None:
    kept = np.array([0, 2])
    batch = [torch.arange(3), np.arange(3), ["a", "b", "c"], {"x": torch.ones(3, 2)}, "note"]
    numbers, array, texts, mapping, note = take(batch, kept, 3)
    assert (numbers.tolist(), array.tolist(), texts, note) == ([0, 2], [0, 2], ["a", "c"], "note")
    assert mapping["x"].shape == (2, 2)
    assert take(torch.tensor(5.0), kept, 3) == 5.0

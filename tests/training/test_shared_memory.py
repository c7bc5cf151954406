import os

import numpy as np
import pytest
import torch

from app.training.shared_memory import shared_copy, shared_zeros


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing to share with")
def test_a_fork_writes_where_its_parent_reads() -> None:
    numbers, weights = shared_zeros((2, 3), np.int64), shared_copy(torch.full((3,), 2.0))
    assert not numbers.any()
    child = os.fork()
    if child == 0:
        numbers[1, 2] = 7
        weights[1] = 9.0
        os._exit(0)
    os.waitpid(child, 0)
    assert numbers.tolist() == [[0, 0, 0], [0, 0, 7]]
    assert weights.tolist() == [2.0, 9.0, 2.0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.bool])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_a_copy_has_the_same_numbers_and_its_own_memory(
    shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    tensor = torch.ones(shape, dtype=dtype)
    copy = shared_copy(tensor)
    assert copy.dtype is dtype
    assert torch.equal(copy, tensor)
    copy.zero_()
    assert bool(tensor.all())

import random

import numpy as np
import torch

from weightslab import random_state


def draw() -> list[float]:
    return [
        *(random.random(), random.gauss(0, 1), float(np.random.rand()), np.random.randn()),
        *torch.rand(2).tolist(),
    ]


def test_the_same_numbers_follow_again() -> None:
    draw()  # leaves the second half of a pair of gaussian numbers waiting
    state = random_state.capture()
    numbers = draw()
    draw()
    random_state.restore(state)
    assert draw() == numbers
    assert all(isinstance(part, torch.Tensor) for part in state.values())

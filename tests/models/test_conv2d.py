import math

import pytest
import torch

from app.models.blocks import Conv2d


def slow_answer(block: Conv2d, x_TC: torch.Tensor) -> torch.Tensor:
    """Cell by cell; cells beyond the edge are 0. An even window looks further right and down."""
    config = block.config
    side, kernel = math.isqrt(config.tokens), config.kernel
    before = (kernel - 1) // 2 if config.padding == "same" else 0
    places = range(side if config.padding == "same" else side - kernel + 1)
    assert block.window.bias is not None
    answers = []
    for row in places:
        for column in places:
            answer = block.window.bias.clone()
            for down in range(kernel):
                for right in range(kernel):
                    r, c = row + down - before, column + right - before
                    if 0 <= r < side and 0 <= c < side:
                        answer = (
                            answer + block.window.weight[:, :, down, right] @ x_TC[side * r + c]
                        )
            answers.append(answer)
    return torch.stack(answers)


@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("tokens", "padding"), [(16, "same"), (9, "same"), (4, "same"), (16, "valid")]
)
def test_it_is_the_slow_one(tokens: int, kernel: int, padding: str) -> None:
    block = Conv2d(Conv2d.Config(5, 3, tokens, kernel, padding, activation="none"))
    torch.nn.init.normal_(block.window.bias)
    x_BTC = torch.randn(2, tokens, 3)
    expected = torch.stack([slow_answer(block, x_TC) for x_TC in x_BTC])
    torch.testing.assert_close(block(x_BTC), expected, atol=1e-5, rtol=1e-5)

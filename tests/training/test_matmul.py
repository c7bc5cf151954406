from collections.abc import Iterator

import pytest
import torch

from app.training import matmul


@pytest.fixture(autouse=True)
def setting() -> Iterator[None]:
    before = torch.backends.mkldnn.matmul.fp32_precision
    yield
    torch.backends.mkldnn.matmul.fp32_precision = before


def test_products_stay_as_exact_as_float32_is() -> None:
    matmul.use_fast_matmul()
    left, right = torch.randn(300, 500), torch.randn(500, 200)
    torch.testing.assert_close(
        (left @ right).double(), left.double() @ right.double(), atol=2e-4, rtol=0
    )


def test_a_cpu_that_rounds_keeps_the_exact_library(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.backends.mkldnn.matmul.fp32_precision = "ieee"
    exact = matmul._error

    def rounding(left: torch.Tensor, right: torch.Tensor) -> float:
        if torch.backends.mkldnn.matmul.fp32_precision == "bf16":  # as tile units would
            return exact(left.bfloat16().float(), right) + 0.01
        return exact(left, right)

    monkeypatch.setattr(matmul, "_error", rounding)
    assert matmul.use_fast_matmul() is False
    assert torch.backends.mkldnn.matmul.fp32_precision == "ieee"

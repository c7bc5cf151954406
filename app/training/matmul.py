"""The faster of two libraries that multiply matrices on a CPU."""

import torch
from torch import Tensor

_SIZE = 256


def use_fast_matmul() -> bool:
    """Let oneDNN multiply float32 matrices on the CPU, where it does so in full precision.

    By default torch asks MKL, which uses half of the vector width on CPUs of AMD: 98 GFLOP/s on
    one core of a Zen 5, oneDNN 228. torch goes to oneDNN only where it is allowed to round to
    bfloat16, and whether it then rounds depends on the CPU: with tile units (AMX) it does. So
    its error is measured, and where it is larger than rounding the setting is taken back.

    Returns:
        Whether it is on. It is a setting of the whole process.
    """
    setting = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]  # made at run time
    before = setting.fp32_precision
    generator = torch.Generator().manual_seed(0)
    left, right = torch.randn(2, _SIZE, _SIZE, generator=generator).unbind(0)
    limit = 4 * _error(left, right)
    setting.fp32_precision = "bf16"
    if _error(left, right) <= limit:
        return True
    setting.fp32_precision = before
    return False


def _error(left: Tensor, right: Tensor) -> float:
    """Largest distance of the product from that of double precision."""
    return float(((left @ right).double() - left.double() @ right.double()).abs().max())

"""A raw sample seen as an image or as points, where it is one.

Legend: C channels, H height, W width, N points, D coordinates and what else a point has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

_CHANNELS = (1, 2, 3, 4)
_POINT_WIDTHS = range(2, 9)


def as_image(data: Any) -> Tensor | None:
    """[C, H, W] float32 in 0..1 of a PIL image, [H, W], [C, H, W] or [H, W, C]; else None.

    Bytes are divided by 255, and so are other whole numbers between 0 and 255; fractions are taken
    as they are where they lie in 0..1; everything else is stretched to that range.
    """
    tensor = _tensor(data)
    if tensor is None or tensor.ndim not in (2, 3):
        return None
    if tensor.ndim == 2:
        if tensor.shape[1] in _POINT_WIDTHS:
            return None  # points rather than a picture a few pixels wide
        tensor = tensor.unsqueeze(0)
    elif tensor.shape[0] not in _CHANNELS:
        if tensor.shape[2] not in _CHANNELS:
            return None
        tensor = tensor.permute(2, 0, 1)
    return _in_unit_range(tensor)


def as_points(data: Any) -> Tensor | None:
    """[N, D] float32 of an array of N points with D of 2 to 8 numbers each; else None."""
    tensor = _tensor(data)
    if tensor is None or tensor.ndim != 2 or tensor.shape[1] not in _POINT_WIDTHS:
        return None
    return tensor.float()


def _tensor(data: Any) -> Tensor | None:
    if isinstance(data, Tensor):
        return data.detach().cpu()
    if not hasattr(data, "__array__"):  # PIL images have it, too
        return None
    array = np.asarray(data)
    return torch.from_numpy(np.ascontiguousarray(array)) if array.dtype.kind in "biuf" else None


def _in_unit_range(tensor: Tensor) -> Tensor:
    if tensor.dtype == torch.bool:
        return tensor.float()
    low, high = tensor.aminmax()
    if not tensor.is_floating_point() and int(low) >= 0 and int(high) <= 255:
        return tensor.float() / 255
    if float(low) >= 0 and float(high) <= 1:
        return tensor.float()
    return ((tensor - low) / (high - low).clamp_min(1e-12)).float()

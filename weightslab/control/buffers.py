"""The buffers of models (running statistics and the like), kept to be put back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch


class Buffers:
    """What the buffers of some models hold at one moment."""

    def __init__(self, models: Iterable[Any]) -> None:
        modules = {
            id(module): module
            for model in models
            if isinstance(model, torch.nn.Module)
            for module in model.modules()
        }
        self._kept = [
            (module._buffers, name, buffer, buffer.detach().clone())
            for module in modules.values()
            for name, buffer in module._buffers.items()
            if buffer is not None
        ]

    def put_back(self) -> None:
        """Give every buffer its tensor and its values of that moment again."""
        with torch.no_grad():
            for buffers, name, tensor, values in self._kept:
                buffers[name] = tensor
                tensor.copy_(values)

"""Branches side by side."""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.models.blocks.block import Block


class Concat(Block):
    """Joins the vectors of two or more inputs; their widths add up."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """No props."""

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        self.config = config or self.Config()

    def forward(self, *branches: Tensor) -> Tensor:
        """[B, T, W] or [B, W] of several widths W to one of their sum."""
        return torch.cat(branches, dim=-1)

"""The random numbers that decide a pass through a loader: the process's and the loader's own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from weightslab import random_state


class LoaderRandom:
    """A state of all generators that a loader draws from, as tensors by name."""

    def __init__(self, state: dict[str, Tensor]) -> None:
        self.state = state

    @classmethod
    def capture(cls, loader: DataLoader[Any]) -> LoaderRandom:
        """The state now."""
        return cls({**random_state.capture(), **cls.own(loader)})

    @staticmethod
    def own(loader: DataLoader[Any]) -> dict[str, Tensor]:
        """The state of the loader's own generators only."""
        return {f"generator_{i}": g.get_state() for i, g in enumerate(_generators(loader))}

    def restore(self) -> None:
        """Put the process's generators back."""
        random_state.restore(self.state)

    def restore_own(self, loader: DataLoader[Any]) -> None:
        """Put the loader's own generators back."""
        for i, generator in enumerate(_generators(loader)):
            if f"generator_{i}" in self.state:
                generator.set_state(self.state[f"generator_{i}"])


def _generators(loader: DataLoader[Any]) -> list[torch.Generator]:
    """The loader's own, each once."""
    batch_sampler = loader.batch_sampler
    holders = (loader, loader.sampler, batch_sampler, getattr(batch_sampler, "sampler", None))
    own = [getattr(holder, "generator", None) for holder in holders]
    return list({id(g): g for g in own if isinstance(g, torch.Generator)}.values())

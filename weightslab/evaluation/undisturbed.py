"""Leaves a training as it was, whatever an evaluation does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from weightslab import random_state
from weightslab.watched.loader_random import LoaderRandom

if TYPE_CHECKING:
    from weightslab.experiment import Experiment


@contextmanager
def undisturbed(experiment: Experiment, loader: Any, model: Any) -> Iterator[None]:
    """Put back what a pass through `loader` moves: random states, the mode of every module, the
    current batch, and how often signals that others subscribe to were produced."""
    batch, signals = experiment.batch, experiment.signals.all()
    produced = [signal.produced for signal in signals]
    modes = [(m, m.training) for m in _modules([*experiment.models.values(), model])]
    of_loader = LoaderRandom.capture(loader) if isinstance(loader, DataLoader) else None
    before = random_state.capture()
    had_cuda: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    cuda = torch.cuda.get_rng_state_all() if had_cuda else []
    experiment.batch = None  # so that no value goes to a sample of the training's batch
    try:
        yield
    finally:
        if of_loader is not None:
            of_loader.restore_own(loader)
        random_state.restore(before)
        for device, state in enumerate(cuda):
            torch.cuda.set_rng_state(state, device)
        for module, training in modes:
            module.training = training
        for signal, count in zip(signals, produced, strict=True):
            signal.produced = count
        experiment.batch = batch


def _modules(models: Iterable[Any]) -> list[nn.Module]:
    return [m for model in models if isinstance(model, nn.Module) for m in model.modules()]

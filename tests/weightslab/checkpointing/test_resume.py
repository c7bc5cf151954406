"""A resumed training equals an uninterrupted one, bit for bit."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import TensorDataset

import weightslab as wl
from tests.weightslab.checkpointing import training
from tests.weightslab.checkpointing.training import STEPS, Training
from weightslab.experiment import Experiment, use


@contextmanager
def session(root: Path) -> Iterator[Experiment]:
    experiment = Experiment(root)
    experiment.strict = True
    former = use(experiment)
    try:
        yield experiment
    finally:
        experiment.close()
        use(former)


def plateau(optimizer: Any) -> Any:
    return lr_scheduler.MultiStepLR(optimizer, [3, 3, 9, 14], gamma=0.5)


def warm(optimizer: Any) -> Any:
    parts = [
        lr_scheduler.LinearLR(optimizer, 0.1, total_iters=4),
        lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=STEPS),
    ]
    return lr_scheduler.SequentialLR(optimizer, parts, milestones=[4])


def resumed(root: Path, at: int, **made: Any) -> tuple[Training, Training]:
    """An uninterrupted training, and one that was stopped after step `at` and begun anew."""
    policy = {"every_n_steps": at, "every_s": 0, "keep_last": 9}
    with session(root / "whole"):
        whole = Training(policy=policy, **made)
        whole.run()
        whole.expected = whole.digest()  # type: ignore[attr-defined]
    with session(root / "parts"):
        Training(policy=policy, **made).run(at + 1)
    with session(root / "parts"):
        again = Training(policy=policy, **made)
        torch.manual_seed(99)
        assert wl.load_checkpoint().step == at
        assert again.step == at
        again.run()
        assert again.digest() == whole.expected  # type: ignore[attr-defined]
    return whole, again


@pytest.mark.parametrize("at", [1, 5, 7, 12])
def test_in_the_middle_of_a_pass_and_between_two(tmp_path: Path, at: int) -> None:
    whole, again = resumed(tmp_path, at)
    assert again.losses == whole.losses[at:]


@pytest.mark.parametrize(
    "made",
    [
        {"scheduler": plateau},
        {"scheduler": warm},
        {"scheduler": plateau, "per_epoch": True},
        {"optimizer": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True)},
        {"optimizer": lambda p, lr: torch.optim.Adagrad(p, lr=lr)},
    ],
)
def test_schedulers_and_optimizers(tmp_path: Path, made: dict[str, Any]) -> None:
    resumed(tmp_path, 5, **made)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_in_a_new_process_after_a_kill(tmp_path: Path, workers: int) -> None:
    def run(folder: str, stop: int, *more: str) -> subprocess.CompletedProcess[str]:
        arguments = [str(tmp_path / folder), str(workers), str(stop), *more]
        return subprocess.run(
            [sys.executable, training.__file__, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )

    whole = run("whole", STEPS)
    assert whole.returncode == 0, whole.stderr
    killed = run("parts", 15)
    assert killed.returncode == -9, killed.stderr
    again = run("parts", STEPS, "load")
    assert again.returncode == 0, again.stderr
    assert again.stdout == whole.stdout


class TwoSided:
    """Two models that learn against each other, from two loaders walked side by side."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        hp = {"checkpoints": {"every_n_steps": 4, "every_s": 0, "keep_last": 9}}
        wl.watch_or_edit(hp, flag="hyperparameters")
        parts = nn.Linear(3, 3), nn.Dropout(0.2)
        self.models: list[Any] = [nn.Linear(3, 1), nn.Sequential(*parts)]
        self.optimizers = [torch.optim.Adam(model.parameters(), lr=0.1) for model in self.models]
        self.schedulers = [lr_scheduler.ExponentialLR(o, 0.9) for o in self.optimizers]
        for name, model, optimizer, scheduler in zip(
            "dg", self.models, self.optimizers, self.schedulers, strict=True
        ):
            wl.watch_or_edit(model, name, flag="model")
            wl.watch_or_edit(optimizer, name, flag="optimizer", scheduler=scheduler)
        self.loaders = [
            wl.watch_or_edit(
                TensorDataset(torch.randn(count, 3)), f"train_{count}", flag="data", **LOADING
            )
            for count in (20, 28)
        ]

    def run(self, until: int) -> str:
        critic, maker = self.models
        while critic.get_age() < until:
            for (x, _), (y, _) in zip(*self.loaders, strict=False):
                made = maker(x)
                against = (critic(made.detach()) - critic(y)).square().mean()
                for optimizer, loss in zip(self.optimizers, (against, None), strict=True):
                    optimizer.zero_grad()
                    (critic(made).mean() if loss is None else loss).backward()
                    optimizer.step()
                for scheduler in self.schedulers:
                    scheduler.step()
                if critic.get_age() >= until:
                    break
        weights = [model.state_dict() for model in self.models]
        return repr((weights, [s.get_last_lr() for s in self.schedulers], torch.rand(2)))


LOADING: dict[str, Any] = {"batch_size": 4, "shuffle": True}


@pytest.mark.parametrize("at", [4, 8, 12])
def test_two_loaders_and_two_optimizers(tmp_path: Path, at: int) -> None:
    with session(tmp_path / "whole"):
        expected = TwoSided().run(17)
    with session(tmp_path / "parts"):
        TwoSided().run(at + 1)
    with session(tmp_path / "parts"):
        again = TwoSided()
        torch.manual_seed(99)
        assert wl.load_checkpoint().step == at
        assert again.run(17) == expected

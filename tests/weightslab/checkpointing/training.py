"""A training with everything that a checkpoint must hold; also a script that is killed on the way.

`python training.py ROOT WORKERS STOP [load]` prints a digest of weights and losses at its end, or
kills itself once STOP steps are done.
"""

import hashlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import Dataset

import weightslab as wl
from weightslab.experiment import Experiment, use

SAMPLES, BATCH, EPOCHS = 40, 8, 4
STEPS = EPOCHS * SAMPLES // BATCH


class Points(Dataset[Any]):
    def __init__(self) -> None:
        self.x = torch.randn(SAMPLES, 6, generator=torch.Generator().manual_seed(1))

    def __len__(self) -> int:
        return SAMPLES

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.x[index], index % 3


class Noisy(Points):
    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        noise = torch.randn(6) + np.random.random()
        return self.x[index] + noise, index % 3


class Training:
    """Model, optimizer, scheduler, scaler and loader, watched by the current experiment."""

    def __init__(self, workers: int = 0, policy: dict[str, Any] | None = None, **made: Any) -> None:
        torch.manual_seed(0)
        np.random.seed(0)
        hp = {"lr": 0.05, "checkpoints": policy or {"every_s": 0}}
        wl.watch_or_edit(hp, flag="hyperparameters")
        layers = nn.Linear(6, 16), nn.BatchNorm1d(16), nn.Dropout(0.3), nn.Linear(16, 3)
        self.model: Any = wl.watch_or_edit(nn.Sequential(*layers), flag="model")
        optimizer = made.get("optimizer", torch.optim.AdamW)(self.model.parameters(), lr=0.05)
        self.scheduler = made.get("scheduler", _cosine)(optimizer)
        self.scaler = torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=3)
        self.optimizer: Any = wl.watch_or_edit(
            optimizer, flag="optimizer", scheduler=self.scheduler, scaler=self.scaler
        )
        self.loss: Any = wl.watch_or_edit(
            nn.CrossEntropyLoss(reduction="none"), flag="loss", signal_name="loss"
        )
        data = Points() if workers else Noisy()
        self.loader: Any = wl.watch_or_edit(
            data, flag="data", batch_size=BATCH, shuffle=True, num_workers=workers
        )
        self.per_epoch = made.get("per_epoch", False)
        self.losses: list[float] = []

    @property
    def step(self) -> int:
        return int(self.model.get_age())

    def run(self, until: int = STEPS) -> None:
        """Train until the model has this age."""
        while self.step < until:
            for batch in self.loader:
                self.train_on(batch)
                if self.step >= until:
                    return
            if self.per_epoch:
                self.scheduler.step()

    def train_on(self, batch: Any) -> None:
        inputs, ids, targets = batch
        self.optimizer.zero_grad()
        mean = self.loss(self.model(inputs), targets, batch_ids=ids).mean()
        self.scaler.scale(mean).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        if not self.per_epoch:
            self.scheduler.step()
        self.losses.append(float(mean.detach()))

    def digest(self) -> str:
        """Of all weights, buffers, optimizer states and what the random numbers are to be."""
        digest = hashlib.sha256()
        for tensor in (*self.model.state_dict().values(), torch.rand(3)):
            digest.update(tensor.numpy().tobytes())
        for state in self.optimizer.state_dict()["state"].values():
            for value in state.values():
                digest.update(torch.as_tensor(value).numpy().tobytes())
        digest.update(repr((self.scheduler.state_dict()["_last_lr"], np.random.random())).encode())
        return digest.hexdigest()


def _cosine(optimizer: Any) -> Any:
    return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)


def main(root: str, workers: str, stop: str, load: str = "") -> None:
    experiment = Experiment(Path(root))
    use(experiment)
    training = Training(int(workers), {"every_n_steps": 6, "every_s": 0})
    if load:
        assert wl.load_checkpoint().step == training.step > 0
    training.run(min(int(stop), STEPS))
    if training.step == int(stop) < STEPS:
        experiment.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    print(training.digest(), training.losses[-1])


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What the ledger costs a training: wrapped against bare PyTorch, in turn, by CPU time.

`python benchmarks/ledger.py [--repetitions 7] [--epochs 1] [--peer]`: 60,000 samples of 784
numbers, batches of 128, an MLP of 0.1 M parameters. Wrapped: model, optimizer, loss per sample,
loader and hyperparameters. `--peer` trains the same with weightslab 2.0.3 in an environment of its
own, which takes minutes to install and downloads more when it is imported.
The store's own figures: benchmarks/ledger_store.py; samples: benchmarks/ledger_samples.py.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import torch
from peers.environment import peer_python
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

import weightslab as wl
from weightslab.experiment import Experiment, use

Data = Dataset[Any]
SAMPLES, WIDTH, CLASSES, BATCH = 60_000, 784, 10, 128


def dataset() -> TensorDataset:
    """Random pictures, the same every time."""
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand(SAMPLES, WIDTH, generator=generator)
    return TensorDataset(pictures, torch.randint(CLASSES, (SAMPLES,), generator=generator))


class OneByOne(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """The same pictures as a dataset of the user's own, read sample by sample."""

    def __init__(self, data: TensorDataset) -> None:
        self._pictures, self._labels = data.tensors

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self._pictures[index], self._labels[index]


def network() -> nn.Module:
    """The MLP: 101,770 parameters."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(WIDTH, 128), nn.ReLU(), nn.Linear(128, CLASSES))


def bare(data: Data, epochs: int) -> float:
    """CPU seconds of a training by PyTorch alone."""
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss = nn.CrossEntropyLoss(reduction="none")
    loader = DataLoader(data, batch_size=BATCH, shuffle=True)
    started = time.process_time()
    for _ in range(epochs):
        for pictures, labels in loader:
            optimizer.zero_grad()
            loss(model(pictures), labels).mean().backward()
            optimizer.step()
    return time.process_time() - started


def kept_in_a_list(data: Data, epochs: int) -> float:
    """CPU seconds of the same with every loss per sample appended to a list."""
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss = nn.CrossEntropyLoss(reduction="none")
    loader = DataLoader(data, batch_size=BATCH, shuffle=True)
    kept = []
    started = time.process_time()
    for _ in range(epochs):
        for pictures, labels in loader:
            optimizer.zero_grad()
            losses = loss(model(pictures), labels)
            losses.mean().backward()
            optimizer.step()
            kept.append(losses.detach().clone())
    return time.process_time() - started


def watched(data: Data, epochs: int) -> float:
    """CPU seconds of the same with everything watched, until all of it is on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        experiment = Experiment(folder)
        use(experiment)
        wl.watch_or_edit({"optimizer": {"lr": 1e-3}}, flag="hyperparameters")
        model = wl.watch_or_edit(network(), flag="model")
        optimizer = wl.watch_or_edit(
            torch.optim.Adam(model.parameters(), lr=1e-3), flag="optimizer"
        )
        loss = wl.watch_or_edit(
            nn.CrossEntropyLoss(reduction="none"), flag="loss", signal_name="train/loss"
        )
        loader = wl.watch_or_edit(data, flag="data", batch_size=BATCH, shuffle=True)
        started = time.process_time()
        for _ in range(epochs):
            for pictures, ids, labels in loader:
                optimizer.zero_grad()
                loss(model(pictures), labels, batch_ids=ids).mean().backward()
                optimizer.step()
        experiment.flush(durable=True)
        spent = time.process_time() - started
        rows = experiment.history.reader.sample_rows(signals=["train/loss"]).num_rows
        if rows != epochs * SAMPLES:
            raise RuntimeError(f"{rows:,} rows were kept, not {epochs * SAMPLES:,}")
        use(None)
        experiment.close()
    return spent


def peer(epochs: int) -> dict[str, float]:
    """CPU seconds of the peer's wrapped and of the bare training, in the peer's environment."""
    script = Path(__file__).parent / "peers" / "weightslab_training.py"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [str(peer_python("weightslab")), str(script), str(epochs)],
            cwd=folder,
            env=environment | {"WL_NO_TELEMETRY": "1", "WEIGHTSLAB_LOG_LEVEL": "ERROR"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    (line,) = (line for line in done.stdout.splitlines() if line.startswith('{"bare"'))
    answer: dict[str, float] = json.loads(line)
    return answer


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tensors = dataset()
    data: dict[str, Data] = {"tensors": tensors, "one by one": OneByOne(tensors)}
    ways = {"bare PyTorch": bare, "a list of losses": kept_in_a_list, "wrapped": watched}
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(options.repetitions):
        for kind in data:
            for name, way in ways.items():
                times.setdefault((kind, name), []).append(way(data[kind], options.epochs))
    print("| dataset | training | CPU s per epoch | of bare speed |")
    print("| --- | --- | --- | --- |")
    for (kind, name), spent in times.items():
        ratio = median(times[kind, "bare PyTorch"]) / median(spent)
        print(f"| {kind} | {name} | {median(spent) / options.epochs:.3f} | {ratio:.3f} |")
    if options.peer:
        answer = peer(options.epochs)
        ratio = answer["bare"] / answer["wrapped"]
        wrapped = answer["wrapped"] / options.epochs
        print(f"| tensors | weightslab 2.0.3, wrapped | {wrapped:.3f} | {ratio:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())

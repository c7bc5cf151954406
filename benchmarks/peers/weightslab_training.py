"""The training of benchmarks/ledger.py with weightslab 2.0.3, run by that peer's interpreter.

Prints one line of JSON: CPU seconds of the bare training and of the wrapped one.
"""

import json
import logging
import sys
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import weightslab as wl

SAMPLES, WIDTH, CLASSES, BATCH = 60_000, 784, 10, 128


def train(epochs: int, wrapped: bool) -> float:
    """CPU seconds of a training, bare or wrapped."""
    generator = torch.Generator().manual_seed(0)
    data = TensorDataset(
        torch.rand(SAMPLES, WIDTH, generator=generator),
        torch.randint(CLASSES, (SAMPLES,), generator=generator),
    )
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, 128), nn.ReLU(), nn.Linear(128, CLASSES))
    loss = nn.CrossEntropyLoss(reduction="none")
    if wrapped:
        wl.watch_or_edit({"optimizer": {"lr": 1e-3}}, flag="hyperparameters")
        model = wl.watch_or_edit(model, flag="model", device="cpu")
        optimizer = wl.watch_or_edit(
            torch.optim.Adam(model.parameters(), lr=1e-3), flag="optimizer"
        )
        loss = wl.watch_or_edit(loss, flag="loss", signal_name="train-loss", log=True)
        loader = wl.watch_or_edit(
            data, flag="data", loader_name="train_loader", batch_size=BATCH, shuffle=True
        )
        wl.start_training(timeout=1)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        loader = DataLoader(data, batch_size=BATCH, shuffle=True)
    started = time.process_time()
    for _ in range(epochs):
        for batch in loader:
            if wrapped:
                with wl.guard_training_context:
                    pictures, ids, labels = batch[:3]
                    optimizer.zero_grad()
                    loss(model(pictures), labels, batch_ids=ids).mean().backward()
                    optimizer.step()
            else:
                pictures, labels = batch
                optimizer.zero_grad()
                loss(model(pictures), labels).mean().backward()
                optimizer.step()
    return time.process_time() - started


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    torch.set_num_threads(1)
    epochs_ = int(sys.argv[1])
    times = {"bare": train(epochs_, wrapped=False), "wrapped": train(epochs_, wrapped=True)}
    sys.stdout.write("\n" + json.dumps(times) + "\n")
    sys.stdout.flush()
    sys.exit(0)

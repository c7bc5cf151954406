"""Find wrong labels by the loss of each sample, leave them out, go on training, and resume later.

    python examples/fashion_mnist_shaped.py
    python examples/fashion_mnist_shaped.py --resume --steps 500

Lines that end in `# ledger` are all that the ledger adds to the training.
"""

import argparse

import torch
from synthetic_data import Labelled, clothes
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import weightslab as wl

SAMPLES, WRONG, LOOKED_AT, DISCARD_AT = 4_000, 0.05, 200, 300


def main() -> None:
    """Train, discard at two thirds, evaluate, save."""
    arguments = read_arguments()
    torch.manual_seed(0)
    train, test = training_data(), clothes(1_000, seed=2)

    settings = {  # ledger
        "experiment_name": "fashion",
        "root_log_dir": arguments.folder,
        "optimizer": {"lr": 1e-3},
        "checkpoints": {"every_n_steps": 100, "keep_last": 2},
    }
    wl.watch_or_edit(settings, flag="hyperparameters")  # ledger
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    model = wl.watch_or_edit(model, flag="model")  # ledger
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    optimizer = wl.watch_or_edit(optimizer, flag="optimizer")  # ledger
    loss_of = nn.CrossEntropyLoss(reduction="none")
    loss_of = wl.watch_or_edit(loss_of, flag="loss", name="loss", per_sample=True)  # ledger
    wl.watch_or_edit(is_right, flag="metric", name="accuracy", per_sample=True)  # ledger
    loader = DataLoader(TensorDataset(train.inputs, train.labels), batch_size=64, shuffle=True)
    loader = wl.watch_or_edit(loader, flag="data", name="train_loader")  # ledger
    held_out = DataLoader(TensorDataset(test.inputs, test.labels), batch_size=250)
    wl.watch_or_edit(held_out, flag="data", name="test_loader")  # ledger
    wl.signal(name="mean_loss", subscribe_to="loss", include_history=True)(mean_loss)  # ledger

    if arguments.resume:
        print(f"goes on from step {wl.load_checkpoint().step}")  # ledger
    while model.get_age() < arguments.steps:
        if model.get_age() == DISCARD_AT:
            discard_worst(train)
        images, _, labels = next(loader)  # the ids are ledger
        optimizer.zero_grad()
        loss_of(model(images), labels).mean().backward()
        optimizer.step()

    wl.request_evaluation("test_loader")  # ledger
    wl.run_pending_evaluation()  # ledger
    wl.save_checkpoint()  # ledger
    print(f"samples and their signals: {wl.write_dataframe(columns=['signals', 'discarded'])}")


def training_data() -> Labelled:
    """4,000 images, 5 % of them with a wrong label."""
    return clothes(SAMPLES, seed=1, wrong=WRONG)


def mean_loss(ctx: wl.SignalContext) -> float:
    """A sample's mean loss so far: a model learns wrong labels late, and some never."""
    losses = [entry["signal_value"] for entry in ctx.subscribed_history]
    losses.append(float(ctx.subscribed_value or 0.0))
    return sum(losses) / len(losses)


def is_right(predictions: Tensor, labels: Tensor) -> Tensor:
    """1.0 for each sample whose class is the most probable one."""
    return (predictions.argmax(1) == labels).float()


def discard_worst(train: Labelled) -> None:
    """Leave out the samples with the highest mean loss, and tell how many were planted."""
    frame = wl.dataframe()
    worst = frame[frame["origin"] == "train"].nlargest(LOOKED_AT, "signals//mean_loss")
    ids = list(worst.index.get_level_values("sample_id"))
    wl.tag_samples(ids, "suspicious")
    wl.discard_samples(ids)
    found = int(train.is_wrong[[int(sample_id) for sample_id in ids]].sum())
    print(f"of the {LOOKED_AT} samples with the highest mean loss {found} have a wrong label")


def read_arguments() -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/fashion", help="of history and checkpoints")
    parser.add_argument("--steps", type=int, default=450)
    parser.add_argument("--resume", action="store_true", help="from the newest checkpoint")
    return parser.parse_args()


if __name__ == "__main__":
    main()

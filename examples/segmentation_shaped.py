"""Segment scenes with several instances each: a Dice per scene and per instance, and the masks.

    python examples/segmentation_shaped.py

Lines that end in `# ledger` are all that the ledger adds to the training.
Legend: B scenes of a batch, N instances of a batch, H and W pixels.
"""

import argparse
from typing import Any

import torch
from synthetic_data import Scene, scenes
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import Dataset

import weightslab as wl

TRAIN, HELD_OUT, EPOCHS = 160, 40, 3


class Scenes(Dataset[dict[str, Any]]):
    """Scenes by index, under names of their own."""

    def __init__(self, content: list[Scene]) -> None:
        self.content = content
        self.ids = [scene.name for scene in content]  # ledger

    def __len__(self) -> int:
        return len(self.content)

    def __getitem__(self, index: int) -> dict[str, Any]:
        scene = self.content[index]
        return {"image": scene.image, "mask": scene.masks.amax(0), "instances": scene.masks}


def collate(items: list[dict[str, Any]]) -> dict[str, Tensor]:
    """Instances of all scenes in one tensor [N, H, W]; `batch_idx` [N] says whose they are."""
    counts = torch.tensor([len(item["instances"]) for item in items])
    return {
        "image": torch.stack([item["image"] for item in items]),
        "mask": torch.stack([item["mask"] for item in items]),
        "instances": torch.cat([item["instances"] for item in items]),
        "batch_idx": torch.repeat_interleave(torch.arange(len(items)), counts),
    }


class SampleDice(nn.Module):
    """Dice [B] of predicted and true masks [B, H, W]."""

    def forward(self, predicted: Tensor, true: Tensor) -> Tensor:
        """Twice the overlap by the sum of both; 1 is perfect."""
        return dice(predicted, true)


class InstanceDice(nn.Module):
    """Dice [N] of each instance within its own neighbourhood of three pixels."""

    def forward(self, predicted: Tensor, batch: dict[str, Tensor]) -> Tensor:
        """Twice the overlap by the sum of both; 1 is perfect."""
        instances = batch["instances"]
        near = functional.max_pool2d(instances, kernel_size=7, stride=1, padding=3)
        return dice(predicted[batch["batch_idx"]] * near, instances)


def dice(predicted: Tensor, true: Tensor) -> Tensor:
    """Dice along all dimensions but the first."""
    predicted, true = predicted.flatten(1), true.flatten(1)
    return (2 * (predicted * true).sum(1) + 1) / (predicted.sum(1) + true.sum(1) + 1)


def main() -> None:
    """Train, evaluate, and name the instances that are segmented worst."""
    folder = read_arguments().folder
    torch.manual_seed(0)
    train, held_out = Scenes(scenes(TRAIN, seed=1)), Scenes(scenes(HELD_OUT, seed=2))

    wl.watch_or_edit({"root_log_dir": folder, "lr": 5e-3}, flag="hyperparameters")  # ledger
    model = nn.Sequential(
        *(nn.Conv2d(3, 12, 5, padding=2), nn.ReLU()),
        *(nn.Conv2d(12, 12, 5, padding=2), nn.ReLU(), nn.Conv2d(12, 1, 1), nn.Flatten(1, 2)),
    )
    model = wl.watch_or_edit(model, flag="model")  # ledger
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    optimizer = wl.watch_or_edit(optimizer, flag="optimizer")  # ledger
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    loss_of = wl.watch_or_edit(loss_of, flag="loss", name="bce", per_sample=True)  # ledger
    sample_dice = wl.watch_or_edit(  # ledger
        SampleDice(), flag="metric", name="dice/sample", per_sample=True
    )
    instance_dice = wl.watch_or_edit(  # ledger
        InstanceDice(), flag="metric", name="dice/instance", per_instance=True
    )
    options: dict[str, Any] = {"batch_size": 8, "collate_fn": collate}
    loader = wl.watch_or_edit(train, flag="data", name="train", shuffle=True, **options)  # ledger
    wl.watch_or_edit(held_out, flag="data", name="val", **options)  # ledger

    @wl.eval_fn  # ledger
    def evaluate(loader: Any) -> None:
        for batch in loader:
            logits, ids = model(batch["image"]), batch["sample_id"]
            predicted = (logits > 0).float()
            sample_dice(predicted, batch["mask"], batch_ids=ids, preds=predicted.bool())
            instance_dice(predicted, batch, batch_ids=ids)

    for _ in range(EPOCHS):
        for batch in loader:
            optimizer.zero_grad()
            logits = model(batch["image"])
            loss_of(logits, batch["mask"]).mean().backward()
            predicted = (logits.detach() > 0).float()
            sample_dice(predicted, batch["mask"])
            instance_dice(predicted, batch)
            optimizer.step()

    keep_masks(train)
    wl.request_evaluation("val")  # ledger
    wl.run_pending_evaluation()  # ledger
    tell_worst(train)
    print(f"history: {wl.write_history()}")


def keep_masks(train: Scenes) -> None:
    """Keep the true mask of every instance beside its values."""
    for name, scene in zip(train.ids, train.content, strict=True):
        wl.save_instance_signals(
            {"pixels": scene.masks.sum((1, 2))},
            batch_ids=[name],
            batch_idx=torch.zeros(len(scene.masks), dtype=torch.int64),
            targets=list(scene.masks.bool()),
            log=False,
        )


def tell_worst(train: Scenes) -> None:
    """Name the five instances with the lowest Dice, and whether they are the faint ones."""
    frame = wl.dataframe()
    instances = frame[frame.index.get_level_values("annotation_id") > 0]
    instances = instances[instances.index.isin(train.ids, level="sample_id")]
    is_faint = {scene.name: scene.is_faint for scene in train.content}
    column = "signals//dice/instance"
    worst = instances.nsmallest(5, column)[column].reset_index()
    for name, annotation, value in worst.itertuples(index=False):
        faint = bool(is_faint[name][annotation - 1])
        print(f"{name}, instance {annotation}: Dice {value:.2f}, faint: {faint}")


def read_arguments() -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/segmentation", help="of history and checkpoints")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""PyTorch Lightning: the ledger in one callback, with values per sample from a watched loss.

    python examples/lightning_module.py

Lines that end in `# ledger` are all that the ledger adds to the training.
"""

import argparse

import torch
from lightning.pytorch import LightningModule, Trainer
from synthetic_data import clothes
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import ExponentialLR
from torch.utils.data import DataLoader, TensorDataset

import weightslab as wl
from weightslab.integrations.lightning import LedgerCallback


class Classifier(LightningModule):
    """A small classifier of 28×28 images."""

    def __init__(self, lr: float = 1e-3) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
        self.loss_of = nn.CrossEntropyLoss(reduction="none")
        self.loss_of = wl.watch_or_edit(self.loss_of, flag="loss", name="loss")  # ledger

    def training_step(self, batch: list[Tensor], batch_idx: int) -> Tensor:
        """The mean loss of a batch."""
        images, _, labels = batch  # the ids are ledger
        loss: Tensor = self.loss_of(self.net(images), labels).mean()
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: list[Tensor], batch_idx: int) -> None:
        """Logs how many are right."""
        images, labels = batch
        self.log("val_accuracy", (self.net(images).argmax(1) == labels).float().mean())

    def configure_optimizers(self) -> tuple[list[Adam], list[ExponentialLR]]:
        """Adam, its rate decaying by epoch."""
        optimizer = Adam(self.parameters(), lr=self.hparams["lr"])
        return [optimizer], [ExponentialLR(optimizer, gamma=0.7)]


def main() -> None:
    """Train, then tell which samples were hardest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/lightning", help="of history and checkpoints")
    folder = parser.parse_args().folder
    torch.manual_seed(0)
    train, held_out = clothes(2_000, seed=1, wrong=0.05), clothes(500, seed=2)

    wl.watch_or_edit(None, flag="logger", log_dir=folder)  # ledger
    loader = DataLoader(TensorDataset(train.inputs, train.labels), batch_size=64, shuffle=True)
    loader = wl.watch_or_edit(loader, flag="data", name="train_loader")  # ledger
    validation = DataLoader(TensorDataset(held_out.inputs, held_out.labels), batch_size=250)
    trainer = Trainer(
        max_epochs=3,
        accelerator="cpu",
        callbacks=[LedgerCallback()],  # ledger
        log_every_n_steps=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Classifier(), loader, validation)

    worst = wl.dataframe()["signals_loss"].nlargest(100)
    wrong = int(train.is_wrong[[int(name) for name, _ in worst.index]].sum())
    print(f"of the 100 samples with the highest loss {wrong} have a wrong label")
    print(f"history: {wl.write_history()}")


if __name__ == "__main__":
    main()

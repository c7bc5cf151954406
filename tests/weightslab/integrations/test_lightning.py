from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import weightslab as wl
from weightslab.experiment import Experiment

lightning = pytest.importorskip("lightning.pytorch")
from weightslab.integrations.lightning import LedgerCallback  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::UserWarning:lightning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


class Net(lightning.LightningModule):  # type: ignore[misc, name-defined]
    def __init__(self, lr: float = 0.1, fails_at: int = -1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = nn.Linear(4, 1)

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        if batch_idx == self.hparams.fails_at:
            raise ZeroDivisionError
        loss = self.layer(batch[0]).square().mean()
        self.log("loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        self.log("val", self.layer(batch[0]).mean())

    def configure_optimizers(self) -> Any:
        optimizer = torch.optim.SGD(self.parameters(), lr=self.hparams.lr)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)]


def fit(net: Any, folder: Path, **options: Any) -> Any:
    batches = DataLoader(TensorDataset(torch.randn(24, 4)), batch_size=4)
    defaults = {
        "max_epochs": 2,
        "log_every_n_steps": 1,
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "accelerator": "cpu",
        "default_root_dir": folder,
    }
    trainer = lightning.Trainer(callbacks=[LedgerCallback()], **{**defaults, **options})
    trainer.fit(net, batches, batches)
    return trainer


def steps(experiment: Experiment, name: str) -> list[int]:
    experiment.flush()
    rows = experiment.history.reader.global_rows(signals=[name])
    return rows["step"].to_pylist()  # type: ignore[no-any-return]


def test_steps_are_counted_once_and_values_come_once(
    experiment: Experiment, tmp_path: Path
) -> None:
    trainer = fit(net := Net(), tmp_path)
    assert net.get_age() == experiment.step == trainer.global_step == 12
    assert steps(experiment, "loss_step") == list(range(1, 13))
    assert steps(experiment, "loss_epoch") == [6, 12]
    assert steps(experiment, "val") == [6, 12]
    assert steps(experiment, "epoch") == []
    assert trainer.loggers == []


def test_accumulated_gradients_are_one_step(experiment: Experiment, tmp_path: Path) -> None:
    fit(net := Net(), tmp_path, accumulate_grad_batches=3)
    assert net.get_age() == 4
    assert steps(experiment, "loss_step") == [1, 2, 3, 4]


def test_values_come_as_often_as_the_trainer_says(experiment: Experiment, tmp_path: Path) -> None:
    fit(Net(), tmp_path, log_every_n_steps=4)
    assert steps(experiment, "loss_step") == [4, 8, 12]


def test_a_checkpoint_holds_the_schedulers_and_hyperparameters_are_watched(
    experiment: Experiment, tmp_path: Path
) -> None:
    trainer = fit(Net(), tmp_path)
    assert experiment.hyperparameters == {"lr": 0.1, "fails_at": -1}
    (scheduler,) = experiment.companions["optimizer"]
    assert scheduler is trainer.lr_scheduler_configs[0].scheduler
    rate = scheduler.get_last_lr()
    wl.save_checkpoint()
    scheduler.step()
    assert scheduler.get_last_lr() != rate
    wl.load_checkpoint()
    assert scheduler.get_last_lr() == rate


def test_an_edited_rate_reaches_lightnings_optimizer(
    experiment: Experiment, tmp_path: Path
) -> None:
    wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")

    class Edit(lightning.Callback):  # type: ignore[misc, name-defined]
        def on_train_batch_start(self, trainer: Any, *_: Any) -> None:
            if trainer.global_step == 3:
                wl.watch_or_edit({"lr": 0.7}, flag="hyperparameters")

        def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
            rates.append(trainer.optimizers[0].param_groups[0]["lr"])

    rates: list[float] = []
    batches = DataLoader(TensorDataset(torch.randn(24, 4)), batch_size=4)
    trainer = lightning.Trainer(
        max_epochs=1,
        callbacks=[LedgerCallback(), Edit()],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        accelerator="cpu",
    )
    trainer.fit(Net(), batches, batches)
    assert rates == [0.1, 0.1, 0.1, 0.7, 0.7, 0.35]  # the scheduler goes on from the edit


def test_a_training_that_fails_leaves_the_trainer_as_it_was(
    experiment: Experiment, tmp_path: Path
) -> None:
    net = Net(fails_at=2)
    with pytest.raises(ZeroDivisionError):
        fit(net, tmp_path)
    assert net.get_age() == 2
    assert steps(experiment, "loss_step") == [1, 2]


def test_going_on_from_lightnings_checkpoint_keeps_the_age(
    experiment: Experiment, tmp_path: Path
) -> None:
    trainer = fit(Net(), tmp_path)
    trainer.save_checkpoint(tmp_path / "mid.ckpt")
    experiment.step = 0  # as in a new process
    batches = DataLoader(TensorDataset(torch.randn(24, 4)), batch_size=4)
    again = lightning.Trainer(
        max_epochs=3,
        callbacks=[LedgerCallback()],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        accelerator="cpu",
    )
    again.fit(net := Net(), batches, batches, ckpt_path=tmp_path / "mid.ckpt")
    assert net.get_age() == 18

"""PyTorch Lightning: `Trainer(callbacks=[LedgerCallback()])`."""

from __future__ import annotations

from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer

from weightslab.experiment import current
from weightslab.watch import watch_or_edit


class LedgerCallback(Callback):
    """Watches the module, its optimizers and schedulers, and records what it logs.

    Values per sample come as in any script: from a watched loss, and a watched loader given to
    `fit` for the ids.

    Args:
        every_n_steps: logged values are recorded at each such step.
    """

    def __init__(self, every_n_steps: int = 1) -> None:
        self._every = every_n_steps

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Watch what is trained, and its hyperparameters unless the script watches some."""
        watch_or_edit(pl_module, "model", flag="model")
        if current().hyperparameters is None and pl_module.hparams:
            watch_or_edit(dict(pl_module.hparams), flag="hyperparameters")

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Watch the optimizers, which are there only now."""
        schedulers = [config.scheduler for config in trainer.lr_scheduler_configs]
        for place, optimizer in enumerate(trainer.optimizers):
            name = "optimizer" if place == 0 else f"optimizer_{place}"
            own = [scheduler for scheduler in schedulers if scheduler.optimizer is optimizer]
            watch_or_edit(optimizer, name, flag="optimizer", scheduler=own)

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Record the values that the step logged."""
        if trainer.global_step % self._every == 0:
            self._record(trainer.logged_metrics)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Record the values that the validation logged."""
        if not trainer.sanity_checking:
            self._record(trainer.logged_metrics)

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Hand everything to the disk; the ledger stays open for what the script does next."""
        current().flush(durable=True)

    @staticmethod
    def _record(values: Any) -> None:
        experiment = current()
        for name, value in values.items():
            experiment.recorder.record_global(name, float(value), experiment.step)

"""PyTorch Lightning: `Trainer(callbacks=[LedgerCallback()])`."""

from __future__ import annotations

from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import Logger

from weightslab.experiment import Experiment, current
from weightslab.watch import watch_or_edit


class LedgerCallback(Callback):
    """Watches the module, its optimizers and schedulers, and records what it logs.

    Logged values come as often as the Trainer's `log_every_n_steps` says and bear the number of
    steps that are done. Values per sample come as in any script: from a watched loss, and a
    watched loader given to `fit` for the ids.
    """

    def __init__(self) -> None:
        self._logger: LedgerLogger | None = None

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Watch what is trained, and its hyperparameters unless the script watches some."""
        watch_or_edit(pl_module, "model", flag="model")
        if current().hyperparameters is None and pl_module.hparams:
            watch_or_edit(dict(pl_module.hparams), flag="hyperparameters")

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Watch the optimizers, which are there only now; go on from Lightning's own checkpoint."""
        schedulers = [config.scheduler for config in trainer.lr_scheduler_configs]
        scaler = getattr(trainer.precision_plugin, "scaler", None)
        for place, optimizer in enumerate(trainer.optimizers):
            name = "optimizer" if place == 0 else f"optimizer_{place}"
            own = [scheduler for scheduler in schedulers if scheduler.optimizer is optimizer]
            watch_or_edit(optimizer, name, flag="optimizer", scheduler=own, scaler=scaler)
        experiment = current()
        if len(trainer.optimizers) == 1:
            experiment.step = max(experiment.step, trainer.global_step)
        self._logger = LedgerLogger(experiment, trainer)
        trainer.loggers = [*trainer.loggers, self._logger]

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take no more values."""
        self._let_go(trainer)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Take no more values."""
        self._let_go(trainer)

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Hand everything to the disk; the ledger stays open for what the script does next."""
        current().flush(durable=True)

    def _let_go(self, trainer: Trainer) -> None:
        trainer.loggers = [logger for logger in trainer.loggers if logger is not self._logger]
        self._logger = None


class LedgerLogger(Logger):
    """One of the Trainer's loggers while it trains: gets each logged value once."""

    def __init__(self, experiment: Experiment, trainer: Trainer) -> None:
        super().__init__()
        self._experiment, self._trainer = experiment, trainer

    @property
    def name(self) -> str:
        """Of the experiment."""
        return self._experiment.name

    @property
    def version(self) -> str:
        """None, as a text."""
        return ""

    @property
    def experiment(self) -> Experiment:
        """What Lightning calls so: where values go."""
        return self._experiment

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Record them; "epoch" is Lightning's own addition."""
        if self._trainer.sanity_checking:
            return
        for name, value in metrics.items():
            if name != "epoch":
                self._experiment.recorder.record_global(name, float(value), self._experiment.step)

    def log_hyperparams(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the callback watches them."""

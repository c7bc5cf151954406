"""Hugging Face: `Trainer(..., callbacks=[LedgerCallback()])`."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from weightslab.experiment import current
from weightslab.watch import watch_or_edit


class LedgerCallback(TrainerCallback):
    """Watches the model, its optimizer and scheduler, and records what the Trainer logs.

    Values per sample come as in any script: `wl.save_signals` in an own `compute_loss`.
    """

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Watch what is trained, and its arguments unless the script watches hyperparameters."""
        watch_or_edit(kwargs["model"], "model", flag="model")
        optimizer = kwargs["optimizer"]
        # accelerate's wrapper skips steps that are not due; the optimizer in it really makes them.
        inner = getattr(optimizer, "optimizer", optimizer)
        scheduler = kwargs.get("lr_scheduler")
        inner_scheduler = getattr(scheduler, "scheduler", scheduler)
        own = [] if inner_scheduler is None else [inner_scheduler]
        watch_or_edit(inner, "optimizer", flag="optimizer", scheduler=own)
        if current().hyperparameters is None:
            values = {"learning_rate": args.learning_rate, "weight_decay": args.weight_decay}
            watch_or_edit(values, flag="hyperparameters")
        experiment = current()
        experiment.step = max(experiment.step, state.global_step)  # of the Trainer's checkpoint

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Record the numbers that the Trainer logs: loss, learning rate, evaluation results."""
        experiment = current()
        for name, value in (logs or {}).items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if is_number and name != "epoch":
                experiment.recorder.record_global(name, float(value), experiment.step)

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Hand everything to the disk; the ledger stays open for what the script does next."""
        current().flush(durable=True)

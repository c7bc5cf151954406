"""One run's training loop: train, answer the server, keep checkpoints."""

import math
import os
import signal
import time
from types import FrameType
from typing import Any

import torch

from app.models.blocks import GradCheckpoint
from app.training.allocator import return_large_blocks
from app.training.checkpoints import load_trainer, save_trainer
from app.training.cores import training_threads
from app.training.guard import NonFiniteError
from app.training.hyperparameters import HyperparameterError
from app.training.make_trainer import make_trainer
from app.training.metrics import RecentGames, training_update
from app.training.run_folder import RunSpec, starting_checkpoint
from app.training.trainer import Trainer, UpdateReport
from app.training.worker_channel import ChannelClosedError, Message, WorkerChannel
from weightslab.atomic_files import remove_leftovers
from weightslab.checkpoints import prune

EMIT_SECONDS = 0.5  # at most two training_update messages a second
PATIENCE_SECONDS = 2.0  # a pause or stop waits so long for the end of the update, then cuts it off
PAUSED_POLL_SECONDS = 0.5
FIRST_CHECKPOINT_SECONDS = 5.0  # so that there is soon something to export
OVERDUE_SECONDS = 45.0  # then a checkpoint is written in the middle of an update
KEEP_CHECKPOINTS = 3


class _UpdateCutOffError(Exception):
    """A pause or stop has waited long enough: end the update here."""


class TrainingLoop:
    """One run's training loop.

    Args:
        run: what to train.
        channel: to the server.

    Raises:
        ModelSourceError: the model cannot be loaded.
        CheckpointDamagedError: the checkpoint that a branch starts from is damaged.
    """

    def __init__(self, run: RunSpec, channel: WorkerChannel) -> None:
        self._run, self._channel = run, channel
        self._recent = RecentGames()
        self._reports: list[UpdateReport] = []
        self._paused = self._pause_asked = self._stopping = False
        self._asked_at: float | None = None  # when the unanswered pause or stop came
        self._settings_asked: dict[str, object] = {}
        self._suspect = False  # the last update met NaN: the weights are no good checkpoint
        self._trainer = self._make_trainer()
        self._saved_steps = self._trainer.gradient_steps if self._trainer.step else -1
        waiting_s = self._checkpoint_seconds() - FIRST_CHECKPOINT_SECONDS
        self._saved_at = time.monotonic() - max(0.0, waiting_s)
        self._begin_interval()

    def train(self) -> None:
        """Train until the run is complete, stopped, or the server is gone."""
        self._channel.send({"type": "started", **self._place()})
        while not (self._trainer.complete or self._stopping):
            self._listen(PAUSED_POLL_SECONDS if self._paused else 0.0)
            self._change_settings()
            if self._pause_asked:
                self._pause()
            elif not self._paused and not self._stopping:
                self._update()
        self._emit()
        self._save()
        outcome = "completed" if self._trainer.complete else "stopped"
        self._channel.send({"type": "finished", "outcome": outcome, "step": self._trainer.step})

    def stop(self, _signal: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        """Write a final checkpoint and end; a signal handler too."""
        self._stopping = True
        self._asked_at = self._asked_at or time.monotonic()

    def _make_trainer(self) -> Trainer:
        run = self._run
        torch.manual_seed(run.seed)
        model = run.build_model()
        if any(isinstance(block, GradCheckpoint) for block in model.children()):
            return_large_blocks()  # what a gradient checkpoint frees, the process shall not keep
        if "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(training_threads(sum(p.numel() for p in model.parameters())))
        trainer = make_trainer(
            run.model_config(),
            model,
            run.hyperparameters,
            total_steps=run.total_steps,
            seed=run.seed,
        )
        remove_leftovers(run.checkpoints)
        path, damaged = starting_checkpoint(run)
        if path is not None:
            load_trainer(path, trainer, self._recent)
        for sentence in damaged:
            message = f"{sentence}. It was set aside; training goes on from step {trainer.step}."
            self._alert("warning", "checkpoint.damaged", message, trainer.step)
        return trainer

    def _update(self) -> None:
        try:
            report = self._trainer.update(self._check_in)
        except _UpdateCutOffError:
            return
        except NonFiniteError as error:
            self._pause_for(error)
            return
        self._suspect = False
        self._recent.add(report.finished)
        self._reports.append(report)
        if time.monotonic() - self._interval_start >= EMIT_SECONDS:
            self._emit()
        if self._since_save() >= self._checkpoint_seconds():
            self._save()

    def _check_in(self) -> None:
        self._listen()
        if self._since_save() > max(self._checkpoint_seconds(), OVERDUE_SECONDS):
            self._save()  # a large network: the end of the update is too far away
        if self._asked_at is not None and time.monotonic() - self._asked_at > PATIENCE_SECONDS:
            raise _UpdateCutOffError

    def _listen(self, timeout_s: float = 0.0) -> None:
        try:
            messages = self._channel.receive(timeout_s)
        except ChannelClosedError:
            self.stop()
            return
        for message in messages:
            self._obey(message)

    def _obey(self, message: Message) -> None:
        match message["type"]:
            case "pause":
                self._pause_asked = True
                self._asked_at = self._asked_at or time.monotonic()
            case "resume":
                self._resume()
            case "stop":
                self.stop()
            case "set_hyperparameters":
                self._settings_asked.update(message["values"])

    def _pause(self) -> None:
        self._emit()
        self._save()
        self._paused, self._pause_asked, self._asked_at = True, False, None
        self._channel.send({"type": "paused"})

    def _resume(self) -> None:
        if self._pause_asked and not self._paused:
            self._pause_asked, self._asked_at = False, None
        elif self._paused:
            self._paused = False
            self._begin_interval()
            self._channel.send({"type": "resumed"})

    def _pause_for(self, error: NonFiniteError) -> None:
        """Not a number: nothing of it was applied, and nothing of it is saved."""
        self._suspect = True
        message = (
            f"{error.tensor} was not a finite number at step {self._trainer.step}. That change was "
            "not applied and the run is paused: lower the learning rate and resume, or go back to "
            "a checkpoint."
        )
        details = {"tensor": error.tensor, "update": self._trainer.update_count}
        self._alert("error", "training.non_finite", message, self._trainer.step, details)
        self._pause_asked, self._asked_at = True, -math.inf  # at once

    def _change_settings(self) -> None:
        """Between two updates, so that one update has one set of settings."""
        if not self._settings_asked:
            return
        values, self._settings_asked = self._settings_asked, {}
        try:
            self._trainer.hyperparameters = self._trainer.hyperparameters.changed(values)
        except HyperparameterError as error:
            self._alert("error", "hyperparameters.refused", str(error), self._trainer.step)
            return
        self._channel.send(
            {"type": "hyperparameters", "values": values, "step": self._trainer.step}
        )

    def _save(self) -> None:
        self._saved_at = time.monotonic()
        root, trainer = self._run.checkpoints, self._trainer
        if self._suspect or trainer.gradient_steps == self._saved_steps:
            return  # nothing good was learnt since
        try:
            info = save_trainer(root, trainer, self._recent, self._run.config)
            prune(root, keep_last=KEEP_CHECKPOINTS)
        except NonFiniteError as error:
            self._pause_for(error)
            return
        except OSError as error:
            message = (
                f"The checkpoint of step {trainer.step} could not be written "
                f"({error.strerror or error}): make room in {root}. Older ones are intact."
            )
            self._alert("error", "checkpoint.failed", message, trainer.step)
            return
        self._saved_steps = trainer.gradient_steps
        self._channel.send(
            {
                "type": "checkpoint",
                **self._place(),
                "path": info.name,
                "score": info.score,
                "bytes": info.bytes,
            }
        )

    def _since_save(self) -> float:
        return time.monotonic() - self._saved_at

    def _checkpoint_seconds(self) -> float:
        return self._trainer.hyperparameters.checkpoint_seconds

    def _emit(self) -> None:
        if not self._reports:
            return
        elapsed_s = time.monotonic() - self._interval_start
        steps = self._trainer.step - self._interval_step
        message = training_update(
            self._reports, self._recent, **self._place(), steps_per_second=steps / elapsed_s
        )
        self._channel.send(message)
        self._reports.clear()
        self._begin_interval()

    def _begin_interval(self) -> None:
        self._interval_start = time.monotonic()
        self._interval_step = self._trainer.step

    def _place(self) -> dict[str, int]:
        return {"step": self._trainer.step, "update": self._trainer.update_count}

    def _alert(
        self,
        severity: str,
        code: str,
        message: str,
        step: int,
        details: dict[str, Any] | None = None,
    ) -> None:
        self._channel.send(
            {
                "type": "alert",
                "severity": severity,
                "code": code,
                "message": message,
                "step": step,
                "details": details or {},
            }
        )

"""Writes a run's checkpoints when it is time and keeps those that its settings ask for."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.training.checkpoints import save_trainer
from app.training.hyperparameters import Hyperparameters
from app.training.metrics import RecentGames
from app.training.run_folder import RunSpec
from app.training.trainer import Trainer
from app.training.worker_channel import WorkerChannel
from weightslab.checkpoints import folder_name, rate_checkpoint
from weightslab.retention import Keeping, prune

FIRST_CHECKPOINT_SECONDS = 5.0  # so that there is soon something to export
OVERDUE_SECONDS = 45.0  # then a checkpoint is written in the middle of an update


class CheckpointKeeper:
    """A run's folder of checkpoints.

    Args:
        run: whose they are.
        trainer: what is saved; of a resumed run, as its checkpoint was.
        channel: is told of each.
    """

    def __init__(self, run: RunSpec, trainer: Trainer, channel: WorkerChannel) -> None:
        self._run, self._trainer, self._channel = run, trainer, channel
        self._saved_steps = trainer.gradient_steps if trainer.step else -1
        self._saved_step = trainer.step if trainer.step else None
        waiting_s = trainer.hyperparameters.checkpoint_seconds - FIRST_CHECKPOINT_SECONDS
        self._saved_at = time.monotonic() - max(0.0, waiting_s)

    @property
    def is_due(self) -> bool:
        """Whether it is time for the next one."""
        return self._since_s >= self._trainer.hyperparameters.checkpoint_seconds

    @property
    def is_overdue(self) -> bool:
        """Whether the next one cannot wait for the end of an update."""
        every_s = self._trainer.hyperparameters.checkpoint_seconds
        return self._since_s > max(every_s, OVERDUE_SECONDS)

    def skip(self) -> None:
        """Nothing good was learnt: wait for the next time."""
        self._saved_at = time.monotonic()

    def save(self, recent: RecentGames, memory: Mapping[str, Any]) -> None:
        """Write what was learnt since the last one and let go of what need not be kept.

        Raises:
            NonFiniteError: see save_trainer.
        """
        self._saved_at = time.monotonic()
        root, trainer = self._run.checkpoints, self._trainer
        if trainer.gradient_steps == self._saved_steps:
            return
        try:
            info = save_trainer(root, trainer, recent, self._run.config, memory)
            prune(root, keeping(trainer.hyperparameters))
        except OSError as error:
            self._tell_of(error)
            return
        self._saved_steps, self._saved_step = trainer.gradient_steps, trainer.step
        self._channel.send(
            {
                "type": "checkpoint",
                "step": info.step,
                "update": info.update,
                "path": info.name,
                "score": info.score,
                "bytes": info.bytes,
            }
        )

    def rate(self, score: float) -> None:
        """The evaluation of the checkpoint that was saved last; none where that failed."""
        if self._saved_step != self._trainer.step:
            return
        try:
            rate_checkpoint(self._run.checkpoints / folder_name(self._trainer.step), score)
            prune(self._run.checkpoints, keeping(self._trainer.hyperparameters))
        except OSError as error:
            self._tell_of(error)

    @property
    def _since_s(self) -> float:
        return time.monotonic() - self._saved_at

    def _tell_of(self, error: OSError) -> None:
        root: Path = self._run.checkpoints
        message = (
            f"The checkpoint of step {self._trainer.step} could not be written "
            f"({error.strerror or error}): make room in {root}. Older ones are intact."
        )
        self._channel.alert("error", "checkpoint.failed", message, self._trainer.step)


def keeping(settings: Hyperparameters) -> Keeping:
    """What the settings ask to keep."""
    return Keeping(last=settings.keep_last, every_s=60.0 * settings.keep_every_minutes)

"""Finds the moments at which the state is saved by the policy.

The state of a step is complete only after the script's own part of it, for example its scheduler's
step, which follows the optimizer's. So a checkpoint that is due is written before the next batch of
a watched training loader, in scripts without one at the next `guard_training_context`, and only
where there is neither right after the optimizer's step.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from weightslab.checkpointing.save_policy import SavePolicy
from weightslab.errors import ArgumentError
from weightslab.watched.loader_epoch import Epoch

if TYPE_CHECKING:
    from weightslab.checkpointing.keeper import CheckpointKeeper
    from weightslab.experiment import Experiment

logger = logging.getLogger("weightslab")
_LOOK_S = 1.0  # so often the clock is looked at
_UNSAVED = "no checkpoint is saved"
_AFTER_STEP, _BLOCK, _BATCH = range(3)


class SaveSchedule:
    """Saves at step boundaries; an error is told once and never reaches the training."""

    def __init__(self, experiment: Experiment, keeper: CheckpointKeeper) -> None:
        self._experiment, self._keeper = experiment, keeper
        self._policy = SavePolicy()
        self._place = _AFTER_STEP  # the best one that this script has
        self._due_since: int | None = None
        self._saved_pass: Epoch | None = None
        self._told: dict[str, str] = {}
        self.restart()

    def restart(self) -> None:
        """Count from the present step: it was saved, or loaded, just now."""
        self._saved_step, self._saved_at = self._experiment.step, time.monotonic()
        self._looked = (self._saved_step, self._saved_at)

    def begin(self) -> None:
        """Look at every boundary that may be due from now on.

        Raises:
            ArgumentError: the hyperparameters' `checkpoints` are not usable.
        """
        self._policy = self._keeper.policy
        self._experiment.control.on_boundary(self._at_boundary, at=self._experiment.step)

    def _at_boundary(self, step: int) -> int:
        """Save if it is time to; the step at which to look again."""
        place = self._experiment.control.place
        rank = _BATCH if isinstance(place, Epoch) else _AFTER_STEP if place is None else _BLOCK
        self._place = max(self._place, rank)
        policy, now = self._usable_policy(), time.monotonic()
        if self._is_due(policy, step, now):
            if rank < self._place and self._due_since in (None, step):
                self._due_since = step
                return step
            self._due_since = None
            self._save()
            self._saved_pass = place if isinstance(place, Epoch) else None
            if rank == _BATCH:
                return step
        return self._following(policy, step, now)

    def _is_due(self, policy: SavePolicy, step: int, now: float) -> bool:
        if step == self._saved_step:
            # Saved at the end of a pass: the script's part of it, for example its scheduler's
            # step, was done before the first batch of the next one.
            return self._saved_pass is not None and self._saved_pass.finished
        by_steps = policy.every_n_steps > 0 and step % policy.every_n_steps == 0
        by_time = policy.every_s > 0 and now - self._saved_at >= policy.every_s
        return self._due_since is not None or by_steps or by_time

    def _following(self, policy: SavePolicy, step: int, now: float) -> int:
        former_step, former_time = self._looked
        self._looked = (step, now)
        done = max(step - former_step, 0)
        rate = done / max(now - former_time, 1e-6)
        following = step + min(max(int(rate * _LOOK_S), 1), 2 * done + 1)
        if policy.every_n_steps:
            following = min(following, step + policy.every_n_steps - step % policy.every_n_steps)
        return following

    def _save(self) -> None:
        try:
            self._keeper.save()
            self._keeper.prune()
            self._told.pop(_UNSAVED, None)
        except (OSError, ArgumentError) as error:
            self._tell(_UNSAVED, error)
        finally:
            self.restart()

    def _usable_policy(self) -> SavePolicy:
        try:
            self._policy = self._keeper.policy
        except ArgumentError as error:
            self._tell("checkpoints are saved as before", error)
        return self._policy

    def _tell(self, what: str, error: Exception) -> None:
        if str(error) != self._told.get(what):
            self._told[what] = str(error)
            logger.warning("step %d: %s: %s", self._experiment.step, what, error)

"""Saves the state of training by a policy that stays bounded, loads it, and knows the hash."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weightslab.atomic_files import remove_leftovers
from weightslab.checkpointing import state_files
from weightslab.checkpointing.experiment_hash import experiment_hash
from weightslab.checkpoints import (
    CheckpointDamagedError,
    CheckpointInfo,
    list_checkpoints,
    set_aside,
    verify_checkpoint,
    write_checkpoint,
)
from weightslab.errors import ArgumentError, UnknownNameError
from weightslab.retention import Keeping, finish_pruning, pin, prune, unpin

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

_LOOK_S = 1.0  # so often the clock is looked at
logger = logging.getLogger("weightslab")


@dataclass(frozen=True)
class SavePolicy:
    """When the state is saved, and what is kept; from the hyperparameters' `checkpoints`.

    Attributes:
        every_n_steps: at each such step; 0: not by steps.
        every_s: when so many seconds have passed since the last one; 0: not by time.
        keep_last: so many of the newest.
        keep_every_s: and the first of each such span of time; 0: none.
        metric: the signal that says which is best; None: none is.
        higher_is_better: of the metric.
    """

    every_n_steps: int = 0
    every_s: float = 60.0
    keep_last: int = 3
    keep_every_s: float = 0.0
    metric: str | None = None
    higher_is_better: bool = False

    @classmethod
    def from_values(cls, values: Any) -> SavePolicy:
        """The policy of a mapping of these names.

        Raises:
            ArgumentError: a name is unknown or a value of another kind.
        """
        if not isinstance(values, dict):
            raise ArgumentError(f"checkpoints: {', '.join(cls.__dataclass_fields__)} are wanted.")
        for name, value in values.items():
            default = cls.__dataclass_fields__.get(name)
            if default is None:
                known = ", ".join(cls.__dataclass_fields__)
                raise ArgumentError(f"checkpoints.{name}: there are only {known}.")
            if name != "metric" and (
                isinstance(value, bool) != (name == "higher_is_better")
                or not isinstance(value, int | float)
                or value < (1 if name == "keep_last" else 0)
            ):
                raise ArgumentError(f"checkpoints.{name}: {value!r} is not usable.")
        return cls(**values)


class CheckpointKeeper:
    """The checkpoints of one experiment, in `<root>/checkpoints/<hash>`."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._versions: tuple[Any, ...] | None = None
        self._hash = ""
        self._began = self._saved_at = time.monotonic()
        self._saved_step = -1
        self._looked = (experiment.step, self._began)
        self._nodes: dict[str, str | None] = {}

    @property
    def hash(self) -> str:
        """The hash of the experiment as it is now; a change of it is a branch in the tree."""
        versions = self._current_versions()
        if versions != self._versions:
            self._versions = versions
            self._change(
                experiment_hash(
                    self._experiment.hyperparameters,
                    self._experiment.models,
                    self._experiment.samples.data_state_hash(),
                )
            )
        return self._hash

    @property
    def folder(self) -> Path:
        """Where the checkpoints of the present hash are."""
        return Path(self._experiment.root) / "checkpoints" / self.hash

    def tree(self) -> dict[str, str | None]:
        """Every hash so far and its parent; None for a root."""
        entries = self._experiment.journal.entries()
        return {
            entry.fields["hash"]: entry.fields["parent"]
            for entry in entries
            if entry.kind == "experiment"
        }

    def begin(self) -> None:
        """Save by the policy from now on."""
        self._experiment.control.on_boundary(self._at_boundary, at=self._experiment.step + 1)

    def _at_boundary(self, step: int) -> int:
        """Save if the policy says so; the step at which to look again."""
        policy, now = self.policy, time.monotonic()
        by_steps = policy.every_n_steps and step % policy.every_n_steps == 0
        by_time = policy.every_s and now - self._saved_at >= policy.every_s
        if (by_steps or by_time) and step not in (self._saved_step, 0):
            self._save_and_prune(policy)
        former_step, former_time = self._looked
        self._looked = (step, now)
        rate = (step - former_step) / max(now - former_time, 1e-6)
        following = step + min(max(int(rate * _LOOK_S), 1), 2 * (step - former_step) + 1)
        if policy.every_n_steps:
            following = min(following, step + policy.every_n_steps - step % policy.every_n_steps)
        return following

    @property
    def policy(self) -> SavePolicy:
        """What the hyperparameters' `checkpoints` say, else the defaults.

        Raises:
            ArgumentError: they say something unusable.
        """
        known = self._experiment.hyperparameters
        values = None if known is None else known.get("checkpoints")
        return SavePolicy() if values is None else SavePolicy.from_values(values)

    def save(self) -> CheckpointInfo:
        """Write the state as it is; one of the same step is replaced.

        Raises:
            ArgumentError: something watched holds what cannot be kept.
            OSError: the disk is full or refuses; older checkpoints are intact.
        """
        from weightslab.checkpointing.training_state import collect

        experiment = self._experiment
        info = write_checkpoint(
            self.folder,
            state_files.writers(collect(experiment)),
            step=experiment.step,
            update=experiment.step,
            score=self._score(),
            elapsed_s=time.monotonic() - self._began,
            replace=True,
        )
        self._saved_at, self._saved_step = time.monotonic(), experiment.step
        return info

    def load(self, step: int | None = None, experiment_hash: str | None = None) -> CheckpointInfo:
        """Put the state of a step back; of a damaged checkpoint the newest good one before it.

        Args:
            step: default: the newest one.
            experiment_hash: default: the present hash, or where that has none, the hash it
                came from.

        Raises:
            UnknownNameError: there is no such checkpoint, or no good one.
        """
        from weightslab.checkpointing.training_state import restore

        known = self._candidates(step, experiment_hash)
        for info in reversed(known):
            try:
                verify_checkpoint(info.path)
                state = state_files.read(info.path)
            except (CheckpointDamagedError, state_files.StateFormatError) as error:
                logger.warning("%s: set aside; the good one before it is used", error)
                set_aside(info.path)
                continue
            restore(self._experiment, state)
            self._experiment.journal.append("load", hash=info.path.parent.name, step=info.step)
            return info
        raise UnknownNameError("no checkpoint there is good.")

    def all(self) -> list[CheckpointInfo]:
        """The checkpoints of the present hash, oldest step first."""
        return list_checkpoints(self.folder)

    def pin(self, step: int, pinned: bool = True) -> None:
        """Keep a checkpoint for good, or leave it to the policy again.

        Raises:
            UnknownNameError: there is none of this step.
            TooManyPinsError: enough others are pinned.
        """
        if not pinned:
            unpin(self.folder, step)
        elif not pin(self.folder, step):
            raise UnknownNameError(f"no checkpoint of step {step}: {self._steps(self.all())}.")

    def _candidates(self, step: int | None, chosen: str | None) -> list[CheckpointInfo]:
        base = Path(self._experiment.root) / "checkpoints"
        tree = self.tree()
        name: str | None = chosen or self.hash
        infos = list_checkpoints(base / name) if name else []
        while not infos and chosen is None and name is not None:
            name = tree.get(name)
            infos = list_checkpoints(base / name) if name else []
        if step is not None and step not in {info.step for info in infos}:
            raise UnknownNameError(f"no checkpoint of step {step}: {self._steps(infos)}.")
        if not infos:
            raise UnknownNameError(f"no checkpoint of experiment {chosen or self.hash}.")
        return [info for info in infos if step is None or info.step <= step]

    @staticmethod
    def _steps(infos: Iterable[CheckpointInfo]) -> str:
        steps = ", ".join(str(info.step) for info in infos)
        return f"there are {steps}" if steps else "there is none"

    def _save_and_prune(self, policy: SavePolicy) -> None:
        """A full disk must not end the training: it is said, and tried again at the next time."""
        try:
            self.save()
            prune(self.folder, Keeping(policy.keep_last, policy.keep_every_s))
        except OSError as error:
            self._saved_at, self._saved_step = time.monotonic(), self._experiment.step
            logger.warning("no checkpoint of step %d: %s", self._experiment.step, error)

    def _score(self) -> float | None:
        policy = self.policy
        if policy.metric is None:
            return None
        self._experiment.recorder.drain()
        value = self._experiment.recorder.last.get(policy.metric)
        if value is None or value != value:
            return None
        return value if policy.higher_is_better else -value

    def _current_versions(self) -> tuple[Any, ...]:
        experiment = self._experiment
        return (
            getattr(experiment.hyperparameters, "version", None),
            tuple((name, id(model)) for name, model in experiment.models.items()),
            experiment.samples.version,
        )

    def _change(self, new: str) -> None:
        if new == self._hash:
            return
        former, self._hash = self._hash or None, new
        if not self._nodes:
            self._nodes = self.tree()
            former = former or next(reversed(self._nodes), None)
        if new not in self._nodes:
            step = self._experiment.step
            self._experiment.journal.append("experiment", hash=new, parent=former, step=step)
            self._nodes[new] = former
        folder = Path(self._experiment.root) / "checkpoints" / new
        if folder.is_dir():
            remove_leftovers(folder)
            finish_pruning(folder)

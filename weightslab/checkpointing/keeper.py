"""Saves the state of a training, loads it, and knows under which name the experiment goes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weightslab.atomic_files import remove_leftovers
from weightslab.checkpointing import state_files
from weightslab.checkpointing.branches import Branches
from weightslab.checkpointing.experiment_hash import experiment_hash
from weightslab.checkpointing.save_policy import SavePolicy
from weightslab.checkpointing.save_schedule import SaveSchedule
from weightslab.checkpoints import (
    CheckpointDamagedError,
    CheckpointInfo,
    checkpoint_folders,
    list_checkpoints,
    set_aside,
    step_of,
    verify_checkpoint,
    write_checkpoint,
)
from weightslab.errors import CheckpointRefusedError, StoreError, UnknownNameError
from weightslab.retention import Keeping, finish_pruning, pin, prune, remove_unpinned, unpin

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

logger = logging.getLogger("weightslab")


class CheckpointKeeper:
    """The checkpoints of one experiment, in `<root>/checkpoints/<name>/step_<12 digits>`."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._schedule = SaveSchedule(experiment, self)
        self._versions: tuple[Any, ...] | None = None
        self._hash = ""
        self._policy = SavePolicy()
        self._policy_of: Any = None
        self._tidied: set[Path] = set()
        self._began = time.monotonic()

    @cached_property
    def branches(self) -> Branches:
        """Every name of the experiment so far, and which came from which."""
        return Branches(self._experiment)

    @property
    def hash(self) -> str:
        """The experiment's name as it is now: its hash, and the branch's number after a load."""
        versions = self._current_versions()
        if versions != self._versions:
            self._hash = self.branches.enter(self._plain_hash())
            self._versions = versions
        return self._hash

    @property
    def folder(self) -> Path:
        """Where the checkpoints of the present name are."""
        return self._base / self.hash

    @property
    def policy(self) -> SavePolicy:
        """What the hyperparameters' `checkpoints` say, else the defaults.

        Raises:
            ArgumentError: they say something unusable.
        """
        known = self._experiment.hyperparameters
        version = getattr(known, "version", None)
        if version != self._policy_of:
            values = None if known is None else known.get("checkpoints")
            self._policy = SavePolicy() if values is None else SavePolicy.from_values(values)
            self._policy_of = version
        return self._policy

    def begin(self) -> None:
        """Save by the policy from now on.

        Raises:
            ArgumentError: the policy is unusable.
        """
        self._schedule.begin()

    def save(self) -> CheckpointInfo:
        """Write the state as it is; one of the same step is replaced.

        Raises:
            ArgumentError: something watched holds what cannot be kept.
            StoreError: the ledger is closed, or in no local folder.
            OSError: the disk is full or refuses; older checkpoints are intact.
        """
        from weightslab.checkpointing.training_state import collect

        self._experiment.check_open()
        experiment, folder = self._experiment, self.folder
        self._tidy(folder)
        info = write_checkpoint(
            folder,
            state_files.writers(collect(experiment)),
            step=experiment.step,
            update=experiment.step,
            score=self._score(),
            elapsed_s=time.monotonic() - self._began,
            replace=True,
        )
        self._schedule.restart()
        return info

    def prune(self) -> None:
        """Remove what the policy does not keep.

        Raises:
            OSError: the disk refuses.
        """
        policy = self._policy
        prune(self.folder, Keeping(policy.keep_last, policy.keep_every_s))
        kept = self.branches.used[-1 - policy.keep_branches :]
        for folder in self._base.iterdir():
            if folder.name not in kept:
                remove_unpinned(folder)

    def load(self, step: int | None = None, experiment_hash: str | None = None) -> CheckpointInfo:
        """Put the state of a step back; of a damaged checkpoint the newest good one before it.

        Args:
            step: default: the newest one.
            experiment_hash: default: the present hash, or where that has none, the hash it
                came from.

        Raises:
            CheckpointRefusedError: a file is given; only checkpoints of the ledger are read.
            UnknownNameError: there is no such checkpoint.
            CheckpointDamagedError: none of them is good.
            CheckpointMismatchError: it is of something else than what is watched; nothing changed.
        """
        from weightslab.checkpointing.training_state import restore

        if step is not None and (isinstance(step, bool) or not isinstance(step, int)):
            raise CheckpointRefusedError(
                f"{step!r} is no step: checkpoints are loaded by step, from {self._base}."
                " Files of other kinds, such as pickles, are never read."
            )
        self._experiment.check_open()
        folders = self._folders(step, experiment_hash)
        info, state = self._newest_good(folders)
        restore(self._experiment, state)
        self._experiment.before_edit()
        self.branches.loaded(info.path.parent.name, info.step)
        self._versions = None
        self._schedule.restart()
        return info

    def all(self) -> list[CheckpointInfo]:
        """The checkpoints of the present name, oldest step first."""
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
            raise UnknownNameError(_none_of(step, checkpoint_folders(self.folder)))

    @property
    def _base(self) -> Path:
        root = self._experiment.root
        if "://" in root:
            raise StoreError(f"{root}: checkpoints need a local folder.")
        return Path(root) / "checkpoints"

    def _folders(self, step: int | None, chosen: str | None) -> list[Path]:
        """The checkpoints that may be loaded, the one that is wanted last."""
        names = [chosen] if chosen else list(self.branches.lineage(self._plain_hash()))
        by_name = [checkpoint_folders(self._base / name) for name in names]
        if step is None:
            found = [path for folders in reversed(by_name) for path in folders]
            if found:
                return found
            raise UnknownNameError(f"there is no checkpoint of {chosen or 'this experiment'}.")
        for folders in by_name:
            if step in map(step_of, folders):
                return [path for path in folders if step_of(path) <= step]
        raise UnknownNameError(_none_of(step, [path for folders in by_name for path in folders]))

    def _newest_good(self, folders: list[Path]) -> tuple[CheckpointInfo, Any]:
        """The last of these that is what was written; those after it are set aside."""
        for path in reversed(folders):
            try:
                return verify_checkpoint(path), state_files.read(path)
            except (CheckpointDamagedError, state_files.StateFormatError) as error:
                logger.warning("%s: set aside; the good one before it is used", error)
                _try_to_set_aside(path)
        raise CheckpointDamagedError(f"none of the {len(folders)} checkpoints there is good.")

    def _plain_hash(self) -> str:
        experiment = self._experiment
        return experiment_hash(
            experiment.hyperparameters, experiment.models, experiment.samples.data_state_hash()
        )

    def _current_versions(self) -> tuple[Any, ...]:
        experiment = self._experiment
        version = getattr(experiment.hyperparameters, "version", None)
        return version, experiment.control.models_version, experiment.samples.version

    def _score(self) -> float | None:
        policy = self._policy
        if policy.metric is None:
            return None
        self._experiment.recorder.drain()
        value = self._experiment.recorder.last.get(policy.metric)
        if value is None or value != value:
            return None
        return value if policy.higher_is_better else -value

    def _tidy(self, folder: Path) -> None:
        """Once per folder: what a killed process left half written or half removed."""
        if folder not in self._tidied and folder.is_dir():
            remove_leftovers(folder)
            finish_pruning(folder)
        self._tidied.add(folder)


def _try_to_set_aside(path: Path) -> None:
    try:
        set_aside(path)
    except OSError as error:
        logger.warning("%s stays where it is: %s", path, error)


def _none_of(step: int, folders: Iterable[Path]) -> str:
    steps = ", ".join(map(str, sorted(set(map(step_of, folders)))))
    return f"no checkpoint of step {step}: there {f'are {steps}' if steps else 'is none'}."

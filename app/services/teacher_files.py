"""A teacher from another run: a run's own copy of that run's network, as one checkpoint has it."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.errors import CheckpointNotFoundError, DiskFullError
from app.services.checkpoint_files import copy_checkpoint, find_checkpoint
from weightslab.checkpoints import CheckpointInfo

TEACHER = "teacher"
"""The folder, within a run's, where its worker looks for one."""
_FILES = ("run.json", "model.py")


def copy_teacher(teacher: Path, checkpoint: CheckpointInfo, run_folder: Path) -> None:
    """Gives a run the network of another one to learn from.

    Raises CheckpointMismatchError where the checkpoint is damaged, CheckpointNotFoundError where it
    was pruned meanwhile or its run was cleared away, DiskFullError.
    """
    copy_checkpoint(checkpoint, run_folder / TEACHER)
    try:
        for name in _FILES:
            shutil.copyfile(teacher / name, run_folder / TEACHER / name)
    except FileNotFoundError as error:
        raise CheckpointNotFoundError("The teacher's run is not on disk any more.") from error
    except OSError as error:
        raise DiskFullError(
            f"The teacher could not be copied ({error.strerror}). Free some space."
        ) from error


def inherit_teacher(parent: Path, run_folder: Path) -> None:
    """Gives a branch the teacher of its parent, if that has one. Raises as `copy_teacher`."""
    checkpoint = find_checkpoint(parent / TEACHER, None)
    if checkpoint is not None:
        copy_teacher(parent / TEACHER, checkpoint, run_folder)

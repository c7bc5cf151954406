"""The checkpoints of a run as its worker left them on disk; the weights are never read here."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from app.errors import CheckpointMismatchError, CheckpointNotFoundError, DiskFullError
from weightslab.atomic_files import new_folder
from weightslab.checkpoints import (
    CheckpointDamagedError,
    CheckpointInfo,
    list_checkpoints,
    verify_checkpoint,
)

FOLDER = "checkpoints"


def checkpoints_of(run_folder: Path) -> Sequence[CheckpointInfo]:
    """Every checkpoint with a sound manifest, oldest step first."""
    return list_checkpoints(run_folder / FOLDER)


def find_checkpoint(run_folder: Path, step: int | None) -> CheckpointInfo | None:
    """The checkpoint of a step, or the latest one."""
    checkpoints = checkpoints_of(run_folder)
    if step is None:
        return checkpoints[-1] if checkpoints else None
    return next((each for each in checkpoints if each.step == step), None)


def copy_checkpoint(checkpoint: CheckpointInfo, run_folder: Path) -> None:
    """Gives another run its own copy, so that pruning cannot take it away.

    Raises CheckpointMismatchError where it is damaged, CheckpointNotFoundError where it was pruned
    meanwhile, DiskFullError.
    """
    try:
        verify_checkpoint(checkpoint.path)
        parent = run_folder / FOLDER
        parent.mkdir(parents=True, exist_ok=True)
        with new_folder(parent / checkpoint.name) as copy:
            for name in [*checkpoint.files, "manifest.json"]:
                shutil.copyfile(checkpoint.path / name, copy / name)
    except CheckpointDamagedError as error:
        raise CheckpointMismatchError(f"{error}. Choose another checkpoint.") from error
    except FileNotFoundError as error:
        raise CheckpointNotFoundError(
            "This checkpoint was just replaced by a newer one."
        ) from error
    except OSError as error:
        raise DiskFullError(
            f"The checkpoint could not be copied ({error.strerror}). Free some space."
        ) from error

"""The checkpoints of a run as its worker left them on disk; the weights are never read here."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from app.errors import (
    CheckpointMismatchError,
    CheckpointNotFoundError,
    DiskFullError,
    PinsFullError,
)
from app.json_values import JsonObject
from weightslab.atomic_files import new_folder
from weightslab.checkpoints import (
    CheckpointDamagedError,
    CheckpointInfo,
    list_checkpoints,
    verify_checkpoint,
)
from weightslab.retention import (
    Keeping,
    TooManyPinsError,
    pin,
    pinned_steps,
    reasons_to_keep,
    unpin,
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


def listed_checkpoints(run_folder: Path, keeping: Keeping) -> JsonObject:
    """CheckpointList: each with why it is kept, and what all of them take."""
    root = run_folder / FOLDER
    found, pinned = list_checkpoints(root), pinned_steps(root)
    reasons = reasons_to_keep(found, keeping, pinned)
    items = [
        {
            "step": each.step,
            "update": each.update,
            "score": each.score,
            "created_at": each.created_at,
            "bytes": each.bytes,
            "best": "best" in reasons[each.step],
            "pinned": each.step in pinned,
            "kept_because": reasons[each.step],
            "evaluation": each.rating,
        }
        for each in found
    ]
    return {
        "items": items,
        "bytes": sum(each.bytes for each in found),
        "free_bytes": shutil.disk_usage(run_folder).free if run_folder.exists() else 0,
    }


def pin_checkpoint(run_folder: Path, step: int) -> None:
    """Keeps a checkpoint whatever the run's settings say, as often as it is asked.

    Raises CheckpointNotFoundError, PinsFullError, DiskFullError.
    """
    root = run_folder / FOLDER
    try:
        found = root.is_dir() and pin(root, step)
    except TooManyPinsError as error:
        raise PinsFullError(str(error)) from error
    except OSError as error:
        raise DiskFullError(
            f"The pin could not be written ({error.strerror}). Free some space."
        ) from error
    if not found:
        raise CheckpointNotFoundError(
            "The run has no checkpoint of this step: see its list of checkpoints."
        )


def unpin_checkpoint(run_folder: Path, step: int) -> None:
    """Leaves a checkpoint to the run's settings."""
    unpin(run_folder / FOLDER, step)


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

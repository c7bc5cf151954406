"""Finds what a path names: a run, or one of its checkpoints. No torch here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from app.errors import CommandError
from app.services.checkpoint_files import FOLDER, find_checkpoint
from weightslab.checkpoints import CheckpointDamagedError, CheckpointInfo, read_manifest

_CHECKPOINT = re.compile(r"step_\d{12}")


@dataclass(frozen=True)
class TrainedRun:
    """The folder of a run and one checkpoint in it."""

    folder: Path
    checkpoint: CheckpointInfo


def find_trained(path: Path) -> TrainedRun:
    """The run and the checkpoint that a path names; of a run, the newest checkpoint.

    Raises:
        CommandError: there is no run, or it has no checkpoint.
    """
    path = path.resolve()
    if _CHECKPOINT.fullmatch(path.name) and path.parent.name == FOLDER:
        folder = path.parent.parent
        try:
            checkpoint: CheckpointInfo | None = read_manifest(path)
        except CheckpointDamagedError as error:
            raise CommandError(f"{error}. Name another checkpoint.") from error
    else:
        folder, checkpoint = path, find_checkpoint(path, None)
    if not (folder / "run.json").is_file():
        raise CommandError(
            f"{path} is neither the folder of a run nor of one of its checkpoints: "
            "there is no run.json. model-studio train says where its run lies."
        )
    if checkpoint is None:
        raise CommandError(f"{path} has no checkpoint yet: train it first.")
    return TrainedRun(folder, checkpoint)

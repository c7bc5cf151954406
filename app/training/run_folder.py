"""A run's folder as the worker sees it: what to train, and where to go on from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.models.game_transformer import GameTransformer
from app.models.loader import load_model_class
from app.models.model_config import DynamicModelConfig
from app.training.hyperparameters import Hyperparameters, check_minutes, check_run_number
from weightslab.checkpoints import newest_good, verify_checkpoint


class RunFolderError(Exception):
    """run.json is missing or not what the server writes."""

    code = "run.order"


@dataclass(frozen=True)
class RunSpec:
    """run.json."""

    folder: Path
    run_id: str
    design: Mapping[str, Any]
    source_sha256: str
    config: Mapping[str, Any]
    total_steps: int
    minutes: float | None
    seed: int
    hyperparameters: Hyperparameters
    resume_from: Path | None

    @property
    def checkpoints(self) -> Path:
        """The folder of this run's checkpoints."""
        return self.folder / "checkpoints"

    @property
    def teacher(self) -> Path | None:
        """A copy of another run with one checkpoint, where the run was given one to learn from."""
        folder = self.folder / "teacher"
        return folder if folder.is_dir() else None

    @property
    def model_path(self) -> Path:
        """The generated source."""
        return self.folder / "model.py"

    def model_config(self) -> DynamicModelConfig:
        """The design's numbers."""
        return DynamicModelConfig(**{n: v for n, v in self.config.items() if n != "components"})

    def build_model(self) -> GameTransformer:
        """A fresh model from the run's own copy of the source, checked by digest.

        Raises:
            ModelSourceError: see loader.py.
        """
        return load_model_class(self.model_path, self.source_sha256)(**self.config)


def read_run(folder: Path) -> RunSpec:
    """Read run.json.

    Raises:
        RunFolderError: it cannot be read, or a field is missing.
        HyperparameterError: a setting is out of bounds.
    """
    try:
        fields = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        if not isinstance(fields, dict):
            raise TypeError("not an object")
        resume_from, minutes = fields.get("resume_from"), fields.get("minutes")
        return RunSpec(
            folder=folder,
            run_id=fields["run_id"],
            design=fields["design"],
            source_sha256=fields["source_sha256"],
            config=fields["config"],
            total_steps=check_run_number("total_steps", fields["total_steps"]),
            minutes=None if minutes is None else check_minutes(minutes),
            seed=check_run_number("seed", fields["seed"]),
            hyperparameters=Hyperparameters.from_values(fields["hyperparameters"]),
            resume_from=folder / resume_from["path"] if resume_from else None,
        )
    except OSError as error:
        raise RunFolderError(f"run.json cannot be read: {error.strerror}") from error
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise RunFolderError(f"run.json is not complete: {error}") from error


def starting_checkpoint(run: RunSpec) -> tuple[Path | None, list[str]]:
    """Where the run goes on from, and a sentence per damaged checkpoint that was set aside.

    The run's own newest good checkpoint comes first, so that a worker started again never loses
    what an earlier one learnt; then `resume_from`, the parent's checkpoint of a branch.

    Raises:
        CheckpointDamagedError: the parent's checkpoint is damaged; no other one may stand for it.
    """
    newest, damaged = newest_good(run.checkpoints)
    if newest is not None:
        return newest.path, damaged
    if run.resume_from is not None and run.resume_from.parent != run.checkpoints:
        return verify_checkpoint(run.resume_from).path, damaged
    return None, damaged

"""A trainer to and from a checkpoint folder, so that a resumed training goes on bit for bit."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from app.training.guard import require_finite
from app.training.metrics import RecentGames
from app.training.trainer import Trainer, TrainerState
from weightslab.checkpoints import CheckpointInfo, verify_checkpoint, write_checkpoint

MODEL_FILE = "model.safetensors"
STATE_FILE = "optimizer.safetensors"  # moments, games, torch's generator
TRAINER_FILE = "trainer.json"


def save_trainer(
    root: Path,
    trainer: Trainer,
    recent: RecentGames,
    config: Mapping[str, Any],
    memory: Mapping[str, Any] | None = None,
) -> CheckpointInfo:
    """Write everything that the training needs to go on.

    Args:
        root: the run's folder of checkpoints.
        config: kept in the checkpoint for whoever reads it without the run.
        memory: what the run's loop remembers, `elapsed_s` among it; load_trainer gives it back.

    Raises:
        NonFiniteError: a weight or a moment is not finite; nothing is written.
        OSError: see write_checkpoint.
    """
    weights = {name: t.contiguous() for name, t in trainer.model.state_dict().items()}
    state = trainer.state()
    tensors = dict(state.tensors)
    require_finite((n, t) for n, t in [*weights.items(), *tensors.items()] if t.is_floating_point())
    document: dict[str, Any] = {
        "step": trainer.step,
        "update": trainer.update_count,
        "hyperparameters": trainer.hyperparameters.as_values(),
        **state.document,
        "recent_games": recent.as_document(),
        "config": dict(config),
        "memory": dict(memory or {}),
    }
    writers = {
        MODEL_FILE: lambda path: _write_tensors(path, weights),
        STATE_FILE: lambda path: _write_tensors(path, tensors),
        TRAINER_FILE: lambda path: _write_json(path, document),
    }
    return write_checkpoint(
        root,
        writers,
        step=trainer.step,
        update=trainer.update_count,
        score=recent.mean_score(),
        elapsed_s=document["memory"].get("elapsed_s"),
        replace=True,  # of the same step, with more of its update learnt
    )


def load_trainer(path: Path, trainer: Trainer, recent: RecentGames) -> Mapping[str, Any]:
    """Put a fresh trainer of the same design where the checkpoint was written.

    Its hyperparameters stay as they are. With another number of games the weights and the
    optimiser go on and new games begin.

    Returns:
        the `memory` that was saved with it; empty in a checkpoint of an older version.

    Raises:
        CheckpointDamagedError: a digest differs; the trainer is unchanged.
        RuntimeError: the checkpoint is of another design.
    """
    verify_checkpoint(path)
    trainer.model.load_state_dict(load_file(path / MODEL_FILE))
    document = json.loads((path / TRAINER_FILE).read_text(encoding="utf-8"))
    trainer.restore(TrainerState(load_file(path / STATE_FILE), document))
    trainer.step, trainer.update_count = document["step"], document["update"]
    recent.restore(document["recent_games"])
    memory: Mapping[str, Any] = document.get("memory", {})
    return memory


def _write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    try:
        save_file(dict(tensors), path)
    except SafetensorError as error:  # it hides a full disk in its own kind of error
        raise OSError(f"{path.name} could not be written: {error}") from error


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")

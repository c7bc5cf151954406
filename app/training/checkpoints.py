"""A trainer to and from a checkpoint folder, so that a resumed training goes on bit for bit."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from app.training.guard import require_finite
from app.training.metrics import RecentGames
from app.training.ppo_trainer import PPOTrainer
from weightslab.checkpoints import CheckpointInfo, verify_checkpoint, write_checkpoint

MODEL_FILE = "model.safetensors"
STATE_FILE = "optimizer.safetensors"  # the optimiser's moments, the games, torch's generator
TRAINER_FILE = "trainer.json"


def save_trainer(
    root: Path, trainer: PPOTrainer, recent: RecentGames, config: Mapping[str, Any]
) -> CheckpointInfo:
    """Write everything that the training needs to go on.

    Args:
        root: the run's folder of checkpoints.
        config: kept in the checkpoint for whoever reads it without the run.

    Raises:
        NonFiniteError: a weight or a moment is not finite; nothing is written.
        OSError: see write_checkpoint.
    """
    weights = {name: t.contiguous() for name, t in trainer.model.state_dict().items()}
    state = {
        **_optimizer_tensors(trainer),
        **_game_tensors(trainer),
    }
    require_finite((n, t) for n, t in [*weights.items(), *state.items()] if t.is_floating_point())
    state["rng.torch"] = torch.get_rng_state()
    document = {
        "step": trainer.step,
        "update": trainer.update_count,
        "hyperparameters": trainer.hyperparameters.as_values(),
        "shuffler": trainer.shuffler.bit_generator.state,
        "recent_games": recent.as_document(),
        "config": dict(config),
    }
    writers = {
        MODEL_FILE: lambda path: _write_tensors(path, weights),
        STATE_FILE: lambda path: _write_tensors(path, state),
        TRAINER_FILE: lambda path: _write_json(path, document),
    }
    return write_checkpoint(
        root,
        writers,
        step=trainer.step,
        update=trainer.update_count,
        score=recent.mean_score(),
        replace=True,  # of the same step, with more of its update learnt
    )


def load_trainer(path: Path, trainer: PPOTrainer, recent: RecentGames) -> CheckpointInfo:
    """Put a fresh trainer of the same design where the checkpoint was written.

    Its hyperparameters stay as they are. With another number of games the weights and the
    optimiser go on and new games begin.

    Raises:
        CheckpointDamagedError: a digest differs; the trainer is unchanged.
        RuntimeError: the checkpoint is of another design.
    """
    info = verify_checkpoint(path)
    trainer.model.load_state_dict(load_file(path / MODEL_FILE))
    state = load_file(path / STATE_FILE)
    document = json.loads((path / TRAINER_FILE).read_text(encoding="utf-8"))
    _restore_optimizer(trainer, state)
    if len(state["games.boards"]) == trainer.rollout.n_envs:
        _restore_games(trainer, state)
    trainer.shuffler.bit_generator.state = document["shuffler"]
    torch.set_rng_state(state["rng.torch"])
    trainer.step, trainer.update_count = document["step"], document["update"]
    recent.restore(document["recent_games"])
    return info


def _optimizer_tensors(trainer: PPOTrainer) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for name, parameter in trainer.model.named_parameters():
        moments: dict[str, Tensor] = trainer.optimizer.state.get(parameter, {})
        for moment, tensor in moments.items():
            tensors[f"adam.{moment}.{name}"] = tensor.contiguous()
    return tensors


def _restore_optimizer(trainer: PPOTrainer, state: Mapping[str, Tensor]) -> None:
    for name, parameter in trainer.model.named_parameters():
        moments = {
            moment: state[f"adam.{moment}.{name}"]
            for moment in ("step", "exp_avg", "exp_avg_sq")
            if f"adam.{moment}.{name}" in state
        }
        if moments:
            trainer.optimizer.state[parameter] = moments


def _game_tensors(trainer: PPOTrainer) -> dict[str, Tensor]:
    arrays = {f"games.{n}": a for n, a in trainer.rollout.games.snapshot().items()}
    arrays["games.draw_states"] = trainer.rollout.draw_states_N.copy()
    return {name: torch.from_numpy(_signed(array)) for name, array in arrays.items()}


def _restore_games(trainer: PPOTrainer, state: Mapping[str, Tensor]) -> None:
    trainer.rollout.games.restore(
        boards=state["games.boards"].numpy(),
        states=state["games.states"].numpy().view(np.uint64),
        scores=state["games.scores"].numpy(),
        steps=state["games.steps"].numpy(),
    )
    trainer.rollout.draw_states_N[:] = state["games.draw_states"].numpy().view(np.uint64)


def _signed(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Unsigned 64-bit numbers as their signed bits, which every reader of safetensors knows."""
    return array.view(np.int64) if array.dtype == np.uint64 else array


def _write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    try:
        save_file(dict(tensors), path)
    except SafetensorError as error:  # it hides a full disk in its own kind of error
        raise OSError(f"{path.name} could not be written: {error}") from error


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")

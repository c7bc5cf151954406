"""What a PPO training needs beside its weights to go on bit for bit: moments, games, generators."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from app.training.trainer import TrainerState

if TYPE_CHECKING:
    from app.training.ppo_trainer import PPOTrainer


def ppo_state(trainer: "PPOTrainer") -> TrainerState:
    """Copies of what the training goes on from."""
    tensors = {
        **_optimizer_tensors(trainer),
        **_game_tensors(trainer),
        "rng.torch": torch.get_rng_state(),
    }
    return TrainerState(tensors, {"shuffler": trainer.shuffler.bit_generator.state})


def restore_ppo(trainer: "PPOTrainer", state: TrainerState) -> None:
    """Go on from a state; with another number of games, new games begin."""
    _restore_optimizer(trainer, state.tensors)
    if len(state.tensors["games.boards"]) == trainer.rollout.n_envs:
        _restore_games(trainer, state.tensors)
    trainer.shuffler.bit_generator.state = state.document["shuffler"]
    torch.set_rng_state(state.tensors["rng.torch"])


def _optimizer_tensors(trainer: "PPOTrainer") -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for name, parameter in trainer.model.named_parameters():
        moments: dict[str, Tensor] = trainer.optimizer.state.get(parameter, {})
        for moment, tensor in moments.items():
            tensors[f"adam.{moment}.{name}"] = tensor.contiguous()
    return tensors


def _restore_optimizer(trainer: "PPOTrainer", state: Mapping[str, Tensor]) -> None:
    for name, parameter in trainer.model.named_parameters():
        moments = {
            moment: state[f"adam.{moment}.{name}"]
            for moment in ("step", "exp_avg", "exp_avg_sq")
            if f"adam.{moment}.{name}" in state
        }
        if moments:
            trainer.optimizer.state[parameter] = moments


def _game_tensors(trainer: "PPOTrainer") -> dict[str, Tensor]:
    arrays = {f"games.{n}": a for n, a in trainer.rollout.games.snapshot().items()}
    arrays["games.draw_states"] = trainer.rollout.draw_states_N.copy()
    return {name: torch.from_numpy(_signed(array)) for name, array in arrays.items()}


def _restore_games(trainer: "PPOTrainer", state: Mapping[str, Tensor]) -> None:
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

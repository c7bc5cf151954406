"""What a PPO training needs beside its weights to go on bit for bit: moments, games, generators."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from app.environment.games import Games
from app.training.trainer import TrainerState

if TYPE_CHECKING:
    from app.training.ppo_trainer import PPOTrainer


def ppo_state(trainer: "PPOTrainer") -> TrainerState:
    """Copies of what the training goes on from."""
    tensors = {
        **trainer.adam.tensors(trainer.model),
        **game_tensors(trainer.rollout.games),
        "games.draw_states": torch.from_numpy(_signed(trainer.rollout.draw_states_N.copy())),
        **trainer.kickstart.tensors(),
        "rng.torch": torch.get_rng_state(),
    }
    document = {
        "shuffler": trainer.shuffler.bit_generator.state,
        **trainer.kickstart.document(),
    }
    return TrainerState(tensors, document)


def restore_ppo(trainer: "PPOTrainer", state: TrainerState) -> None:
    """Go on from a state; with another number of games, new games begin."""
    trainer.adam.restore(trainer.model, state.tensors)
    if len(state.tensors["games.boards"]) == trainer.rollout.n_envs:
        restore_games(trainer.rollout.games, state.tensors)
        draw_states_N = state.tensors["games.draw_states"].numpy().view(np.uint64)
        trainer.rollout.draw_states_N[:] = draw_states_N
    trainer.kickstart.restore(state.tensors, state.document)
    trainer.shuffler.bit_generator.state = state.document["shuffler"]
    torch.set_rng_state(state.tensors["rng.torch"])


def game_tensors(games: Games) -> dict[str, Tensor]:
    """The running games."""
    arrays = {f"games.{name}": array for name, array in games.snapshot().items()}
    return {name: torch.from_numpy(_signed(array)) for name, array in arrays.items()}


def restore_games(games: Games, state: Mapping[str, Tensor]) -> None:
    """Go on with the games of a checkpoint."""
    games.restore(
        boards=state["games.boards"].numpy(),
        states=state["games.states"].numpy().view(np.uint64),
        scores=state["games.scores"].numpy(),
        steps=state["games.steps"].numpy(),
    )


def _signed(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Unsigned 64-bit numbers as their signed bits, which every reader of safetensors knows."""
    return array.view(np.int64) if array.dtype == np.uint64 else array

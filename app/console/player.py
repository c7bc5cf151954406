"""A trained model as the console opens it, and the ways it can play."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from app.console.run_folders import TrainedRun, find_trained
from app.errors import CommandError
from app.models.game_transformer import GameTransformer
from app.models.loader import ModelSourceError
from app.play.games import Policy
from app.play.learned import ActorCritic, AfterstateCritic
from app.play.network import Network
from app.play.policies import greedy_policy, sampled_policy, symmetric_policy
from app.play.search import Learned, search_policy, usual_limits
from app.training.checkpoints import MODEL_FILE
from app.training.cores import usable_cores
from app.training.hyperparameters import HyperparameterError, Hyperparameters
from app.training.matmul import use_fast_matmul
from app.training.run_folder import RunFolderError, RunSpec, read_run
from weightslab.checkpoints import CheckpointDamagedError, verify_checkpoint

_LARGE_PARAMS = 1_000_000  # the matrices of a smaller network are not worth a second thread


@dataclass(frozen=True)
class Player:
    """A model with the weights of one checkpoint."""

    trained: TrainedRun
    run: RunSpec
    model: GameTransformer

    def policy(self, mode: str, *, seed: int, depth: int) -> Policy:
        """The policy of a mode of play: greedy, sampled, symmetric or search."""
        match mode:
            case "greedy":
                return greedy_policy(self.model)
            case "sampled":
                return sampled_policy(self.model, seed)
            case "symmetric":
                return symmetric_policy(self.model)
            case "search":
                learned = learned_of(self.model, self.run.hyperparameters)
                return search_policy(learned, usual_limits(depth))
            case _:
                raise ValueError(f"there is no mode {mode!r}")


def learned_of(model: GameTransformer, settings: Hyperparameters) -> Learned:
    """What a search asks of a model that was trained with these settings."""
    network = Network(model)
    if network.judges_afterstates:
        return AfterstateCritic(network)
    return ActorCritic(network, settings.gamma, settings.reward_scale, settings.reward)


def open_player(folder: Path) -> Player:
    """Load the model of a run's newest checkpoint, or of the checkpoint that is named.

    Raises:
        CommandError: there is none, or it is damaged.
    """
    trained = find_trained(folder)
    try:
        verify_checkpoint(trained.checkpoint.path)
        run = read_run(trained.folder)
        model = run.build_model()
        model.load_state_dict(load_file(trained.checkpoint.path / MODEL_FILE))
    except (CheckpointDamagedError, RunFolderError, ModelSourceError, HyperparameterError) as error:
        raise CommandError(f"{folder} cannot be played: {error}") from error
    if "OMP_NUM_THREADS" not in os.environ:
        large = sum(p.numel() for p in model.parameters()) >= _LARGE_PARAMS
        torch.set_num_threads(usable_cores() if large else 1)
    use_fast_matmul()
    return Player(trained, run, model.eval())

"""Which learner a design gets."""

from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.training.hyperparameters import Hyperparameters
from app.training.matmul import use_fast_matmul
from app.training.ppo_trainer import PPOTrainer
from app.training.td.lookup import is_lookup
from app.training.td.lookup_trainer import LookupTrainer
from app.training.td.network_trainer import NetworkTrainer
from app.training.td.td_trainer import TDTrainer
from app.training.trainer import Trainer


def make_trainer(
    config: DynamicModelConfig,
    model: GameTransformer,
    hyperparameters: Hyperparameters,
    *,
    total_steps: int,
    seed: int,
) -> Trainer:
    """The learner of a design, in a process that is set up for it.

    PPO for a policy, TD learning for what chooses by afterstates. Args: those of PPOTrainer.
    """
    use_fast_matmul()
    kind: type[PPOTrainer | TDTrainer] = PPOTrainer
    if model.plays_afterstates:
        kind = LookupTrainer if is_lookup(model) else NetworkTrainer
    return kind(config, model, hyperparameters, total_steps=total_steps, seed=seed)

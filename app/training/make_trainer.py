"""Which learner a design gets."""

from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.training.hyperparameters import Hyperparameters
from app.training.loaded_teacher import LoadedTeacher
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
    teacher: LoadedTeacher | None = None,
) -> Trainer:
    """The learner of a design, in a process that is set up for it.

    PPO for a policy, TD learning for what chooses by afterstates, which takes no teacher. Args:
    those of PPOTrainer.
    """
    use_fast_matmul()
    if not model.plays_afterstates:
        return PPOTrainer(
            config, model, hyperparameters, total_steps=total_steps, seed=seed, teacher=teacher
        )
    kind: type[TDTrainer] = LookupTrainer if is_lookup(model) else NetworkTrainer
    return kind(config, model, hyperparameters, total_steps=total_steps, seed=seed)

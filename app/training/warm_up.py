"""Compiles every kernel into numba's cache: `python -m app.training.warm_up`.

After an installation this takes about ten seconds, which the first run would otherwise wait; with
a warm cache one or two.
"""

from app.models.model_config import DynamicModelConfig
from app.training.hyperparameters import Hyperparameters
from app.training.ppo_trainer import PPOTrainer


def main() -> None:
    """Train a tiny model for one update, after a teacher that learns a little."""
    short = {"n_envs": 2, "n_steps": 4, "minibatch": 16, "epochs": 1, "kickstart_moves": 64}
    settings = Hyperparameters.from_values(short)
    trainer = PPOTrainer(DynamicModelConfig(d_model=8, n_heads=1), hyperparameters=settings)
    while trainer.step == 0:
        trainer.update()
    trainer.rollout.games.refresh_masks()


if __name__ == "__main__":
    main()

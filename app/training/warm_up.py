"""Compiles every kernel into numba's cache: `python -m app.training.warm_up`.

After an installation this takes about ten seconds, which the first run would otherwise wait; with
a warm cache one or two.
"""

from app.models.model_config import DynamicModelConfig
from app.training.hyperparameters import Hyperparameters
from app.training.ppo_trainer import PPOTrainer


def main() -> None:
    """Train a tiny model for one update."""
    settings = Hyperparameters.from_values(
        {"n_envs": 2, "n_steps": 4, "minibatch": 16, "epochs": 1}
    )
    trainer = PPOTrainer(DynamicModelConfig(d_model=8, n_heads=1), hyperparameters=settings)
    trainer.update()
    trainer.rollout.games.refresh_masks()


if __name__ == "__main__":
    main()

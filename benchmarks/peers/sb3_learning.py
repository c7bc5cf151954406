"""SB3's MaskablePPO on our environment with our network, for so many CPU seconds.

Run by benchmarks/learning.py with the interpreter of the peer environment `sb3`. It gets the
settings that are best known for 2048 (those of our own defaults that SB3 has), the same reward, and
a learning rate that falls to zero at the end of its budget. Prints one JSON object per line: a
point of the curve about every 10 CPU seconds, at last `{"weights": FILE}`.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import torch
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app.environment
from app.environment.rewards import learnt_reward
from app.models.loader import load_model_class

POINT_SECONDS = 10.0


class GameVecEnv(VecEnv):
    """`gymnasium.make_vec` of ours as an SB3 VecEnv, with the reward that our own learner gets."""

    def __init__(self, count: int, seed: int, reward_scale: float, reward: str) -> None:
        self.games = gymnasium.make_vec(app.environment.GAME_ID, num_envs=count)
        super().__init__(count, self.games.single_observation_space, self.games.single_action_space)
        self.first_seed = seed * 10_000
        self.reward, self.reward_scale = reward, reward_scale
        self.finished: list[int] = []

    def reset(self) -> np.ndarray:
        boards, info = self.games.reset(seed=self.first_seed)
        self.masks = info["action_mask"]
        return boards

    def step_async(self, actions: np.ndarray) -> None:
        self.actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        boards, merged, terminated, truncated, info = self.games.step(self.actions)
        self.masks = info["action_mask"]
        rewards = self.reward_scale * learnt_reward(self.reward, merged)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        done = terminated | truncated
        for game in np.flatnonzero(done):
            infos[game]["terminal_observation"] = info["final_obs"][game]
            self.finished.append(int(info["final_info"]["score"][game]))
        return boards, rewards, done, infos

    def env_method(self, name: str, *_: Any, **__: Any) -> list[np.ndarray]:
        return list(self.masks)

    def has_attr(self, name: str) -> bool:
        return name == "action_masks"

    def get_attr(self, name: str, indices: Any = None) -> list[Any]:
        return [None] * self.num_envs

    def set_attr(self, name: str, value: Any, indices: Any = None) -> None:
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * self.num_envs

    def close(self) -> None:
        self.games.close()


class DesignPolicy(MaskableActorCriticPolicy):
    """SB3's policy whose network is a compiled design: logits and value in one forward pass."""

    def __init__(self, *args: Any, design: torch.nn.Module, **options: Any) -> None:
        super().__init__(*args, **options, net_arch=[])
        del self.mlp_extractor, self.action_net, self.value_net
        self.design = design
        self.optimizer = torch.optim.Adam(self.parameters(), eps=1e-5)

    def _answer(self, obs: torch.Tensor, masks: Any) -> tuple[Any, torch.Tensor]:
        logits, values = self.design(obs.long())
        distribution = self.action_dist.proba_distribution(action_logits=logits)
        if masks is not None:
            distribution.apply_masking(masks)
        return distribution, values[:, None]

    def forward(
        self, obs: torch.Tensor, deterministic: bool = False, action_masks: Any = None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        distribution, values = self._answer(obs, action_masks)
        actions = distribution.get_actions(deterministic=deterministic)
        return actions, values, distribution.log_prob(actions)

    def evaluate_actions(
        self, obs: torch.Tensor, actions: torch.Tensor, action_masks: Any = None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        distribution, values = self._answer(obs, action_masks)
        return values, distribution.log_prob(actions), distribution.entropy()

    def predict_values(self, obs: torch.Tensor) -> torch.Tensor:
        return self._answer(obs, None)[1]


class Budget(BaseCallback):
    """Ends the training after so many CPU seconds and tells the curve."""

    def __init__(self, cpu_seconds: float) -> None:
        super().__init__()
        self.cpu_seconds, self.told = cpu_seconds, 0.0
        self.started = time.process_time()

    def spent(self) -> float:
        return time.process_time() - self.started

    def _on_step(self) -> bool:
        spent = self.spent()
        if spent - self.told >= POINT_SECONDS:
            self.told = spent
            recent = self.training_env.finished[-256:]
            score = float(np.mean(recent)) if recent else None
            point = {"cpu_s": spent, "step": self.num_timesteps, "training_score": score}
            print(json.dumps(point), flush=True)
        return spent < self.cpu_seconds


def masked_ppo(
    model: torch.nn.Module,
    games: GameVecEnv,
    settings: dict[str, Any],
    learning_rate: Any,
    seed: int | None = None,
) -> MaskablePPO:
    """SB3's learner of a compiled design, with our names for its settings."""
    return MaskablePPO(
        DesignPolicy,
        games,
        learning_rate=learning_rate,
        n_steps=settings["n_steps"],
        batch_size=settings["minibatch"],
        n_epochs=settings["epochs"],
        gamma=settings["gamma"],
        gae_lambda=settings["gae_lambda"],
        clip_range=settings["clip_range"],
        ent_coef=settings["entropy_coef"],
        vf_coef=settings["value_coef"],
        max_grad_norm=settings["max_grad_norm"],
        policy_kwargs={"design": model},
        seed=seed,
        device="cpu",
    )


def main() -> None:
    """Train, save the weights as our own trainer names them."""
    options = _options()
    settings = json.loads(options.settings)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    config = json.loads((options.folder / "config.json").read_text())
    model = load_model_class(options.folder / "model.py", None)(**config)
    games = GameVecEnv(
        settings["n_envs"], options.seed, settings["reward_scale"], settings["reward"]
    )
    budget = Budget(options.cpu_seconds)

    def falling(_remaining_of_steps: float) -> float:
        return settings["learning_rate"] * max(0.0, 1.0 - budget.spent() / options.cpu_seconds)

    learner = masked_ppo(model, games, settings, falling, options.seed)
    learner.learn(10**12, callback=budget)
    torch.save(learner.policy.design.state_dict(), options.folder / "sb3.pt")
    print(json.dumps({"weights": "sb3.pt"}), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="with model.py and config.json")
    parser.add_argument("--settings", required=True, help="hyperparameters as JSON")
    parser.add_argument("--cpu-seconds", type=float, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()

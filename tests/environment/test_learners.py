"""Other people's learners train on our environment as it is."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import gymnasium
import numpy as np
import pytest
from sb3_contrib import MaskablePPO
from stable_baselines3.common.env_checker import check_env
from stable_baselines3.common.env_util import make_vec_env
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from app.environment import GAME_ID
from benchmarks.peers.environment import PeerUnavailableError, peer_packages

RANDOM_PLAY = 1100
ROOT = Path(__file__).parents[2]


def test_sb3s_checker_finds_nothing_to_warn_about() -> None:
    check_env(gymnasium.make(GAME_ID).unwrapped)


def log_rewards(env: gymnasium.Env[Any, Any]) -> gymnasium.Env[Any, Any]:
    return gymnasium.wrappers.TransformReward(env, lambda reward: 0.1 * np.log2(max(reward, 1)))


def collect(scores: list[int], illegal: list[bool]) -> Callable[[Any, Any], bool]:
    def after_step(values: dict[str, Any], _all: dict[str, Any]) -> bool:
        illegal.extend(info["illegal"] for info in values["infos"])
        ended = zip(values["infos"], values["dones"], strict=True)
        scores.extend(info["score"] for info, done in ended if done)
        return True

    return after_step


@pytest.mark.slow
def test_sb3s_maskable_ppo_learns_on_it() -> None:
    envs = make_vec_env(GAME_ID, n_envs=16, seed=0, wrapper_class=log_rewards)
    learner = MaskablePPO(
        "MlpPolicy", envs, n_steps=64, batch_size=128, n_epochs=4, gamma=0.98,
        gae_lambda=0.8, learning_rate=2e-3, seed=0, device="cpu",
    )  # fmt: skip
    scores: list[int] = []
    illegal: list[bool] = []
    learner.learn(24_576, callback=collect(scores, illegal))
    assert not any(illegal)
    assert fmean(scores[:40]) < 1.3 * RANDOM_PLAY
    assert fmean(scores[-40:]) > 1.5 * RANDOM_PLAY


@pytest.mark.slow
def test_cleanrls_ppo_trains_on_it(tmp_path: Path) -> None:
    try:
        script = peer_packages("cleanrl") / "cleanrl" / "ppo.py"
    except PeerUnavailableError as unavailable:
        pytest.skip(str(unavailable))
    options = {
        "--gym-id": GAME_ID,
        "--total-timesteps": "10240",
        "--num-envs": "8",
        "--cuda": "False",
    }
    launcher = Path(__file__).with_name("run_cleanrl.py")
    done = subprocess.run(
        [sys.executable, launcher, script, *(word for pair in options.items() for word in pair)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("episode_reward") > 30
    (run,) = (tmp_path / "runs").glob("*/*")  # the id has a slash
    told = EventAccumulator(str(run)).Reload()
    for name in ("value_loss", "policy_loss", "entropy"):
        values = [event.value for event in told.Scalars(f"losses/{name}")]
        assert len(values) == 10
        assert np.isfinite(values).all()

"""One learner of benchmarks/ppo.py, in a process of its own: prints its speed as one line of JSON.

`--folder` holds model.py and config.json, a compiled design. The first update warms up (kernels are
compiled, memory is got) and is not timed; then whole updates, until their CPU time is used up.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch

from app.models.game_transformer import GameTransformer
from app.models.loader import load_model_class
from app.training.matmul import use_fast_matmul


def ours(model: GameTransformer, settings: dict[str, Any]) -> Iterator[int]:
    """Model Studio's trainer, as a run has it."""
    from app.training.hyperparameters import Hyperparameters
    from app.training.make_trainer import make_trainer

    trainer = make_trainer(
        model.config, model, Hyperparameters.from_values(settings), total_steps=10**9, seed=0
    )
    while True:
        trainer.update()
        yield trainer.step


def cleanrl(model: GameTransformer, settings: dict[str, Any]) -> Iterator[int]:
    """See cleanrl_ppo.py."""
    from peers.cleanrl_ppo import train

    yield from train(model, settings)


def sb3(model: GameTransformer, settings: dict[str, Any]) -> Iterator[int]:
    """SB3's MaskablePPO; `learn(steps of one update)` is one update."""
    from peers.sb3_learning import GameVecEnv, masked_ppo

    games = GameVecEnv(settings["n_envs"], 0, settings["reward_scale"], settings["reward"])
    learner = masked_ppo(model, games, settings, settings["learning_rate"])
    update = settings["n_envs"] * settings["n_steps"]
    while True:
        learner.learn(update, reset_num_timesteps=False)
        yield learner.num_timesteps


LEARNERS = {"ours": ours, "cleanrl": cleanrl, "sb3": sb3}


def main() -> None:
    """Time one learner."""
    options = _options()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if options.fast_matmul:
        use_fast_matmul()
    config = json.loads((options.folder / "config.json").read_text())
    model = load_model_class(options.folder / "model.py", None)(**config)
    steps = LEARNERS[options.learner](model, json.loads(options.settings))
    first = next(steps)
    cpu, wall, last = time.process_time(), time.perf_counter(), first
    while time.process_time() - cpu < options.cpu_seconds:
        last = next(steps)
    speed = {
        "steps_per_cpu_s": (last - first) / (time.process_time() - cpu),
        "steps_per_s": (last - first) / (time.perf_counter() - wall),
    }
    print(json.dumps(speed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learner", choices=sorted(LEARNERS), required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--settings", required=True, help="hyperparameters as JSON")
    parser.add_argument("--cpu-seconds", type=float, required=True)
    parser.add_argument("--fast-matmul", action="store_true", help="as our own trainer sets it")
    return parser.parse_args()


if __name__ == "__main__":
    main()

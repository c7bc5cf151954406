"""How well a template plays after a short training, against random play.

`python benchmarks/learning.py [--seconds 120] [--template starter-moe] [--json]` trains in this
process exactly as a run does, then plays whole games greedily. Random play scores about 1,100.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from app.designs.codegen import generate_model_code
from app.models.game_transformer import GameTransformer
from app.models.loader import load_model_class
from app.models.model_config import DynamicModelConfig
from app.play.evaluation import Evaluation, evaluate_games
from app.play.games import Policy, play_games
from app.play.policies import greedy_policy, random_policy
from app.training.cores import training_threads
from app.training.hyperparameters import Hyperparameters
from app.training.metrics import RecentGames
from app.training.ppo_trainer import PPOTrainer

TEMPLATES = Path(__file__).resolve().parents[1] / "spec" / "templates"
FIRST_SEED = 10**6  # of the games that are played afterwards


def play(policy: Policy, games: int, mode: str) -> Evaluation:
    """Play whole games."""
    return evaluate_games(play_games(policy, range(FIRST_SEED, FIRST_SEED + games)), mode)


def build_model(template: str) -> tuple[GameTransformer, DynamicModelConfig]:
    """Compile a template as the server does."""
    design = {"id": "0" * 32} | json.loads((TEMPLATES / f"{template}.json").read_text())["design"]
    generated = generate_model_code(design)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.py"
        path.write_text(generated.source)
        digest = hashlib.sha256(generated.source.encode()).hexdigest()
        model = load_model_class(path, digest)(**generated.config)
    return model, DynamicModelConfig.from_architecture(design)


def train(options: argparse.Namespace, say: Callable[[str], None]) -> tuple[PPOTrainer, float]:
    """Train for options.seconds; returns the trainer and the mean score of its last games."""
    torch.manual_seed(options.seed)
    model, config = build_model(options.template)
    threads = options.threads or training_threads(sum(p.numel() for p in model.parameters()))
    torch.set_num_threads(threads)
    settings = Hyperparameters.from_values(json.loads(options.hyperparameters))
    trainer = PPOTrainer(
        config, model, settings, total_steps=options.total_steps, seed=options.seed
    )
    recent = RecentGames()
    started, said = time.monotonic(), 0.0
    while (elapsed := time.monotonic() - started) < options.seconds and not trainer.complete:
        report = trainer.update()
        recent.add(report.finished)
        if elapsed - said >= 10:
            said = elapsed
            usage = [round(share, 2) for share in next(iter(report.expert_usage.values()), [])]
            say(
                f"{elapsed:5.0f} s  step {trainer.step:8,}  {trainer.step / elapsed:6,.0f} steps/s"
                f"  mean score {recent.mean_score() or 0:6,.0f}  entropy {report.entropy:.3f}"
                f"  value loss {report.value_loss:.2f}  experts {usage}"
            )
    return trainer, recent.mean_score() or 0.0


def main() -> int:
    """Train, play, print; 1 where training play stays below twice random play."""
    options = _options()
    to_terminal: Callable[[str], None] = (lambda _line: None) if options.json else print
    random_play = play(random_policy(options.seed), options.games, "random")
    to_terminal(f"random play: mean {random_play.mean:,.0f}")
    trainer, training_mean = train(options, to_terminal)
    greedy = play(greedy_policy(trainer.model), options.games, "greedy")
    answer = {
        "template": options.template,
        "seconds": options.seconds,
        "steps": trainer.step,
        "random": random_play.as_document(),
        "training_mean": training_mean,
        "greedy": greedy.as_document(),
    }
    if options.json:
        print(json.dumps(answer))
    else:
        print(f"training play (last games): mean {training_mean:,.0f}")
        print(f"greedy play: mean {greedy.mean:,.0f}, median {greedy.median:,.0f}")
        print("reached: " + ", ".join(f"{t} {s:.1%}" for t, s in greedy.reached.items()))
    return 0 if training_mean > 2 * random_play.mean else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--template", default="starter-moe")
    parser.add_argument("--games", type=int, default=512)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, help="default: as a run chooses")
    parser.add_argument("--total-steps", type=int, help="default: as a run has it")
    parser.add_argument("--hyperparameters", default="{}", help="JSON over the defaults")
    parser.add_argument("--json", action="store_true", help="one line of JSON at the end only")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

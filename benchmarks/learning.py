"""How well a design plays after a short training.

`python benchmarks/learning.py train [--template starter-moe] [--cpu-seconds 240] [--json]` trains
in this process exactly as a run does, then plays whole games greedily. Random play scores 1,100.

`python benchmarks/learning.py compare [--networks plain-mlp,starter-moe] [--seeds 3]
[--cpu-seconds 1200] [--share 0.3] [--hyperparameters JSON] [--results FILE]` gives SB3's
MaskablePPO the CPU time of ten minutes on two cores and us that of three, with the same network,
hyperparameters and seeds. Each training is a process of its own, and a results file lets a stopped
comparison go on; `table` prints it.

`python benchmarks/learning.py absolute [--templates n-tuple,...] [--seeds 3] [--cpu-seconds 1200]`
is what templates reach in ten minutes on two cores, alone.

CPU seconds are those of all threads of the training process: a busy machine stretches the clock but
hardly the figures.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import torch
from peers.environment import peer_python

from app.designs.codegen import GeneratedCode, generate_model_code
from app.models.game_transformer import GameTransformer
from app.models.loader import load_model_class
from app.models.model_config import DynamicModelConfig
from app.play.evaluation import Evaluation, evaluate_games
from app.play.games import Policy, play_games
from app.play.policies import greedy_policy, random_policy
from app.training.hyperparameters import Hyperparameters
from app.training.make_trainer import make_trainer
from app.training.metrics import RecentGames
from app.training.ppo_trainer import PPOTrainer
from app.training.trainer import Trainer
from app.training.worker import TORCH_SETTINGS

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "spec" / "templates"
FIRST_SEED = 10**6  # of the games that are played afterwards
POINT_SECONDS = 5.0
T_95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78}  # two-sided 95 % of Student's t for so many runs

Point = dict[str, Any]


def play(policy: Policy, games: int, mode: str) -> Evaluation:
    """Play whole games."""
    return evaluate_games(play_games(policy, range(FIRST_SEED, FIRST_SEED + games)), mode)


def compile_template(template: str) -> tuple[GeneratedCode, DynamicModelConfig]:
    """Compile a template as the server does."""
    design = {"id": "0" * 32} | json.loads((TEMPLATES / f"{template}.json").read_text())["design"]
    return generate_model_code(design), DynamicModelConfig.from_architecture(design)


def build_model(template: str) -> tuple[GameTransformer, DynamicModelConfig]:
    """A fresh model of a template."""
    generated, config = compile_template(template)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.py"
        path.write_text(generated.source)
        digest = hashlib.sha256(generated.source.encode()).hexdigest()
        model = load_model_class(path, digest)(**generated.config)
    return model, config


def train(options: argparse.Namespace, tell: Callable[[Point], None]) -> Trainer:
    """Train for options.cpu_seconds, with the learning rate falling to zero at their end."""
    torch.set_num_threads(1)  # as in a run: cores are shared among shards, not within a matrix
    torch.manual_seed(options.seed)
    model, config = build_model(options.template)
    trainer = make_trainer(
        config,
        model,
        Hyperparameters.from_values(json.loads(options.hyperparameters)),
        total_steps=10**12,
        seed=options.seed,
    )
    if isinstance(trainer, PPOTrainer):
        trainer.crew.apart = False  # this process's CPU time is then all that the training takes
    recent = RecentGames()
    started, said, clock = time.process_time(), 0.0, time.monotonic()
    while (spent := time.process_time() - started) < options.cpu_seconds:
        trainer.time_used = spent / options.cpu_seconds
        recent.add(trainer.update().finished)
        if spent - said >= POINT_SECONDS:
            said = spent
            tell(
                {
                    "cpu_s": spent,
                    "wall_s": time.monotonic() - clock,
                    "step": trainer.step,
                    "training_score": recent.mean_score(),
                }
            )
    return trainer


def train_and_play(options: argparse.Namespace) -> int:
    """Train, play, print; 1 where greedy play stays below twice random play."""
    curve: list[Point] = []

    def tell(point: Point) -> None:
        curve.append(point)
        if not options.json:
            print(_shown(point), flush=True)

    trainer = train(options, tell)
    random_play = play(random_policy(options.seed), options.games, "random")
    greedy = play(greedy_policy(trainer.model), options.games, "greedy")
    answer = {
        "learner": "ours",
        "template": options.template,
        "seed": options.seed,
        "cpu_seconds": options.cpu_seconds,
        "steps": trainer.step,
        "curve": curve,
        "greedy": greedy.as_document(),
    }
    if options.json:
        print(json.dumps(answer))
    else:
        print(f"random play: mean {random_play.mean:,.0f}")
        print(f"greedy play: mean {greedy.mean:,.0f}, median {greedy.median:,.0f}")
        print("reached: " + ", ".join(f"{t} {s:.1%}" for t, s in greedy.reached.items()))
    return 0 if greedy.mean > 2 * random_play.mean else 1


def ours(
    template: str, seed: int, cpu_seconds: float, games: int, hyperparameters: str
) -> dict[str, Any]:
    """One training of ours in a process of its own."""
    command = [sys.executable, __file__, "train", "--json", "--template", template]
    command += ["--seed", str(seed), "--cpu-seconds", str(cpu_seconds), "--games", str(games)]
    command += ["--hyperparameters", hyperparameters]
    environment = TORCH_SETTINGS | os.environ
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=environment)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def sb3(
    template: str, seed: int, cpu_seconds: float, games: int, hyperparameters: str
) -> dict[str, Any]:
    """One training of SB3's in its own environment; its weights are then played by us."""
    generated, _ = compile_template(template)
    settings = Hyperparameters.from_values(json.loads(hyperparameters)).as_values()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.py").write_text(generated.source)
        (folder / "config.json").write_text(json.dumps(dict(generated.config)))
        command = [str(peer_python("sb3")), str(ROOT / "benchmarks" / "peers" / "sb3_learning.py")]
        command += ["--folder", name, "--settings", json.dumps(settings), "--seed", str(seed)]
        command += ["--cpu-seconds", str(cpu_seconds)]
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, env=environment
        )
        points = [json.loads(line) for line in done.stdout.splitlines()]
        model = load_model_class(folder / "model.py", None)(**generated.config)
        model.load_state_dict(torch.load(folder / "sb3.pt", weights_only=True))
    return {
        "learner": "sb3",
        "template": template,
        "seed": seed,
        "cpu_seconds": cpu_seconds,
        "steps": points[-2]["step"],
        "curve": points[:-1],
        "greedy": play(greedy_policy(model), games, "greedy").as_document(),
    }


def wanted(options: argparse.Namespace) -> Iterator[tuple[str, str, int, float]]:
    """The trainings of a comparison: learner, template, seed, CPU seconds."""
    for seed in range(options.seeds):
        for template in options.networks.split(","):
            yield "ours", template, seed, options.cpu_seconds * options.share
            if options.share < 1:
                yield "sb3", template, seed, options.cpu_seconds


def compare(options: argparse.Namespace) -> int:
    """Run what is missing in the results file, then print the table."""
    known = {
        _key(result)
        for result in _results(options.results)
        if result["hyperparameters"] == options.hyperparameters
    }
    for learner, template, seed, cpu_seconds in wanted(options):
        if (learner, template, seed, cpu_seconds) in known:
            continue
        print(f"{learner} on {template}, seed {seed}: {cpu_seconds:,.0f} CPU s", flush=True)
        run = {"ours": ours, "sb3": sb3}[learner]
        result = run(template, seed, cpu_seconds, options.games, options.hyperparameters)
        result["hyperparameters"] = options.hyperparameters
        with options.results.open("a") as file:
            file.write(json.dumps(result) + "\n")
    return table(options)


def table(options: argparse.Namespace) -> int:
    """Print what the results file holds, as Markdown."""
    results = _results(options.results)
    print("| network | settings | learner | CPU s | runs | steps | greedy | 512 / 1024 / 2048, % |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    groups = sorted({_group(r) for r in results})
    for group in groups:
        runs = [r for r in results if _group(r) == group]
        print("| " + " | ".join([*group[:3], f"{group[3]:,.0f}", *_figures(runs)]) + " |")
    for kind in sorted({_group(r)[:2] for r in results}):
        for line in time_to_score([r for r in results if _group(r)[:2] == kind]):
            print(f"\n{' '.join(kind)}: {line}")
    return 0


def time_to_score(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    """When the training play of each run of ours first was what SB3's of that seed ended with."""
    peers = {r["seed"]: r for r in results if r["learner"] == "sb3"}
    for run in (r for r in results if r["learner"] == "ours" and r["seed"] in peers):
        peer = peers[run["seed"]]
        goal = peer["curve"][-1]["training_score"]
        reached = [p["cpu_s"] for p in run["curve"] if (p["training_score"] or 0) >= goal]
        when = (
            f"reached after {reached[0]:,.0f}"
            if reached
            else f"not reached in {run['cpu_seconds']:,.0f}"
        )
        yield (
            f"seed {run['seed']}: SB3's last training score, {goal:,.0f} after "
            f"{peer['cpu_seconds']:,.0f} CPU s, was {when} CPU s"
        )


def _figures(runs: Sequence[dict[str, Any]]) -> list[str]:
    means = [run["greedy"]["mean"] for run in runs]
    spread = ""
    if len(means) in T_95:
        spread = f" ± {T_95[len(means)] * stdev(means) / sqrt(len(means)):,.0f}"
    tiles = (
        fmean(100 * run["greedy"]["reached"][t] for run in runs) for t in ("512", "1024", "2048")
    )
    steps = fmean(run["steps"] for run in runs)
    return [
        str(len(runs)),
        f"{steps / 1e6:,.2f} M",
        f"{fmean(means):,.0f}{spread}",
        " / ".join(f"{share:.1f}" for share in tiles),
    ]


def _results(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _group(result: dict[str, Any]) -> tuple[str, str, str, float]:
    settings = "default" if result["hyperparameters"] == "{}" else result["hyperparameters"]
    return result["template"], settings, result["learner"], result["cpu_seconds"]


def _key(result: dict[str, Any]) -> tuple[str, str, int, float]:
    return result["learner"], result["template"], result["seed"], result["cpu_seconds"]


def _shown(point: Point) -> str:
    score = point["training_score"]
    return (
        f"{point['cpu_s']:5.0f} CPU s  {point['wall_s']:5.0f} s  step {point['step']:11,}"
        f"  mean score {score or 0:7,.0f}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("train")
    one.add_argument("--template", default="starter-moe")
    one.add_argument("--cpu-seconds", type=float, default=240)
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--hyperparameters", default="{}", help="JSON over the defaults")
    one.add_argument("--json", action="store_true", help="one line of JSON at the end only")
    one.set_defaults(run=train_and_play)
    both = commands.add_parser("compare")
    both.add_argument("--share", type=float, default=0.3, help="of the CPU time for us")
    both.add_argument("--networks", default="plain-mlp,starter-moe")
    both.set_defaults(run=compare)
    alone = commands.add_parser("absolute")
    alone.add_argument("--templates", dest="networks", default="n-tuple,plain-mlp,starter-moe")
    alone.set_defaults(run=compare, share=1.0)
    for many in (both, alone):
        many.add_argument("--seeds", type=int, default=3)
        many.add_argument("--hyperparameters", default="{}", help="JSON over the defaults, for all")
        many.add_argument("--cpu-seconds", type=float, default=1200)
    shown = commands.add_parser("table")
    shown.set_defaults(run=table)
    for command in (one, both, alone):
        command.add_argument("--games", type=int, default=512)
    for command in (both, alone, shown):
        command.add_argument("--results", type=Path, default=Path("learning-results.jsonl"))
    return parser.parse_args()


if __name__ == "__main__":
    options_ = _options()
    sys.exit(options_.run(options_))

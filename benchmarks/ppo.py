"""How fast PPO learns: CleanRL's form, SB3's MaskablePPO and ours, in turn in one session.

`python benchmarks/ppo.py [--quick] [--json]`: the same network (one torch module) and the same
hyperparameters for all, one core, environment steps per CPU second, medians over repetitions. The
learners take turns, so that whatever else the machine does meets all of them. Last, two cores
against one for our own, by the wall clock: on a machine that does nothing else.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from peers.environment import peer_python

from app.designs.codegen import generate_model_code
from app.training.hyperparameters import Hyperparameters
from app.training.worker import TORCH_SETTINGS

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "spec" / "templates"
EQUAL = {"epochs": 4, "minibatch": 1024, "n_envs": 64, "anneal": False}
GOAL, CORES_GOAL = 1.4, 1.8
LEARNERS = {  # name in the table: learner, and whether it gets our setting of torch's products
    "CleanRL's form": ("cleanrl", False),
    "SB3 MaskablePPO": ("sb3", False),
    "ours": ("ours", True),
    "CleanRL's form, our matmul": ("cleanrl", True),
    "SB3, our matmul": ("sb3", True),
}

Design = dict[str, Any]
Block = tuple[str, str, dict[str, Any]]


def chain(blocks: list[Block], heads: dict[str, Any]) -> Design:
    """A design whose blocks follow each other, with a policy and a value head on the last."""
    ends: list[Block] = [("act", "action_output", heads), ("value", "value_output", heads)]
    names = [name for name, _, _ in blocks]
    edges = [*itertools.pairwise(names), *((names[-1], name) for name, _, _ in ends)]
    return {
        "id": "0" * 32,
        "name": "benchmark",
        "version": 1,
        "meta": {"d_model": 128, "n_heads": 4, "n_experts": 4},
        "components": [
            {"id": name, "type": kind, "props": props} for name, kind, props in [*blocks, *ends]
        ],
        "edges": [list(edge) for edge in edges],
    }


MLP = chain(
    [
        ("board", "board_input", {"encoding": "onehot"}),
        ("flat", "pool", {"mode": "flatten"}),
        ("hidden", "mlp", {"hidden": 256, "layers": 1, "out_features": 128}),
    ],
    {},
)
LAYER = {"d_model": 128, "n_heads": 4, "ff_ratio": 4}
TRANSFORMER = chain(
    [
        ("board", "board_input", {}),
        ("embed", "embedding", {"d_model": 128}),
        ("first", "transformer_layer", LAYER),
        ("second", "transformer_layer", LAYER),
        ("balance", "load_balance_router", {}),
        ("experts", "moe_layer", {"d_model": 128, "n_experts": 4, "top_k": 1, "ff_ratio": 2}),
    ],
    {"pool": "flatten"},
)
ROWS = {  # moves per update: as many as make an update of a few seconds at most
    "MLP": (MLP, {**EQUAL, "n_steps": 64}),
    "transformer d=128, 2 layers, MoE of 4": (TRANSFORMER, {**EQUAL, "n_steps": 16}),
}


def compiled(design: Design, folder: Path) -> int:
    """Write model.py and config.json; returns the number of parameters."""
    code = generate_model_code(design)
    (folder / "model.py").write_text(code.source)
    (folder / "config.json").write_text(json.dumps(code.config))
    return code.param_count


def speed(
    learner: str,
    folder: Path,
    settings: dict[str, Any],
    cpu_seconds: float,
    *,
    fast: bool,
    cores: int,
) -> dict[str, float]:
    """Run one learner on so many cores; see peers/ppo_learner.py."""
    python = sys.executable if learner == "ours" else str(peer_python("sb3"))
    given = Hyperparameters.from_values(settings).as_values()
    command = [
        *(python, str(ROOT / "benchmarks" / "peers" / "ppo_learner.py")),
        *("--learner", learner, "--folder", str(folder), "--settings", json.dumps(given)),
        *("--cpu-seconds", str(cpu_seconds)),
        *(["--fast-matmul"] if fast else []),
    ]
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    done = subprocess.run(
        command,
        env=TORCH_SETTINGS | os.environ | {"OMP_NUM_THREADS": "1"},
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def compare(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Every row of the table: a network, and each learner's median steps per CPU second."""
    rows = []
    for title, (design, settings) in ROWS.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            params = compiled(design, folder)
            speeds: dict[str, list[float]] = {learner: [] for learner in LEARNERS}
            for _ in range(options.repetitions):
                for label, (learner, fast) in LEARNERS.items():
                    told = speed(learner, folder, settings, options.cpu_seconds, fast=fast, cores=1)
                    speeds[label].append(told["steps_per_cpu_s"])
        medians = {label: median(numbers) for label, numbers in speeds.items()}
        ratio = medians["ours"] / medians["SB3 MaskablePPO"]
        rows.append(
            {"network": title, "params": params, "settings": settings, **medians, "ratio": ratio}
        )
    return rows


def scale(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Our own learner at a run's defaults, on one core and on two, by the wall clock."""
    rows = []
    for template in ("plain-mlp", "starter-moe"):
        design = json.loads((TEMPLATES / f"{template}.json").read_text())["design"]
        with tempfile.TemporaryDirectory() as name:
            compiled({"id": "0" * 32} | design, Path(name))
            speeds: dict[int, list[float]] = {1: [], 2: []}
            for _ in range(options.repetitions):
                for cores, numbers in speeds.items():
                    seconds = options.cpu_seconds  # of the first process, which waits for the other
                    told = speed("ours", Path(name), {}, seconds, fast=True, cores=cores)
                    numbers.append(told["steps_per_s"])
        one, two = median(speeds[1]), median(speeds[2])
        rows.append({"template": template, "one": one, "two": two, "ratio": two / one})
    return rows


def main() -> int:
    """Measure, print; 1 where a goal is missed."""
    options = _options()
    rows, cores = compare(options), scale(options)
    reached = all(row["ratio"] >= GOAL for row in rows)
    reached &= all(row["ratio"] >= CORES_GOAL for row in cores)
    if options.json:
        print(json.dumps({"rows": rows, "cores": cores}))
        return 0 if reached else 1
    print(f"\nSteps per CPU second, one core, medians of {options.repetitions}")
    for row in rows:
        print(f"\n{row['network']}, {row['params'] / 1e6:.2f} M parameters, {row['settings']}")
        for label in LEARNERS:
            print(f"  {label:28s} {row[label]:10,.0f}")
        print(f"  ours / SB3: {row['ratio']:.2f} (goal {GOAL})")
    print("\nSteps per second of ours at a run's defaults: one core, two cores")
    for row in cores:
        print(
            f"  {row['template']:12s} {row['one']:10,.0f} {row['two']:10,.0f}"
            f"  x {row['ratio']:.2f} (goal {CORES_GOAL})"
        )
    return 0 if reached else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, help="default 3; quick 1")
    parser.add_argument("--cpu-seconds", type=float, help="per measurement: 20; quick 4")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true", help="one line of JSON at the end only")
    options = parser.parse_args()
    options.repetitions = options.repetitions or (1 if options.quick else 3)
    options.cpu_seconds = options.cpu_seconds or (4.0 if options.quick else 20.0)
    return options


if __name__ == "__main__":
    sys.exit(main())

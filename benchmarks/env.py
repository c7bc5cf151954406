"""How fast 2048 is played: our environment beside its peers, all on one core.

`python benchmarks/env.py [--quick] [--json] [--only NAME ...]` prints random moves per second, with
observations, action masks and automatic restart. Every contestant runs in its own process and
environment (made at the first run, see `peers/environment.py`); all take turns, several times, and
the median counts. A rate is moves per CPU second, so that a busy machine does no harm.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from peers.environment import PeerUnavailableError, say
from peers.player import Contestant, Player

BATCHES = (1, 64, 1024, 8192)
KERNELS, VECTOR, SINGLE = "Model Studio, kernels", "Model Studio, make_vec", "Model Studio, make"
PUFFERLIB = "PufferLib's C core"
CONTESTANTS = (
    Contestant(KERNELS, "env_model_studio", "games"),
    Contestant(VECTOR, "env_model_studio", "make_vec"),
    Contestant(SINGLE, "env_model_studio", "make"),
    Contestant(PUFFERLIB, "env_pufferlib", peer="pufferlib", note="no mask, any move"),
    Contestant("pgx", "env_pgx", peer="pgx"),
    Contestant("jumanji", "env_jumanji", peer="jumanji"),
    Contestant("envpool Game2048-v1", "env_envpool", "Game2048-v1", peer="envpool"),
    Contestant("envpool Play2048-v1", "env_envpool", "Play2048-v1", peer="envpool"),
    Contestant(
        "gymnasium-2048", "env_gymnasium_2048", peer="gymnasium-2048", note="no mask, any move"
    ),
)
FIRST_STEP = """
import time
started = time.process_time()
import gymnasium, app.environment
envs = gymnasium.make_vec(app.environment.GAME_ID, num_envs=64)
envs.reset(seed=0)
envs.step(envs.action_space.sample())
print(time.process_time() - started)
"""
Rates = dict[str, dict[int, float]]


def measure(contestants: list[Contestant], quick: bool) -> tuple[Rates, dict[str, str]]:
    """Median rates by label and batch; and by label why a contestant could not play."""
    players: list[Player] = []
    missing: dict[str, str] = {}
    for contestant in contestants:
        try:
            players.append(Player(contestant))
        except PeerUnavailableError as unavailable:
            missing[contestant.label] = str(unavailable)
    repetitions, seconds = (2, 0.1) if quick else (5, 0.4)
    measured: dict[tuple[str, int], list[float]] = {}
    for repetition in range(repetitions):
        say(f"round {repetition + 1} of {repetitions}")
        for batch in BATCHES:
            for player in players:
                rate = player.rate(batch, seconds)
                if rate is not None:
                    measured.setdefault((player.contestant.label, batch), []).append(rate)
    rates: Rates = {player.contestant.label: {} for player in players}
    for (label, batch), values in measured.items():
        rates[label][batch] = median(values)
    for player in players:
        player.close()
    return rates, missing


def first_step_seconds() -> float:
    """CPU seconds from nothing to the first step of `make_vec`; the kernels are in the cache."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", FIRST_STEP]
    runs = [subprocess.check_output(command, env=environment, text=True) for _ in range(3)]
    return median(float(said) for said in runs[1:])


def table(rates: Rates, missing: dict[str, str]) -> list[str]:
    """The table in Markdown, with what every rate is of PufferLib's."""
    lines = [
        "| moves per second, one core | " + " | ".join(f"batch {b:,}" for b in BATCHES) + " |",
        "| --- |" + " ---: |" * len(BATCHES),
    ]
    reference = rates.get(PUFFERLIB, {})
    for contestant in CONTESTANTS:
        label, note = contestant.label, f" ({contestant.note})" if contestant.note else ""
        if label in missing:
            lines.append(f"| {label}{note} | {missing[label]} |" + " |" * (len(BATCHES) - 1))
        elif label in rates:
            cells = [_cell(rates[label].get(b), reference.get(b)) for b in BATCHES]
            lines.append(f"| {label}{note} | " + " | ".join(cells) + " |")
    return lines


def _cell(rate: float | None, reference: float | None) -> str:
    if rate is None:
        return "-"
    text = f"{rate / 1e6:.2f} M" if rate >= 1e6 else f"{rate / 1e3:.1f} k"
    return f"{text} ({rate / reference:.3g}x)" if reference else text


def missed_goals(rates: Rates, first_step: float) -> list[str]:
    """What the figures fall short of; nothing is said about what was not measured."""
    goals = [
        (rates.get(KERNELS, {}).get(1024), 12e6, "kernels at 1,024"),
        (rates.get(VECTOR, {}).get(1024), 5e6, "make_vec at 1,024"),
        (rates.get(SINGLE, {}).get(1), 150e3, "a single environment"),
        (
            rates.get(KERNELS, {}).get(1024),
            2.5 * rates.get(PUFFERLIB, {}).get(1024, 0),
            "PufferLib",
        ),
    ]
    missed = [
        f"{what}: {rate:,.0f} < {goal:,.0f}" for rate, goal, what in goals if rate and rate < goal
    ]
    return missed + ([f"first step: {first_step:.2f} s > 2 s"] if first_step > 2 else [])


def main() -> int:
    """Measure, print; 1 where a goal is missed."""
    options = _options()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    chosen = [c for c in CONTESTANTS if any(name in c.label for name in options.only)]
    first_step = first_step_seconds()
    rates, missing = measure(chosen, options.quick)
    missed = missed_goals(rates, first_step)
    if options.json:
        print(
            json.dumps(
                {"rates": rates, "missing": missing, "first_step": first_step, "missed": missed}
            )
        )
    else:
        print("\n".join(table(rates, missing)))
        print(f"import and first step, kernels cached: {first_step:.2f} CPU s")
        print("\n".join(f"MISSED {goal}" for goal in missed) or "all goals are met")
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes; rougher")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of the table")
    parser.add_argument(
        "--only", nargs="+", default=[""], help="contestants with this in their name"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

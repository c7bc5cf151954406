"""What looking ahead gains over greedy play, and what it costs.

`python benchmarks/search.py --run FOLDER` takes the newest checkpoint of a run, or the one that is
named; `--template plain-mlp [--cpu-seconds 150]` trains one first. Then whole games are played in
every mode, on one thread: the gain is the ratio of mean scores to greedy play, with 95 % bounds.

Moves per second are of CPU time, many games at once; milliseconds are those of a move of one game,
in the middle of greedy games: their mean, and what 95 % of them stay below. Few games of a deep
search say little: see the bounds.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import learning
import numpy as np
import torch

from app.console.player import learned_of, open_player
from app.environment.board import U8
from app.models.game_transformer import GameTransformer
from app.play.evaluation import Evaluation, evaluate_games, gain
from app.play.games import Policy, play_games
from app.play.policies import greedy_policy, symmetric_policy
from app.play.recording import recording_of, replay
from app.play.search import USUAL_DEPTHS, Learned, search_policy, usual_limits
from app.play.tree import legal_masks
from app.training.hyperparameters import Hyperparameters

FIRST_SEED = 10**6
GREEDY_GAMES = 512
TILES = ("1024", "2048", "4096", "8192")
TIMED_GAMES = 4


def modes(
    model: GameTransformer, learned: Learned, options: argparse.Namespace
) -> Iterator[tuple[str, Policy, int]]:
    """Name, policy and number of games of every mode."""
    yield "greedy", greedy_policy(model), GREEDY_GAMES
    yield "symmetric", symmetric_policy(model), GREEDY_GAMES
    for depth in options.depths:
        policy = search_policy(learned, usual_limits(depth))
        yield f"search, depth {depth}", policy, options.games


def middle_boards(model: GameTransformer) -> U8:
    """Boards [M, 16] of greedy games, every fiftieth one."""
    played = play_games(greedy_policy(model), range(FIRST_SEED, FIRST_SEED + TIMED_GAMES))
    games = (replay(recording_of(played, game)) for game in range(TIMED_GAMES))
    return np.concatenate([boards[50:-1:50] for boards in games])


def milliseconds(policy: Policy, boards_MC: U8) -> tuple[float, float]:
    """CPU time of a move of one game: the mean, and the 95th of a hundred."""
    masks_MA = legal_masks(boards_MC)
    policy(boards_MC[:1], masks_MA[:1])
    times = []
    for row in range(len(boards_MC)):
        started = time.process_time()
        policy(boards_MC[row : row + 1], masks_MA[row : row + 1])
        times.append(1000 * (time.process_time() - started))
    return float(np.mean(times)), float(np.quantile(times, 0.95))


def play(name: str, policy: Policy, games: int) -> tuple[Evaluation, float]:
    """The figures of a mode and its moves per CPU second."""
    started = time.process_time()
    played = play_games(policy, range(FIRST_SEED, FIRST_SEED + games))
    seconds = time.process_time() - started
    return evaluate_games(played, name), float(played.steps_N.sum()) / seconds


def line(row: dict[str, Any], evaluation: Evaluation, base: Evaluation) -> str:
    """A row of the table."""
    ratio = gain(evaluation, base)
    bounds = f"{ratio.ratio:.2f} ({ratio.low:.2f} to {ratio.high:.2f})" if ratio else "-"
    shares = " / ".join(
        f"{evaluation.reached.get(tile, 0):.0%}" for tile in ("1024", "2048", "4096", "8192")
    )
    return (
        f"| {evaluation.mode} | {evaluation.games} | {evaluation.mean:,.0f} | "
        f"{evaluation.median:,.0f} | {bounds} | {shares} | {row['moves_per_second']:,.0f} | "
        f"{row['mean_ms']:.1f} / {row['high_ms']:.1f} |"
    )


def trained(options: argparse.Namespace) -> tuple[GameTransformer, Learned]:
    """The model of a run, or one that is trained now."""
    if options.run is not None:
        player = open_player(options.run)
        return player.model, learned_of(player.model, player.run.hyperparameters)
    tell: Callable[[learning.Point], None] = lambda _point: None  # noqa: E731
    trainer = learning.train(options, tell)
    settings = Hyperparameters.from_values(json.loads(options.hyperparameters))
    return trainer.model.eval(), learned_of(trainer.model, settings)


def main() -> int:
    """Play and print; 1 where no search is better than greedy play."""
    options = _options()
    torch.set_num_threads(1)
    model, learned = trained(options)
    rows: list[dict[str, Any]] = []
    base: Evaluation | None = None
    if not options.json:
        print(f"| play | games | mean | median | gain | {' / '.join(TILES)} | moves/s | ms |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    boards_MC = middle_boards(model)
    for name, policy, games in modes(model, learned, options):
        evaluation, moves_per_second = play(name, policy, games)
        base = base or evaluation
        ratio = gain(evaluation, base)
        mean_ms, high_ms = milliseconds(policy, boards_MC)
        row = {
            "evaluation": evaluation.as_document(),
            "gain": asdict(ratio) if ratio else None,
            "moves_per_second": moves_per_second,
            "mean_ms": mean_ms,
            "high_ms": high_ms,
        }
        rows.append(row)
        if not options.json:
            print(line(row, evaluation, base), flush=True)
    if options.json:
        print(json.dumps(rows))
    return 0 if any((row["gain"] or {}).get("low", 0) > 1 for row in rows[2:]) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="folder of a run or of one of its checkpoints")
    parser.add_argument("--template", default="plain-mlp")
    parser.add_argument("--cpu-seconds", type=float, default=150)
    parser.add_argument("--hyperparameters", default="{}", help="JSON over the defaults")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--games", type=int, default=64, help="of each depth of search")
    parser.add_argument("--depths", type=int, nargs="+", default=[1, 2, 3], choices=USUAL_DEPTHS)
    parser.add_argument("--json", action="store_true", help="one line of JSON at the end only")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

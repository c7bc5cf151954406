"""`model-studio evaluate`: whole games, and how sure their mean is."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path

from app.console.figures import evaluation_lines
from app.console.games_line import games_line
from app.console.output import say, say_json
from app.console.player import Player, open_player
from app.errors import CommandError
from app.json_values import JsonObject
from app.play.evaluation import Evaluation, evaluate_games, gain
from app.play.games import play_games

MOST_GAMES = 100_000
FIRST_SEED = 1_000_000


def run(options: argparse.Namespace) -> int:
    """Plays and prints; a search is compared with greedy play of the same games."""
    if not 1 <= options.games <= MOST_GAMES:
        raise CommandError(f"--games must be from 1 to {MOST_GAMES:,}.")
    if not 0 <= options.seed < 2**63:
        raise CommandError("--seed must be a whole number from 0 on.")
    player = open_player(options.run)
    answer: JsonObject = {
        "run": str(player.trained.folder),
        "step": player.trained.checkpoint.step,
    }
    evaluation, moves_per_second = _play(player, options, options.mode)
    answer |= {"evaluation": evaluation.as_document(), "moves_per_second": moves_per_second}
    if options.mode == "search":
        greedy, _ = _play(player, options, "greedy")
        ratio = gain(evaluation, greedy)
        answer |= {
            "depth": options.depth,
            "greedy": greedy.as_document(),
            "gain": asdict(ratio) if ratio else None,
        }
    if options.json:
        say_json(answer)
    else:
        for line in _lines(answer):
            say(line)
    return 0


def evaluate_greedy(folder: Path, games: int) -> Evaluation:
    """How well the newest checkpoint of a run plays. Raises CommandError."""
    policy = open_player(folder).policy("greedy", seed=0, depth=1)
    return evaluate_games(play_games(policy, range(FIRST_SEED, FIRST_SEED + games)), "greedy")


def _play(player: Player, options: argparse.Namespace, mode: str) -> tuple[Evaluation, float]:
    policy = player.policy(mode, seed=options.seed, depth=options.depth)
    started = time.monotonic()
    seeds = range(options.seed, options.seed + options.games)
    with games_line(f"{mode.capitalize()} play", as_json=options.json) as watch:
        played = play_games(policy, seeds, watch=watch)
    seconds = time.monotonic() - started
    return evaluate_games(played, mode), float(played.steps_N.sum()) / seconds


def _lines(answer: JsonObject) -> list[str]:
    lines = [f"{answer['run']}, step {answer['step']:,}"]
    lines += evaluation_lines(answer["evaluation"])
    lines.append(f"{answer['moves_per_second']:,.0f} moves per second")
    if "gain" in answer:
        lines += evaluation_lines(answer["greedy"])
    if ratio := answer.get("gain"):
        bounds = ""
        if ratio["low"] is not None:
            bounds = f" (95 %: {ratio['low']:.2f} to {ratio['high']:.2f})"
        lines.append(
            f"Search {answer['depth']} deep scores {ratio['ratio']:.2f} times greedy{bounds}."
        )
    return lines

"""`model-studio play`: one game in the terminal, played now or recorded before."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from rich.live import Live

from app.console.board import board_picture
from app.console.games_line import games_line
from app.console.output import say, say_json
from app.console.player import Player, open_player
from app.environment.board import F64, U8
from app.errors import CommandError
from app.play.games import play_games
from app.play.network import Network
from app.play.recording import (
    Recording,
    RecordingError,
    model_digest,
    read_recording,
    recording_of,
    replay,
)
from app.play.tree import all_moves
from weightslab.atomic_files import write_file

_MOST_BYTES = 1_000_000


def run(options: argparse.Namespace) -> int:
    """Shows a game; on anything but a terminal only what came of it."""
    if not 0 <= options.speed <= 1000:
        raise CommandError("--speed must be from 0 to 1000 moves per second.")
    if not 0 <= options.seed < 2**63:
        raise CommandError("--seed must be a whole number from 0 on.")
    if (options.run is None) == (options.replay is None):
        raise CommandError("Name a run to play with, or a recorded game with --replay.")
    player = open_player(options.run) if options.run is not None else None
    recording = _played(player, options) if player else _read(options.replay)
    try:
        boards = replay(recording)
    except RecordingError as error:
        raise CommandError(f"The game cannot be replayed: {error}") from error
    if sys.stdout.isatty() and not options.json:
        chances = policy_chances(player, boards) if player else None
        _show(boards, recording, chances, options.speed)
    if options.record is not None:
        _write(options.record, recording)
    if options.json:
        say_json(recording.as_document())
    else:
        say(
            f"Seed {recording.seed}: score {recording.score:,}, largest tile "
            f"{recording.max_tile}, {len(recording.moves):,} moves"
        )
    return 0


def _played(player: Player, options: argparse.Namespace) -> Recording:
    policy = player.policy(options.mode, seed=options.seed, depth=options.depth)
    with games_line("The game is played", as_json=options.json) as watch:
        played = play_games(policy, [options.seed], watch=watch)
    return recording_of(played, 0, model_digest(player.model))


def _read(path: Path) -> Recording:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CommandError(f"{path} is too large to be a recorded game.")
        return read_recording(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecordingError) as error:
        raise CommandError(f"{path} is no recorded game: {error}") from error


def _write(path: Path, recording: Recording) -> None:
    try:
        write_file(path, json.dumps(recording.as_document()).encode())
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def policy_chances(player: Player, boards: U8) -> F64:
    """How likely the policy makes each legal move of boards [M, 16]: [M, 4], sums of 1.

    All 0 for a board without a move.
    """
    logits = Network(player.model).evaluate(boards)[0].astype(np.float64)
    legal = all_moves(boards).afterstate_PA >= 0
    weights = np.where(legal, np.exp(logits - logits.max(axis=1, keepdims=True)), 0.0)
    chances: F64 = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    return chances


def _show(boards: U8, recording: Recording, chances: F64 | None, speed: float) -> None:
    pause_s = 1.0 / speed if speed else 0.0
    with Live(auto_refresh=False) as live:
        try:
            for number, board in enumerate(boards):
                action = int(recording.moves[number]) if number < len(recording.moves) else None
                beside = chances[number] if chances is not None else None
                live.update(board_picture(board, number, action, beside), refresh=True)
                time.sleep(pause_s)
        except KeyboardInterrupt:
            live.update(board_picture(boards[-1], len(boards) - 1, None, None), refresh=True)

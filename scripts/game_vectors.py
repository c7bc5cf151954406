"""The cases of `spec/vectors/games.json`: what 2048 does, for every language that plays it.

Boards are written as 16 digits to base 18, one exponent each, row by row.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from app.environment.board import (
    ACTIONS,
    I64,
    TABLES,
    U8,
    Bool,
    legal_moves,
    move_tiles,
    next_random,
    seed_states,
)
from app.play.games import play_games
from app.play.recording import recording_of, replay

_DIGITS = "0123456789abcdefgh"
_GENERATOR_SEEDS = (0, 1, 2**32 - 1, 2**53 - 1)
_GAME_SEEDS = (0, 1, 7, 4_294_967_295)
_BOARDS = (
    "0000000000000000",
    "1111111111111111",
    "1122122121121221",
    "1010020200331133",
    "0123456789abcdef",
    "ghhgh00hgg00hhhh",
    "1212212112122121",
    "a900099a0a9a90a9",
)


def game_vectors() -> dict[str, Any]:
    """Random numbers by seed, moves of single boards, and whole games."""
    return {
        "random": [{"seed": seed, "draws": _draws(seed)} for seed in _GENERATOR_SEEDS],
        "moves": [_moves(text) for text in _BOARDS],
        "games": [_game(seed) for seed in _GAME_SEEDS],
    }


def _as_text(board: U8) -> str:
    """One board [16] as digits."""
    return "".join(_DIGITS[exponent] for exponent in board)


def _draws(seed: int) -> list[str]:
    states = np.zeros(1, np.uint64)
    seed_states(states, np.array([seed], np.uint64))
    return [f"{int(next_random(states, 0)):016x}" for _ in range(4)]


def _moves(text: str) -> dict[str, Any]:
    """One board, which moves are legal, and each one's board (before a new tile) and points."""
    board = np.array([[_DIGITS.index(digit) for digit in text]], np.uint8)
    legal = np.zeros((1, ACTIONS), np.bool_)
    legal_moves(TABLES, board, 0, legal)
    after = []
    for action in range(ACTIONS):
        moved = board.copy()
        points = move_tiles(TABLES, moved, 0, action)
        after.append({"board": _as_text(moved[0]), "points": max(points, 0)})
    return {"board": text, "legal": legal[0].tolist(), "after": after}


def _game(seed: int) -> dict[str, Any]:
    """A game of random legal moves: its recording, and its board after every move."""
    chooser = random.Random(seed)

    def choose(_boards: U8, masks: Bool) -> I64:
        legal = np.flatnonzero(masks[0])
        return legal[[int(chooser.random() * len(legal))]]

    recording = recording_of(play_games(choose, [seed]), 0)
    boards = [_as_text(board) for board in replay(recording)]
    return {"recording": recording.as_document(), "boards": boards}

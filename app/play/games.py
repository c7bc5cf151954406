"""Whole games, many at once, by one policy. Legend: N games, M moves, A 4 actions, 16 cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.environment.board import I64, U8, U64, Bool
from app.environment.games import Games

Policy = Callable[[U8, Bool], I64]
"""Boards uint8 [N, 16] and their legal moves bool [N, A] to one legal action [N] each."""


class IllegalActionError(Exception):
    """A policy chose a move that changes nothing, so its game would never end."""


@dataclass(frozen=True)
class PlayedGames:
    """What came of N games; `moves` with the seeds replay them exactly (see recording.py)."""

    seeds_N: U64
    scores_N: I64
    max_exponents_N: I64  # of the last board
    steps_N: I64  # moves played
    ended_N: Bool  # False where max_moves cut the game
    moves: tuple[U8, ...]  # per game its actions [M]

    def __len__(self) -> int:
        return len(self.seeds_N)


@dataclass(frozen=True)
class GamesSoFar:
    """How far N games are that are being played."""

    games: int
    ended: int
    moves: int  # played in all of them
    mean_score: float  # of all of them, as they stand
    best_score: int

    @property
    def moves_left(self) -> float | None:
        """How many more to expect: games end at the rate at which they ended so far.

        None until one has. It falls too late rather than too early, as long games end more often.
        """
        if self.ended == 0:
            return None
        return (self.games - self.ended) * self.moves / self.ended


Watch = Callable[[GamesSoFar], None]


def play_games(
    policy: Policy,
    seeds: Sequence[int] | U64,
    max_moves: int | None = None,
    watch: Watch | None = None,
) -> PlayedGames:
    """Play the game of every seed to its end.

    Game i is the game of seed i of `app.environment`, whatever else is in the batch. A game that
    ended leaves the batch: the policy is asked about living boards only.

    Args:
        policy: chooses the moves.
        seeds: one per game.
        max_moves: cut games after this many moves; None plays them to the end.
        watch: is told before each turn how far the games are.

    Raises:
        ValueError: there is no seed, or one is not in [0, 2^64).
        IllegalActionError: the policy chose a move that changes nothing.
    """
    seeds_N = _as_seeds(seeds)
    games = Games(len(seeds_N), restart=False)
    games.seed(seeds_N)
    games.start()
    actions_N = np.zeros(len(seeds_N), np.int64)
    turns: list[tuple[I64, U8]] = []  # per turn: the games that moved, and how
    moves_made = 0
    while max_moves is None or len(turns) < max_moves:
        living = np.flatnonzero(games.arrays.masks.any(axis=1))
        if watch is not None:
            watch(_so_far(games, len(living), moves_made))
        if len(living) == 0:
            break
        chosen = policy(games.arrays.boards[living], games.arrays.masks[living])
        actions_N[living] = chosen
        if games.step(actions_N).illegal[living].any():
            raise IllegalActionError("the policy chose a move that changes nothing")
        turns.append((living, chosen.astype(np.uint8)))
        moves_made += len(living)
    moves = _per_game(turns, len(seeds_N))
    return PlayedGames(
        seeds_N=seeds_N,
        scores_N=games.arrays.scores.copy(),
        max_exponents_N=games.arrays.boards.max(axis=1).astype(np.int64),
        steps_N=np.array([len(game) for game in moves], np.int64),
        ended_N=np.logical_not(games.arrays.masks.any(axis=1)),
        moves=moves,
    )


def _so_far(games: Games, living: int, moves: int) -> GamesSoFar:
    scores_N = games.arrays.scores
    return GamesSoFar(
        games=len(scores_N),
        ended=len(scores_N) - living,
        moves=moves,
        mean_score=float(scores_N.mean()),
        best_score=int(scores_N.max()),
    )


def _as_seeds(seeds: Sequence[int] | U64) -> U64:
    if len(seeds) == 0:
        raise ValueError("give at least one seed")
    if any(not 0 <= int(seed) < 2**64 for seed in seeds):
        raise ValueError("a seed is a whole number in [0, 2^64)")
    return np.array([int(seed) for seed in seeds], np.uint64)


def _per_game(turns: Sequence[tuple[I64, U8]], count: int) -> tuple[U8, ...]:
    """The moves of every game, from those of every turn."""
    if not turns:
        return tuple(np.zeros(0, np.uint8) for _ in range(count))
    games = np.concatenate([living for living, _ in turns])
    actions = np.concatenate([chosen for _, chosen in turns])
    in_game_order = np.argsort(games, kind="stable")
    ends = np.cumsum(np.bincount(games, minlength=count))[:-1]
    return tuple(np.split(actions[in_game_order], ends))

"""Games that are played and learnt from by looked-up values; the compiled loop's owner.

Legend: N games, 16 cells, A = 4 actions, T tuples, R rows of all tables, P boards.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from app.models.blocks import NTuple
from app.training.guard import NonFiniteError
from app.training.rollout import FinishedGame
from app.training.td.kernel import (
    ACTIONS,
    CELLS,
    F32,
    F64,
    I64,
    U8,
    Ended,
    Lookup,
    PlayedGames,
    begin_game,
    judge_moves,
    play_and_learn,
)
from app.training.td.lookup import build_slides, lookup_of, no_errors

SLICE_MOVES = 8192  # about ten milliseconds between two calls of check_in
SHORTEST_GAME = 14  # moves; every move leaves one tile more, and a board holds sixteen


class LookupLearner:
    """Learns in the memory of an n-tuple block, one move after the other on one core.

    Args:
        tables: one number per row; its mean, times `weight`, plus `bias`, is the value.
        game_count: N.
        seed: of the games.

    Attributes:
        moves: played so far.
        sums: see play_and_learn; whoever reports starts them again from 0.
        finished: games that ended; whoever reports empties it.
    """

    def __init__(
        self, tables: NTuple, game_count: int, seed: int, weight: float = 1.0, bias: float = 0.0
    ) -> None:
        self.slides = build_slides()
        self.lookup: Lookup = lookup_of(tables, *no_errors(tables), weight, bias)
        self.games = new_games(game_count, tables.tuple_count, seed)
        self.moves = 0
        self.sums: F64 = np.zeros(5)
        self.finished: list[FinishedGame] = []

    def learn(self, moves: int, rate: float, check_in: Callable[[], None]) -> None:
        """Play so many moves, and a few more to let every game have as many; learn after each.

        Args:
            rate: see play_and_learn.
            check_in: called every few milliseconds; what it raises ends the playing.

        Raises:
            NonFiniteError: a value is not finite. That change was not applied.
        """
        end = self.moves + moves
        while self.moves < end:
            check_in()
            each = max(1, min(SLICE_MOVES, end - self.moves) // len(self.games.boards))
            ended = room_for(self.games, each)
            count = play_and_learn(
                self.slides, self.lookup, self.games, ended, self.sums, each, rate
            )
            if count < 0:
                raise NonFiniteError("value")
            self.moves += each * len(self.games.boards)
            self.finished += [
                FinishedGame(int(score), int(exponent), int(steps))
                for score, exponent, steps in zip(*(part[:count] for part in ended), strict=True)
            ]

    def judge(self, boards_PC: U8) -> F32:
        """Reward and value of each move float32 [P, A], in thousands of points; -inf if illegal."""
        worth_PA = np.empty((len(boards_PC), ACTIONS), np.float32)
        judge_moves(self.slides, self.lookup, boards_PC, worth_PA)
        return worth_PA

    def tensors(self) -> dict[str, Tensor]:
        """Copies of errors and games, for a checkpoint; the entries are the block's."""
        arrays = {
            "error_sum": self.lookup.error_sum,
            "error_size": self.lookup.error_size,
            **{f"games.{name}": array for name, array in self.games._asdict().items()},
        }
        return {name: torch.from_numpy(_signed(array).copy()) for name, array in arrays.items()}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from a checkpoint; with another number of games, new games begin."""
        self.lookup.error_sum[:] = tensors["error_sum"].numpy()
        self.lookup.error_size[:] = tensors["error_size"].numpy()
        if len(tensors["games.boards"]) == len(self.games.boards):
            for name, array in self.games._asdict().items():
                array[:] = tensors[f"games.{name}"].numpy().view(array.dtype)


def new_games(count: int, tuple_count: int, seed: int) -> PlayedGames:
    """N games on their first boards, each with a generator of its own."""
    seeds = np.random.default_rng(seed).integers(2**63, size=count).astype(np.uint64)
    games = PlayedGames(
        boards=np.zeros((count, CELLS), np.uint8),
        states=seeds,
        scores=np.zeros(count, np.int64),
        steps=np.zeros(count, np.int64),
        rows=np.zeros((count, tuple_count), np.int64),
        moved=np.zeros(count, np.bool_),
    )
    for game in range(count):
        begin_game(games, game)
    return games


def room_for(games: PlayedGames, moves: int) -> Ended:
    """Room for every game that can end in so many moves of each."""
    most = len(games.boards) * (1 + moves // SHORTEST_GAME)

    def numbers() -> I64:
        return np.zeros(most, np.int64)

    return Ended(numbers(), numbers(), numbers())


def _signed(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Unsigned 64-bit numbers as their signed bits, which every reader of safetensors knows."""
    return array.view(np.int64) if array.dtype == np.uint64 else array

"""TD learning of a design whose value is a mean of looked-up entries: a million moves a second.

Legend: N games, T tuples, R rows of all tables.
"""

from collections.abc import Callable

import numpy as np
import torch

from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.training.guard import NonFiniteError
from app.training.hyperparameters import Hyperparameters
from app.training.rollout import FinishedGame
from app.training.td.kernel import (
    CELLS,
    I64,
    Ended,
    PlayedGames,
    begin_game,
    play_and_learn,
)
from app.training.td.lookup import build_slides, lookup_of, no_errors
from app.training.td.td_trainer import TDTrainer
from app.training.trainer import TrainerState

SLICE_MOVES = 8192  # about ten milliseconds between two calls of check_in
SHORTEST_GAME = 14  # moves; every move leaves one tile more, and a board holds sixteen


class LookupTrainer(TDTrainer):
    """Learns in the model's own memory, one move at a time; see TDTrainer for the arguments.

    Games take turns on one core, so that the same seed gives the same tables everywhere.
    """

    def __init__(
        self,
        config: DynamicModelConfig,
        model: GameTransformer,
        hyperparameters: Hyperparameters | None = None,
        *,
        total_steps: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(config, model, hyperparameters, total_steps=total_steps, seed=seed)
        self.slides = build_slides()
        self.errors = no_errors(model)
        tuple_count = len(lookup_of(model, *self.errors).offsets)
        self.games = new_games(self.hyperparameters.n_envs, tuple_count, seed)

    def learning_rate(self) -> float:
        """Share of an error that an entry which never changed its mind corrects."""
        return self.hyperparameters.td_rate

    def learn(self, check_in: Callable[[], None]) -> None:
        """Play td_moves and learn after each."""
        end = self.step + min(self.hyperparameters.td_moves, self.total_steps - self.step)
        lookup = lookup_of(self.model, *self.errors)
        while self.step < end:
            check_in()
            moves = max(1, min(SLICE_MOVES, end - self.step) // len(self.games.boards))
            ended = room_for(self.games, moves)
            count = play_and_learn(
                self.slides,
                lookup,
                self.games,
                ended,
                self.sums,
                moves,
                self.hyperparameters.td_rate,
            )
            if count < 0:
                raise NonFiniteError("value")
            self.finished += [
                FinishedGame(int(score), int(exponent), int(steps))
                for score, exponent, steps in zip(*(part[:count] for part in ended), strict=True)
            ]
            self.step += moves * len(self.games.boards)
            self.gradient_steps += 1

    def state(self) -> TrainerState:
        """Errors and games."""
        tensors = {
            "td.error_sum": torch.from_numpy(self.errors[0].copy()),
            "td.error_size": torch.from_numpy(self.errors[1].copy()),
        }
        for name, array in self.games._asdict().items():
            tensors[f"games.{name}"] = torch.from_numpy(signed(array).copy())
        return TrainerState(tensors, {})

    def restore(self, state: TrainerState) -> None:
        """Go on from a state; with another number of games, new games begin."""
        self.errors[0][:] = state.tensors["td.error_sum"].numpy()
        self.errors[1][:] = state.tensors["td.error_size"].numpy()
        if len(state.tensors["games.boards"]) == len(self.games.boards):
            for name, array in self.games._asdict().items():
                array[:] = state.tensors[f"games.{name}"].numpy().view(array.dtype)


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


def signed(array: np.ndarray) -> np.ndarray:
    """Unsigned 64-bit numbers as their signed bits, which every reader of safetensors knows."""
    return array.view(np.int64) if array.dtype == np.uint64 else array

"""A batch of 2048 games as a struct of arrays, stepped by one compiled kernel.

Legend: N games, 16 cells, A 4 actions (see board.py).
"""

import copy
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from numpy.typing import DTypeLike

from app.environment.board import (
    ACTIONS,
    CELLS,
    EXPONENTS,
    I64,
    TABLES,
    U8,
    U64,
    Bool,
    GameArrays,
    flat,
    refresh_masks,
    seed_states,
    start_games,
    step_games,
)

Shape = tuple[int, ...]
Array = npt.NDArray[Any]


class Games:
    """N games side by side, with automatic restart in the step that ends a game.

    Args:
        count: N.
        max_steps: truncate a game after this many steps; 0 plays every game to its end.
        restart: start the next game at once; without it an ended game stays on its last board.
        zeros: makes the arrays; another one than numpy's puts them where processes share them.
    """

    def __init__(
        self,
        count: int,
        *,
        max_steps: int = 0,
        restart: bool = True,
        zeros: Callable[[Shape, DTypeLike], Array] = np.zeros,
    ) -> None:
        if count < 1:
            raise ValueError(f"count must be at least 1, not {count}")
        self._max_steps = max_steps
        self._restart = restart
        self._use(_empty_arrays(count, zeros))

    def _use(self, arrays: GameArrays) -> None:
        self.arrays = arrays
        self.count = len(arrays.boards)
        self._flat = flat(arrays)
        self._shape = (self.count,)

    def part(self, begin: int, end: int) -> Self:
        """The games from begin to before end as a batch on the same memory.

        Parts that do not overlap may be played at the same time, each in its own thread. A part
        may be of no games at all.
        """
        part = copy.copy(self)
        part._use(GameArrays._make(array[begin:end] for array in self.arrays))
        return part

    def seed(self, seeds: U64) -> None:
        """Give every game its own seed [N]; takes effect with the next tile."""
        if seeds.shape != self._shape:
            raise ValueError(f"seeds must have shape {self._shape}, not {seeds.shape}")
        seed_states(self.arrays.states, seeds.astype(np.uint64))

    def start(self) -> None:
        """Begin a new game on every board."""
        self.start_some(np.ones(self.count, np.bool_))

    def start_some(self, chosen: Bool) -> None:
        """Begin a new game on the boards chosen [N]."""
        games = self._flat
        start_games(games.words, games.states, games.scores, games.steps, games.masks, chosen)

    def step(self, actions: I64) -> GameArrays:
        """Play one action [N] in every game; the arrays returned hold until the next step.

        Raises:
            ValueError: an action is not 0, 1, 2 or 3, or there is not one per game.
        """
        actions = np.ascontiguousarray(actions, np.int64)  # another kind would be compiled anew
        if actions.shape != self._shape:
            raise ValueError(f"actions must have shape {self._shape}, not {actions.shape}")
        if not step_games(TABLES, *self._flat, actions, self._max_steps, self._restart):
            raise ValueError("an action must be 0 (up), 1 (right), 2 (down) or 3 (left)")
        return self.arrays

    def snapshot(self) -> dict[str, U8 | U64 | I64]:
        """Copies of the arrays from which the games continue exactly."""
        kept = self.arrays
        return {
            "boards": kept.boards.copy(),
            "states": kept.states.copy(),
            "scores": kept.scores.copy(),
            "steps": kept.steps.copy(),
        }

    def restore(self, boards: U8, states: U64, scores: I64, steps: I64) -> None:
        """Continue from a snapshot's arrays.

        Raises:
            ValueError: the snapshot is of another number of games or holds impossible tiles.
        """
        if boards.shape != self.arrays.boards.shape:
            raise ValueError(f"the snapshot holds {len(boards)} games, not {self.count}")
        if boards.max() >= EXPONENTS:
            raise ValueError(f"a tile's exponent is at most {EXPONENTS - 1}, not {boards.max()}")
        self.arrays.boards[:] = boards
        self.arrays.states[:] = states
        self.arrays.scores[:] = scores
        self.arrays.steps[:] = steps
        self.refresh_masks()

    def refresh_masks(self) -> None:
        """Recompute the legal moves after boards were written from outside."""
        refresh_masks(self._flat.words, self._flat.masks)


def _empty_arrays(count: int, zeros: Callable[[Shape, DTypeLike], Array]) -> GameArrays:
    return GameArrays(
        boards=zeros((count, CELLS), np.uint8),
        states=zeros((count,), np.uint64),
        scores=zeros((count,), np.int64),
        steps=zeros((count,), np.int64),
        masks=zeros((count, ACTIONS), np.bool_),
        rewards=zeros((count,), np.int64),
        illegal=zeros((count,), np.bool_),
        terminated=zeros((count,), np.bool_),
        truncated=zeros((count,), np.bool_),
        final_boards=zeros((count, CELLS), np.uint8),
        final_scores=zeros((count,), np.int64),
        final_steps=zeros((count,), np.int64),
    )

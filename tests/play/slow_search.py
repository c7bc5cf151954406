"""Expectimax as slowly and obviously as possible: what the batched one is compared with."""

from collections.abc import Callable
from typing import Literal

from tests.environment.slow_2048 import SlowGame

Board = list[int]
Value = Callable[[Board], float]
Preferences = Callable[[Board], list[float]]


def after(board: Board, action: int) -> tuple[Board, int] | None:
    """The board after a move and the merged sum; None where nothing changes."""
    game = SlowGame(0)
    game.rows = [board[row * 4 : row * 4 + 4] for row in range(4)]
    rows, merged = game.after(action)
    return None if rows == game.rows else ([tile for row in rows for tile in row], merged)


def move_values(
    board: Board,
    depth: int,
    value: Value,
    preferences: Preferences,
    *,
    kind: Literal["position", "afterstate"],
    discount: float,
    reward: Callable[[int], float],
    level: int = 1,
) -> list[float | None]:
    """The value of each of four moves; None where it is illegal."""

    def following(position: Board) -> float:
        legal = [action for action in range(4) if after(position, action)]
        if not legal:
            return 0.0
        if level == depth:
            return value(position)
        deeper = move_values(
            position,
            depth,
            value,
            preferences,
            kind=kind,
            discount=discount,
            reward=reward,
            level=level + 1,
        )
        liked = preferences(position)
        best = max(legal, key=lambda action: (deeper[action] or 0.0) + liked[action])
        return deeper[best] or 0.0

    values: list[float | None] = []
    for action in range(4):
        moved = after(board, action)
        if moved is None:
            values.append(None)
            continue
        afterstate, merged = moved
        if kind == "afterstate" and level == depth:
            values.append(reward(merged) + discount * value(afterstate))
            continue
        empty = [cell for cell in range(16) if afterstate[cell] == 0]
        mean = sum(
            chance * following([*afterstate[:cell], tile, *afterstate[cell + 1 :]])
            for cell in empty
            for tile, chance in ((1, 0.9), (2, 0.1))
        ) / len(empty)
        values.append(reward(merged) + discount * mean)
    return values

from collections.abc import Iterator

import numpy as np
import torch

from app.environment.board import TABLES, move_tiles
from app.models.orientation import Orientation


def all_views(board: list[int]) -> Iterator[list[int]]:
    """The slow, obvious eight: turned and mirrored lists of rows."""
    rows = [board[4 * row : 4 * row + 4] for row in range(4)]
    for _ in range(2):
        for _ in range(4):
            yield [tile for row in rows for tile in row]
            rows = [list(row) for row in zip(*rows[::-1], strict=True)]
        rows = [row[::-1] for row in rows]


def boards(count: int) -> torch.Tensor:
    draws = np.random.default_rng(0)
    some = draws.integers(0, 18, (count, 16))
    some[: count // 2] = draws.integers(0, 3, (count // 2, 16))  # many equal tiles
    some[0] = 17
    some[1] = 0
    return torch.from_numpy(some)


def test_it_is_the_greatest_of_the_eight_views() -> None:
    some = boards(400)
    turned, view = Orientation()(some)
    assert view.unique().numel() == 8
    for board, canonical in zip(some.tolist(), turned.tolist(), strict=True):
        assert canonical == max(all_views(board))


def test_every_view_of_a_board_becomes_the_same() -> None:
    orientation = Orientation()
    for board in boards(50).tolist():
        views = torch.tensor(list(all_views(board)))
        assert orientation(views)[0].unique(dim=0).shape[0] == 1


def test_a_move_in_the_view_is_the_move_on_the_board() -> None:
    """The logits of a move are those of the same move of the turned board."""
    orientation = Orientation()
    some = boards(200)
    turned, view = orientation(some)
    of_action = orientation.own_directions(torch.arange(4).expand(len(some), 4), view)
    for board, canonical, becomes in zip(some, turned, of_action.tolist(), strict=True):
        for action in range(4):
            moved = np.stack([board.numpy(), canonical.numpy()]).astype(np.uint8)
            merged = [move_tiles(TABLES, moved, 0, action)]
            merged.append(move_tiles(TABLES, moved, 1, becomes[action]))
            assert merged[0] == merged[1]
            first, second = orientation(torch.from_numpy(moved.astype(np.int64)))[0]
            assert torch.equal(first, second)

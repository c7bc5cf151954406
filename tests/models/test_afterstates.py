"""Moves as tensor operations, held to the environment's, and what plays by them."""

import numpy as np
import pytest
import torch
from torch import Tensor

from app.environment.games import Games
from app.models.afterstates import Afterstates
from app.models.blocks import ActionOutput
from app.models.blocks.action_output import ILLEGAL_LOGIT
from tests.environment.slow_2048 import SlowGame


def random_boards(count: int, seed: int = 0) -> Tensor:
    """Boards of all kinds: full ones, sparse ones, of small tiles and of all."""
    random = np.random.default_rng(seed)
    largest = random.integers(2, 19, size=(count, 1))
    filled = random.random((count, 16)) < random.random((count, 1))
    return torch.from_numpy(random.integers(0, largest, size=(count, 16)) * filled)


def slow_after(board: list[int], action: int) -> tuple[list[int], int]:
    """Board after a move and merged tiles, on lists of plain integers."""
    game = SlowGame(0)
    game.rows = [board[start : start + 4] for start in range(0, 16, 4)]
    rows, merged = game.after(action)
    return [tile for row in rows for tile in row], merged


def test_moves_are_those_of_the_slow_game() -> None:
    boards = random_boards(500)
    moves = Afterstates()(boards)
    for board, after, rewards, legal in zip(boards, *moves, strict=True):
        for action in range(4):
            expected, merged = slow_after(board.tolist(), action)
            assert after[action].tolist() == expected
            assert rewards[action].item() == pytest.approx(merged / 1000)
            assert legal[action].item() == (expected != board.tolist())


def test_legal_moves_are_those_of_the_environment() -> None:
    boards = random_boards(2000, seed=1)
    games = Games(len(boards))
    games.arrays.boards[:] = boards.numpy()
    games.refresh_masks()
    assert np.array_equal(Afterstates()(boards).legal_BA.numpy(), games.arrays.masks)


def chooser() -> ActionOutput:
    return ActionOutput(ActionOutput.Config(tokens=16, width=8, chooses="afterstates"))


def test_it_has_nothing_to_learn_and_nothing_to_save() -> None:
    block = chooser()
    assert block.plays_afterstates
    assert not list(block.parameters())
    assert not block.state_dict()


def test_a_move_is_worth_its_points_and_what_it_leads_to() -> None:
    boards = random_boards(200)
    weights = torch.randn(16)

    def judge(after: Tensor) -> Tensor:
        return after.float() @ weights

    logits, values = chooser().choose(boards, judge)
    for board, logit, value in zip(boards, logits, values, strict=True):
        worth = {}
        for action in range(4):
            after, merged = slow_after(board.tolist(), action)
            if after != board.tolist():
                worth[action] = merged / 1000 + float(judge(torch.tensor(after)))
        if not worth:
            assert value.item() == 0
            assert logit.tolist() == [0, 0, 0, 0]
            continue
        assert value.item() == pytest.approx(max(worth.values()), abs=1e-3)
        for action in range(4):
            expected = worth[action] - max(worth.values()) if action in worth else ILLEGAL_LOGIT
            assert logit[action].item() == pytest.approx(expected, abs=1e-3)

import math

import numpy as np
import pytest
import torch

from app.environment.games import Games
from app.models.blocks import AuxLossHead
from app.models.blocks.aux_loss_head import legal_moves


def head(predicts: str, coef: float = 1.0) -> AuxLossHead:
    torch.manual_seed(0)
    return AuxLossHead(AuxLossHead.Config(8, 16, predicts, coef, "mean"))


def played_boards() -> tuple[torch.Tensor, torch.Tensor]:
    """Boards and the environment's masks of them: random play to the end, thousands of boards."""
    games, draws = Games(128, restart=False), np.random.default_rng(0)
    games.seed(np.arange(128).astype(np.uint64))
    games.start()
    boards, masks = [], []
    for _ in range(250):
        boards.append(games.arrays.boards.copy())
        masks.append(games.arrays.masks.copy())
        games.step((draws.random(games.arrays.masks.shape) * games.arrays.masks).argmax(axis=1))
    return (
        torch.from_numpy(np.concatenate(boards).astype(np.int64)),
        torch.from_numpy(np.concatenate(masks)),
    )


def test_legal_moves_are_those_of_the_environment() -> None:
    boards, masks = played_boards()
    assert len(boards) > 30_000
    assert (~masks.any(1)).any()  # finished games too
    assert torch.equal(legal_moves(boards), masks)


def test_legal_moves_on_any_board_even_of_the_largest_tiles() -> None:
    draws = np.random.default_rng(1)
    games = Games(20_000)
    low = draws.integers(0, 18, (20_000, 1))
    boards = draws.integers(low, np.minimum(low + 3, 18), (20_000, 16)).astype(np.uint8)
    games.arrays.boards[:] = np.where(draws.random(boards.shape) < 0.05, 0, boards)
    games.refresh_masks()
    expected = torch.from_numpy(games.arrays.masks)
    assert torch.equal(legal_moves(torch.from_numpy(games.arrays.boards.astype(int))), expected)


@pytest.mark.parametrize(
    ("predicts", "answer", "loss"),
    [
        ("max_tile", [0.0] * 18, math.log(18)),
        ("empty_cells", [0.25], (14 / 16 - 0.25) ** 2),
        ("valid_moves", [0.0] * 4, math.log(2)),
        ("max_tile", [50.0 if e == 3 else 0.0 for e in range(18)], 0.0),
        ("empty_cells", [14 / 16], 0.0),
        # Two tiles in the top row, neither at the right wall: every way but up.
        ("valid_moves", [-50.0, 50.0, 50.0, 50.0], 0.0),
    ],
)
def test_the_loss_is_that_of_the_same_board(
    predicts: str, answer: list[float], loss: float
) -> None:
    board = torch.zeros(1, 16, dtype=torch.int64)
    board[0, 1], board[0, 2] = 3, 1
    aux = head(predicts, coef=2.0).train()
    with torch.no_grad():
        aux.head.weight.zero_()
        aux.head.bias.copy_(torch.tensor(answer))
    aux(torch.randn(1, 16, 8), board)
    assert aux.loss.item() == pytest.approx(2.0 * loss, abs=1e-6)


def test_it_does_nothing_outside_training() -> None:
    aux = head("max_tile").eval()
    with torch.no_grad():
        aux.head.weight.fill_(math.nan)
    aux(torch.randn(2, 16, 8), torch.zeros(2, 16, dtype=torch.int64))
    assert aux.loss.item() == 0.0


@pytest.mark.parametrize("predicts", ["max_tile", "empty_cells", "valid_moves"])
def test_its_lesson_can_be_learnt(predicts: str) -> None:
    boards, _ = played_boards()
    boards = boards[torch.randperm(len(boards), generator=torch.Generator().manual_seed(0))[:2048]]
    aux = AuxLossHead(AuxLossHead.Config(18, 16, predicts, 1.0, "flatten"))
    x_BTV = torch.nn.functional.one_hot(boards, 18).float()
    optimizer = torch.optim.Adam(aux.parameters(), lr=0.02)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        aux(x_BTV, boards)
        aux.loss.backward()
        optimizer.step()
        losses.append(aux.loss.item())
    assert losses[-1] < 0.6 * losses[0]

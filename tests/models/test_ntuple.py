import itertools

import pytest
import torch

from app.models.blocks import NTuple
from app.models.blocks.ntuple import FORMS

GRID = [[4 * row + column for column in range(4)] for row in range(4)]


def groups(tuples: str) -> list[list[int]]:
    """Cells of every tuple, from the picture of the board."""
    rows = GRID
    columns = [list(column) for column in zip(*GRID, strict=True)]
    squares = [
        [GRID[r][c], GRID[r][c + 1], GRID[r + 1][c], GRID[r + 1][c + 1]]
        for r, c in itertools.product(range(3), range(3))
    ]
    lying = [
        [GRID[r + down][c + right] for down in range(2) for right in range(3)]
        for r, c in itertools.product(range(3), range(2))
    ]
    turned = [list(column) for column in zip(*GRID, strict=True)]
    upright = [
        [turned[r + down][c + right] for down in range(2) for right in range(3)]
        for r, c in itertools.product(range(3), range(2))
    ]
    return {
        "rows": rows,
        "columns": columns,
        "lines": rows + columns,
        "squares": squares,
        "linesquares": rows + columns + squares,
        "rectangles": lying + upright,
        "sixes": [
            [0, 1, 2, 3, 4, 5],
            [4, 5, 6, 7, 8, 9],
            [0, 1, 2, 4, 5, 6],
            [4, 5, 6, 8, 9, 10],
        ],
    }[tuples]


def block(tuples: str, tile_values: int = 5, shared: bool = True) -> NTuple:
    return NTuple(NTuple.Config(tuples, 3, tile_values, shared))


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("tuples", FORMS)
def test_it_looks_up_what_lies_in_each_tuple(tuples: str, shared: bool) -> None:
    """Against the slow obvious version, and no two different tuples share a row by accident."""
    ntuple = block(tuples, 4, shared)
    boards = torch.randint(0, 18, (200, 16))
    rows_BT = ntuple.rows(boards)
    seen: dict[int, object] = {}
    for board, rows_T in zip(boards.tolist(), rows_BT.tolist(), strict=True):
        for place, (cells, row) in enumerate(zip(groups(tuples), rows_T, strict=True)):
            form = {"linesquares": int(place >= 8), "sixes": place}.get(tuples, 0)
            told_apart = (form if shared else place, tuple(min(board[c], 3) for c in cells))
            assert seen.setdefault(row, told_apart) == told_apart
    assert len(set(seen.values())) == len(seen)
    assert rows_BT.min() >= 0
    assert rows_BT.max() < len(ntuple.table.weight)
    assert torch.equal(ntuple(boards), ntuple.table.weight[rows_BT])


def test_every_row_of_the_tables_can_be_reached() -> None:
    every_line = torch.tensor(list(itertools.product(range(2), repeat=16)))
    for tuples in FORMS:
        ntuple = block(tuples, 2, shared=False)
        assert ntuple.rows(every_line).unique().tolist() == list(range(len(ntuple.table.weight)))


def test_a_shared_table_is_blind_to_mirror_images_along_the_diagonal() -> None:
    boards = torch.randint(0, 18, (20, 16))
    turned = boards.reshape(-1, 4, 4).transpose(1, 2).reshape(-1, 16)
    for tuples in ("lines", "rectangles"):
        ntuple = block(tuples)
        half = len(groups(tuples)) // 2
        swapped = ntuple.rows(turned).roll(half, dims=1)
        assert torch.equal(ntuple.rows(boards), swapped)


def test_large_tables_are_addressed_in_64_bits() -> None:
    with torch.device("meta"):
        huge = NTuple(NTuple.Config("rectangles", 1, 18, shared=False))
    assert huge.table.weight.shape == (12 * 18**6, 1)
    assert huge.offsets_T.dtype == torch.int64


def views(board: torch.Tensor) -> list[torch.Tensor]:
    """A board [16] turned and mirrored in all 8 ways."""
    square = board.reshape(4, 4)
    turned = [torch.rot90(square, times) for times in range(4)]
    return [view.flatten() for square in turned for view in (square, square.T)]


@pytest.mark.parametrize("tuples", FORMS)
def test_a_symmetric_block_sees_the_same_in_all_views(tuples: str) -> None:
    ntuple = NTuple(NTuple.Config(tuples, 1, 6, symmetric=True))
    for board in torch.randint(0, 6, (10, 16)):
        seen = {tuple(sorted(ntuple.rows(view[None])[0].tolist())) for view in views(board)}
        assert len(seen) == 1


@pytest.mark.parametrize("tuples", FORMS)
def test_a_symmetric_block_reads_each_tuple_of_its_form_in_some_view(tuples: str) -> None:
    plain, symmetric = block(tuples), NTuple(NTuple.Config(tuples, 3, 5, symmetric=True))
    read = {frozenset(cells) for cells in symmetric.cells_S.reshape(-1, symmetric.size).tolist()}
    for cells in plain.cells_S.reshape(-1, plain.size).tolist():
        assert frozenset(cells) in read
    assert len(set(symmetric.offsets_T.tolist())) * 8 == symmetric.tuple_count

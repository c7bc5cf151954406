"""Looked-up features of groups of cells (Szubert and Jaśkowski 2014, "Temporal difference learning
of n-tuple networks for the game 2048").

Legend: B boards, T tuples, K cells of a tuple, F features, V tile values told apart.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from app.models.blocks.block import Block

SIDE = 4
BOARD = range(SIDE * SIDE)
START_STD = 0.1  # unseen tuples say little, and what is learnt soon outweighs it

Cells = tuple[int, ...]


def _rectangle(row: int, column: int, height: int, width: int) -> Cells:
    return tuple(
        SIDE * (row + down) + column + right for down in range(height) for right in range(width)
    )


ROWS = [_rectangle(row, 0, 1, SIDE) for row in range(SIDE)]
COLUMNS = [_rectangle(0, column, SIDE, 1) for column in range(SIDE)]
SQUARES = [_rectangle(row, column, 2, 2) for row in range(3) for column in range(3)]
LYING = [_rectangle(row, column, 2, 3) for row in range(3) for column in range(2)]


def _transposed(cells: Cells) -> Cells:
    return tuple(cell % SIDE * SIDE + cell // SIDE for cell in cells)


# The four of Yeh et al. 2016, "Multi-stage temporal difference learning for 2048-like games".
SIXES: list[Cells] = [
    (0, 1, 2, 3, 4, 5),
    (4, 5, 6, 7, 8, 9),
    _rectangle(0, 0, 2, 3),
    _rectangle(1, 0, 2, 3),
]
UPRIGHT = [_transposed(cells) for cells in LYING]  # read in the order of the lying ones
FORMS: dict[str, list[list[Cells]]] = {  # tuples that may share a table lie in one list
    "rows": [ROWS],
    "columns": [COLUMNS],
    "lines": [ROWS + COLUMNS],
    "squares": [SQUARES],
    "linesquares": [ROWS + COLUMNS, SQUARES],
    "rectangles": [LYING + UPRIGHT],
    "sixes": [[cells] for cells in SIXES],
}


def _views() -> list[Cells]:
    """The board turned and mirrored in all 8 ways: which cell lies where cell i lay."""
    turned = [tuple(BOARD)]
    for _ in range(3):
        turned.append(tuple(turned[-1][SIDE * (cell % SIDE) + 3 - cell // SIDE] for cell in BOARD))
    return turned + [_transposed(cells) for cells in turned]


def symmetric_forms(forms: list[list[Cells]]) -> list[list[Cells]]:
    """One form per kind of place: its first tuple as all 8 views of the board see it."""
    found: list[list[Cells]] = []
    seen: set[frozenset[int]] = set()
    for first in (cells for form in forms for cells in form):
        if frozenset(first) not in seen:
            found.append([tuple(view[cell] for cell in first) for view in _views()])
            seen |= {frozenset(cells) for cells in found[-1]}
    return found


class NTuple(Block):
    """A learned vector for every combination of tiles that a tuple can hold."""

    @dataclass(frozen=True)
    class Config(Block.Config):
        """`shared`: one table for all tuples of a form, instead of one each.

        `symmetric`: one table for each kind of place, read in all 8 views of the board.
        """

        tuples: str = "lines"
        features: int = 8
        tile_values: int = 12
        shared: bool = True
        symmetric: bool = False

    cells_S: Tensor  # S = T x K, tuple after tuple
    powers_K: Tensor
    offsets_T: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        forms = FORMS[config.tuples]
        if config.symmetric:
            forms = symmetric_forms(forms)
        cells_TK = [cells for form in forms for cells in form]
        self.tuple_count, self.size = len(cells_TK), len(cells_TK[0])
        rows_per_table = config.tile_values**self.size
        table_of_T = [at for at, form in enumerate(forms) for _ in form]
        if not (config.shared or config.symmetric):
            table_of_T = list(range(self.tuple_count))
        powers = [config.tile_values**power for power in reversed(range(self.size))]
        self.register_buffer("cells_S", torch.tensor(cells_TK).flatten(), persistent=False)
        self.register_buffer("powers_K", torch.tensor(powers), persistent=False)
        offsets_T = torch.tensor(table_of_T) * rows_per_table
        self.register_buffer("offsets_T", offsets_T, persistent=False)
        self.table = nn.Embedding((table_of_T[-1] + 1) * rows_per_table, config.features)
        nn.init.normal_(self.table.weight, std=START_STD)

    def forward(self, board_BT: Tensor) -> Tensor:
        """Board int64 [B, 16] to tokens float32 [B, T, F]."""
        return self.table(self.rows(board_BT))  # type: ignore[no-any-return]

    def rows(self, board_BT: Tensor) -> Tensor:
        """Where each tuple of each board looks: rows of the table, int64 [B, T]."""
        told_apart = board_BT.clamp(max=self.config.tile_values - 1)
        tiles_BTK = told_apart.index_select(1, self.cells_S).reshape(
            -1, self.tuple_count, self.size
        )
        return (tiles_BTK * self.powers_K).sum(-1) + self.offsets_T

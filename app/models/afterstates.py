"""The four moves of a board as tensor operations, so that a network can choose by what follows.

An afterstate is the board after the tiles have slid and before the new tile falls (Szubert and
Jaśkowski 2014, "Temporal difference learning of n-tuple networks for the game 2048"). Moves are
computed, not looked up: a table of all 18^4 lines would make an exported file 3 MB larger.

Legend: B boards, A = 4 actions (up, right, down, left), 16 cells, L = 4 lines, 4 places in a line.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

SIDE, CELLS, ACTIONS, LARGEST = 4, 16, 4, 17
POINTS_PER_UNIT = 1000.0
"""Values and rewards count in thousands of points: a game's 50,000 points as 50.0, which float32
holds a hundred times closer than the 1e-4 by which an exported file may differ."""


class Moves(NamedTuple):
    """What each action does to each board."""

    boards_BAC: Tensor  # int64 [B, A, 16] afterstates; the board itself where a move is illegal
    rewards_BA: Tensor  # float32 [B, A] merged tiles, in thousands of points
    legal_BA: Tensor  # bool [B, A]


class Afterstates(nn.Module):
    """Slides every board in all four directions."""

    cells_P: Tensor  # A x L x 4 places: the cell that lies there, first the one by the wall
    places_P: Tensor  # A x 16 cells: where each lies among those places
    packed_P4: Tensor  # for each pattern of empty places, the occupied ones first
    weights_4: Tensor
    points_E: Tensor  # of merging two tiles, by their exponent

    def __init__(self) -> None:
        super().__init__()
        cells = torch.arange(CELLS).reshape(SIDE, SIDE)
        lines_AL4 = torch.stack([cells.T, cells.flip(1), cells.flip(0).T, cells])
        patterns = torch.arange(2**SIDE)[:, None] >> torch.tensor([3, 2, 1, 0]) & 1
        packed = torch.argsort(1 - patterns, dim=1, stable=True)
        places_AC = torch.argsort(lines_AL4.reshape(ACTIONS, CELLS), dim=1)
        for name, tensor in (
            ("cells_P", lines_AL4.flatten()),
            ("places_P", (places_AC + CELLS * torch.arange(ACTIONS)[:, None]).flatten()),
            ("packed_P4", packed),
            ("weights_4", torch.tensor([8, 4, 2, 1])),
            ("points_E", 2.0 ** torch.arange(1, LARGEST + 2) / POINTS_PER_UNIT),
        ):
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, boards_BC: Tensor) -> Moves:
        """Boards int64 [B, 16] to their four moves."""
        lines = boards_BC.index_select(1, self.cells_P).reshape(-1, ACTIONS * SIDE, SIDE)
        slid, points = self.slide(lines)
        after_BP = slid.reshape(-1, ACTIONS * CELLS).index_select(1, self.places_P)
        after_BAC = after_BP.reshape(-1, ACTIONS, CELLS)
        legal_BA = (after_BAC != boards_BC[:, None]).any(-1)
        return Moves(after_BAC, points.reshape(-1, ACTIONS, SIDE).sum(-1), legal_BA)

    def slide(self, lines_BL4: Tensor) -> tuple[Tensor, Tensor]:
        """Slide lines of exponents int64 [B, L, 4] to their front.

        Returns:
            (the lines afterwards, the merged tiles in thousands of points float32 [B, L])
        """
        first, second, third, fourth = self._pack(lines_BL4).unbind(-1)
        one = _merges(first, second)
        two = _merges(second, third) & ~one
        three = _merges(third, fourth) & ~two
        merged = torch.stack(
            [
                first + one,
                (second + two) * ~one,
                (third + three) * ~two,
                fourth * ~three,
            ],
            dim=-1,
        )
        points = self._points(first, one) + self._points(second, two) + self._points(third, three)
        return self._pack(merged), points

    def _points(self, tile: Tensor, merges: Tensor) -> Tensor:
        return self.points_E[tile] * merges

    def _pack(self, lines_BL4: Tensor) -> Tensor:
        """Move the tiles to the front, in order."""
        patterns_BL = ((lines_BL4 > 0) * self.weights_4).sum(-1)
        order = self.packed_P4.index_select(0, patterns_BL.flatten())
        return lines_BL4.gather(-1, order.reshape(lines_BL4.shape))


def _merges(tile: Tensor, following: Tensor) -> Tensor:
    return (tile == following) & (tile > 0) & (tile < LARGEST)

"""One view of a position instead of eight. Legend: B boards, G 8 views, C 16 cells, A 4 actions.

2048 does not change when the board is turned or mirrored. A network that always sees the same one
of the eight views need not learn a position eight times, and plays all of them alike.
"""

import torch
from torch import Tensor, nn

SIDE = 4
CELLS = SIDE * SIDE
VIEWS = 8
EXPONENTS = 18
ACTIONS = 4
_STEPS = torch.tensor([(-1, 0), (0, 1), (1, 0), (0, -1)])  # (row, column) of up, right, down, left


class Orientation(nn.Module):
    """Turns boards into their canonical view, and answers back into the board's own directions.

    The canonical view is the one whose cells, read row by row, are the greatest in lexicographic
    order; so the first cell holds the greatest tile of the four corners. Where a board is its own
    mirror image, the first of its equal views is taken.
    """

    cells_S: Tensor  # S = G x C: where each cell of each view comes from
    actions_GA: Tensor  # what each action of the board becomes in the view
    place_values_K: Tensor  # of the first 15 cells: all eight views hold the same tiles, so the
    # last cell never decides, and 18^15 fits a signed number of 64 bits

    def __init__(self) -> None:
        super().__init__()
        views = [_view(turns, mirrored) for mirrored in (False, True) for turns in range(4)]
        cells_S = torch.cat([cells_C for cells_C, _ in views])
        self.register_buffer("cells_S", cells_S, persistent=False)
        actions_GA = torch.stack([actions_A for _, actions_A in views])
        self.register_buffer("actions_GA", actions_GA, persistent=False)
        place_values = [EXPONENTS**power for power in reversed(range(CELLS - 1))]
        self.register_buffer("place_values_K", torch.tensor(place_values), persistent=False)

    def forward(self, board_BC: Tensor) -> tuple[Tensor, Tensor]:
        """Boards int64 [B, 16] to (their canonical views [B, 16], which view each is [B])."""
        views_BGC = board_BC.index_select(1, self.cells_S).reshape(-1, VIEWS, CELLS)
        order_BG = (views_BGC[..., :-1] * self.place_values_K).sum(-1)
        view_B = order_BG.argmax(1)
        chosen_B1C = view_B[:, None, None].expand(-1, 1, CELLS)
        return views_BGC.gather(1, chosen_B1C).squeeze(1), view_B

    def own_directions(self, logits_BA: Tensor, view_B: Tensor) -> Tensor:
        """Logits of canonical views [B, 4] to those of the boards as they lie."""
        return logits_BA.gather(1, self.actions_GA.index_select(0, view_B))


def _view(turns: int, mirrored: bool) -> tuple[Tensor, Tensor]:
    cells = torch.rot90(torch.arange(CELLS).reshape(SIDE, SIDE), turns)
    steps_A2 = _STEPS
    for _ in range(turns):  # rot90 turns against the clock: what was right is then up
        steps_A2 = torch.stack([-steps_A2[:, 1], steps_A2[:, 0]], dim=1)
    if mirrored:
        cells = cells.flip(1)
        steps_A2 = steps_A2 * torch.tensor([1, -1])
    becomes_A = (steps_A2[:, None] == _STEPS).all(-1).int().argmax(1)
    return cells.reshape(CELLS), becomes_A

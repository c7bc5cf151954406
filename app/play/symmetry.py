"""The eight symmetries of the square, on boards and on actions. Legend: G 8 symmetries."""

import numpy as np

from app.environment.board import ACTIONS, CELLS, I64, U8
from app.play.network import F32

SYMMETRIES = 8
_DIRECTIONS = np.array([(-1, 0), (0, 1), (1, 0), (0, -1)])  # (row, column) of up, right, down, left


def _cells_and_actions(symmetry: int) -> tuple[I64, I64]:
    """Where each cell of the turned board comes from, and what each action becomes there."""
    turns, mirrored = symmetry % 4, symmetry >= 4
    cells = np.rot90(np.arange(CELLS).reshape(4, 4), turns)
    directions = _DIRECTIONS
    for _ in range(turns):  # rot90 turns against the clock: right becomes up
        directions = np.stack([-directions[:, 1], directions[:, 0]], axis=1)
    if mirrored:
        cells = cells[:, ::-1]
        directions = directions * (1, -1)
    actions = [int((direction == _DIRECTIONS).all(axis=1).argmax()) for direction in directions]
    return np.ascontiguousarray(cells).reshape(CELLS), np.array(actions)


_TABLES = [_cells_and_actions(symmetry) for symmetry in range(SYMMETRIES)]
CELLS_GC: I64 = np.stack([cells for cells, _ in _TABLES])
ACTIONS_GA: I64 = np.stack([actions for _, actions in _TABLES])


def turned(boards_BC: U8) -> U8:
    """Every board under every symmetry: uint8 [B, 16] to [B * G, 16]."""
    return boards_BC[:, CELLS_GC].reshape(-1, CELLS)


def mean_logits(logits: F32) -> F32:
    """Logits [B * G, A] of turned boards to their mean [B, A] in the board's own directions."""
    logits_BGA = logits.reshape(-1, SYMMETRIES, ACTIONS)
    own_BGA = np.take_along_axis(logits_BGA, ACTIONS_GA[None], axis=2)
    mean: F32 = own_BGA.mean(axis=1)
    return mean


def mean_values(values: F32) -> F32:
    """Values [B * G] of turned boards to their mean [B]."""
    mean: F32 = values.reshape(-1, SYMMETRIES).mean(axis=1)
    return mean

"""The eight symmetries of the square, on boards and on actions. Legend: G 8 symmetries."""

import numpy as np

from app.environment.board import ACTIONS, CELLS, I64, U8
from app.models.orientation import VIEWS, Orientation
from app.play.network import F32

SYMMETRIES = VIEWS
_VIEWS = Orientation()
CELLS_GC: I64 = _VIEWS.cells_S.reshape(SYMMETRIES, CELLS).numpy()
ACTIONS_GA: I64 = _VIEWS.actions_GA.numpy()


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

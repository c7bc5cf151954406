"""What a learner is rewarded with for a move. Legend: N games."""

import numpy as np
import numpy.typing as npt

from app.environment.board import I64

F32 = npt.NDArray[np.float32]

SCORE_UNIT = 40.0
"""Points that weigh as much as one step of log2: with it both rewards of a usual game are alike in
size, so that one learning rate and one entropy bonus suit both."""


def learnt_reward(kind: str, merged_N: I64) -> F32:
    """The reward [N] of moves that merged tiles of these sums; 0 where nothing merged.

    Args:
        kind: score, the points themselves in units of SCORE_UNIT; or log2, whose rewards grow with
            a tile's exponent, so that great tiles count little more than small ones.

    Raises:
        ValueError: there is no such kind.
    """
    match kind:
        case "score":
            return merged_N.astype(np.float32) / np.float32(SCORE_UNIT)
        case "log2":
            return np.log2(np.maximum(merged_N, 1)).astype(np.float32)
        case _:
            raise ValueError(f"there is no reward {kind!r}")

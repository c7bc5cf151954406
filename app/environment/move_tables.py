"""What happens to each of the 18^4 possible lines of 2048 when its tiles slide to one end.

Legend: R lines of 4 cells, each a tile exponent (0 empty, 1 = 2, 11 = 2048, up to 17).
"""

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

EXPONENTS = 18  # 0 to 17: 2^17 is the largest tile that 2048 can hold
LINES = EXPONENTS**4


def build_move_tables() -> U64:
    """Compute the tables with plain array operations (about 20 ms, no compilation).

    Returns:
        [2, 18^4]: towards the first cell, towards the last one. A line's index is
        `a + 18 b + 324 c + 5832 d`; its entry holds the four cells afterwards in the lowest four
        bytes, the first cell lowest, and the sum of the merged tiles in the upper half.
    """
    index = np.arange(LINES)
    lines = np.stack([index // EXPONENTS**power % EXPONENTS for power in range(4)], axis=1)
    to_first = _entries(*slide_lines(lines))
    moved, merged = slide_lines(lines[:, ::-1])
    return np.stack([to_first, _entries(moved[:, ::-1], merged)])


def slide_lines(lines: I64) -> tuple[I64, I64]:
    """Slide the tiles of every line [R, 4] to its first cell; equal neighbours merge once.

    Returns:
        The lines [R, 4] afterwards and the sum of the tiles [R] that came from merging.
    """
    slid = _pushed(lines)
    merged = np.zeros(len(lines), dtype=np.int64)
    for first in range(3):
        # Two 2^17 never meet in play; they are kept apart so that an exponent stays below 18.
        same = (slid[:, first] == slid[:, first + 1]) & (slid[:, first] > 0)
        same &= slid[:, first] < EXPONENTS - 1
        slid[same, first] += 1
        slid[same, first + 1] = 0
        merged[same] += 1 << slid[same, first]
    return _pushed(slid), merged


def _pushed(lines: I64) -> I64:
    order = np.argsort(lines == 0, axis=1, kind="stable")
    return np.take_along_axis(lines, order, axis=1)


def _entries(moved: I64, merged: I64) -> U64:
    cells = (moved << np.array([0, 8, 16, 24])).sum(axis=1)
    return np.asarray(cells | (merged << 32), np.uint64)

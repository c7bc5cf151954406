"""One board as text and as a picture. A board is uint8 [16], tile exponents row by row."""

import numpy as np

from app.environment.board import EXPONENTS, U8

_CELL_PX, _GAP_PX = 48, 4
_EMPTY = (205, 193, 180)
_GAP = (187, 173, 160)
# Colours at some exponents; those between are mixed from their neighbours.
_AT_EXPONENTS = (1, 3, 6, 11, EXPONENTS - 1)
_COLOURS = ((238, 228, 218), (242, 177, 121), (246, 94, 59), (237, 194, 46), (60, 58, 50))


def as_text(board: U8) -> str:
    """Four lines of numbers; a dot is an empty cell."""
    rows = board.reshape(4, 4).tolist()
    return "\n".join("".join(f"{1 << e if e else '.':>7}" for e in row) for row in rows)


def as_image(board: U8) -> U8:
    """RGB picture [196, 196, 3]: a square per cell, in the colour of its tile."""
    channels = zip(*_COLOURS, strict=True)
    tiles = [np.interp(range(EXPONENTS), _AT_EXPONENTS, channel) for channel in channels]
    palette = np.stack(tiles, axis=1).astype(np.uint8)
    palette[0] = _EMPTY
    image = np.full((4 * _CELL_PX + _GAP_PX, 4 * _CELL_PX + _GAP_PX, 3), _GAP, np.uint8)
    squares = palette[board.reshape(4, 4)].repeat(_CELL_PX, axis=0).repeat(_CELL_PX, axis=1)
    inside = np.arange(4 * _CELL_PX) % _CELL_PX < _CELL_PX - _GAP_PX
    drawn = np.flatnonzero(inside)
    image[np.ix_(drawn + _GAP_PX, drawn + _GAP_PX)] = squares[np.ix_(drawn, drawn)]
    return image

"""A board of 2048 in colours, with what the policy thinks beside it."""

from __future__ import annotations

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.environment.board import F64, U8

_NAMES = ("up", "right", "down", "left")
_BAR = 20
# Backgrounds from pale to strong, by exponent; what is larger than the last takes the last.
_COLOURS = (
    "#3c3a32 on #cdc1b4",
    "#3c3a32 on #eee4da",
    "#3c3a32 on #ede0c8",
    "#ffffff on #f2b179",
    "#ffffff on #f59563",
    "#ffffff on #f67c5f",
    "#ffffff on #f65e3b",
    "#3c3a32 on #edcf72",
    "#3c3a32 on #edcc61",
    "#3c3a32 on #edc850",
    "#3c3a32 on #edc53f",
    "#3c3a32 on #edc22e",
    "#ffffff on #3c3a32",
)


def board_picture(
    board: U8, number: int, action: int | None, chances: F64 | None
) -> RenderableType:
    """One board [16] after `number` moves, the move that follows and the policy's chances [4]."""
    grid = Table.grid(padding=(0, 0))
    for row in board.reshape(4, 4).tolist():
        for part in ("", "tile", ""):
            grid.add_row(*(_cell(exponent, shown=part == "tile") for exponent in row))
    beside = Table.grid(padding=(0, 1))
    beside.add_row(Text("move"), Text(str(number)))
    for direction, name in enumerate(_NAMES):
        style = "bold green" if direction == action else "dim"
        bar = "" if chances is None else "█" * round(_BAR * float(chances[direction]))
        share = "" if chances is None else f"{float(chances[direction]):5.1%}"
        beside.add_row(Text(name, style), Text(f"{share} {bar}", style))
    return Columns([grid, Group(beside)], padding=(0, 3))


def _cell(exponent: int, *, shown: bool) -> Text:
    text = str(1 << exponent) if shown and exponent else ""
    return Text(f"{text:^7}", style=_COLOURS[min(exponent, len(_COLOURS) - 1)])

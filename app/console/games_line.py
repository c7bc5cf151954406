"""A line that tells how far games are, on a terminal, while they are played."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from app.console.figures import duration
from app.play.games import GamesSoFar, Watch

_SECONDS_BETWEEN = 0.25


@contextmanager
def games_line(title: str, *, as_json: bool, console: Console | None = None) -> Iterator[Watch]:
    """What `play_games` tells is shown in a line that goes when the games are over.

    Nothing is shown with `as_json`, nor where standard error is no terminal.

    Args:
        console: to write to instead of standard error, for tests.
    """
    if console is None and (as_json or not sys.stderr.isatty()):
        yield lambda _so_far: None
        return
    shown = console or Console(stderr=True)
    with Live(console=shown, auto_refresh=False, transient=True) as live:
        started, next_at = time.monotonic(), 0.0

        def watch(so_far: GamesSoFar) -> None:
            nonlocal next_at
            now = time.monotonic()
            if now >= next_at:
                next_at = now + _SECONDS_BETWEEN
                live.update(Text(line_of(title, so_far, now - started), "dim"), refresh=True)

        yield watch


def line_of(title: str, so_far: GamesSoFar, seconds: float) -> str:
    """How far games are after so many seconds: `Search play: 3 of 16 games ended, ...`."""
    parts = [f"{so_far.moves:,} moves", f"{duration(seconds)} gone"]
    if so_far.games == 1:
        parts.insert(0, f"score {so_far.best_score:,}")
    else:
        parts.insert(0, f"{so_far.ended} of {so_far.games} games ended")
        parts.insert(1, f"mean score so far {so_far.mean_score:,.0f}")
    if so_far.moves_left is not None:
        left = so_far.moves_left * seconds / so_far.moves
        parts.append(f"about {duration(left)} left")
    return f"{title}: {', '.join(parts)}"

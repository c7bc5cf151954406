"""What notebooks show of our objects: short tables, every text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable
from itertools import islice
from typing import Any

MOST_ROWS = 50


def table(title: str, rows: Iterable[tuple[str, Any]], note: str = "") -> str:
    """HTML of a title and names with values; of long tables the first MOST_ROWS rows.

    Args:
        note: behind the title, small.
    """
    pairs = list(islice(rows, MOST_ROWS + 1))
    cells = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(_shown(value))}</td></tr>"
        for name, value in pairs[:MOST_ROWS]
    )
    more = "<tr><td>…</td><td></td></tr>" if len(pairs) > MOST_ROWS else ""
    small = f" <small>{html.escape(note)}</small>" if note else ""
    return f"<b>{html.escape(title)}</b>{small}<table>{cells}{more}</table>"


def _shown(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"

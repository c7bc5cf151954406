"""Edits of hyperparameters, and what the journal keeps of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from weightslab.hyperparameters.values import Path, Source, as_json
from weightslab.store.journal import Journal, read_journal

KIND = "hyperparameters"


@dataclass(frozen=True, slots=True)
class Edit:
    """One key that gets another value; `former` and `registered` are None where it had none."""

    path: Path
    value: Any
    former: Any
    registered: Any
    source: Source
    step: int

    def as_json(self) -> dict[str, Any]:
        """As the journal keeps it."""
        return {
            "path": [str(key) for key in self.path],
            "value": as_json(self.value),
            "former": as_json(self.former),
            "registered": as_json(self.registered),
            "source": self.source,
            "step": self.step,
        }


def write_edits(journal: Journal, edits: list[Edit]) -> None:
    """Bring edits to the disk, as one entry.

    Raises:
        OSError: the journal cannot be written.
    """
    journal.append(KIND, changes=[edit.as_json() for edit in edits])


def edits_of_page(root: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """The last edit of each key by a page, in any run in this folder, unless file or script gave
    the key another value since then.

    Raises:
        StoreDamagedError: the journal is not what was written.
    """
    edits: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in read_journal(root):
        for change in entry.fields["changes"] if entry.kind == KIND else ():
            path = tuple(change["path"])
            if change["source"] == "page":
                edits[path] = change
            elif change["source"] in ("file", "registered"):
                edits.pop(path, None)
    return edits

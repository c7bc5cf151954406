"""One evaluation pass, as others may look at it while it runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Literal

from weightslab.notebook import table

State = Literal["pending", "running", "done", "cancelled", "failed"]


@dataclass
class EvaluationPass:
    """One pass, from being asked for to its result.

    Attributes:
        loader: the name of a watched loader.
        source: who asked: "code", "page" or "console".
        step: the model's age.
        marker: the experiment's hash with the suffix `_N`; empty before it ran.
        means: of every signal its mean over the pass, or what its metric's `compute` gave.
        done, total: batches; total is None where the loader has no length.
        error: why it failed.
        cancelled: set: it ends at its next batch.
        ended: set when it is done, cancelled or failed.
    """

    loader: str
    source: str
    state: State = "pending"
    step: int = 0
    marker: str = ""
    means: dict[str, float] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    error: str | None = None
    cancelled: threading.Event = field(default_factory=threading.Event, repr=False)
    ended: threading.Event = field(default_factory=threading.Event, repr=False)

    def _repr_html_(self) -> str:
        batches = f"{self.done} of {self.total} batches" if self.total else f"{self.done} batches"
        note = f"{self.state} at step {self.step}, {batches} {self.error or ''}"
        return table(f"evaluation of {self.loader}", self.means.items(), note)

    def end(self, state: State) -> None:
        """It is over."""
        self.state = state
        self.ended.set()

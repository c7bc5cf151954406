"""A line that tells how far an evaluation pass is, where a person looks: terminal or notebook."""

from __future__ import annotations

import sys
import time

_EVERY_S = 0.2


class ProgressLine:
    """One line on stderr, written anew; nothing where stderr goes to a file."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._is_seen = sys.stderr.isatty() or "ipykernel" in sys.modules
        self._began = time.monotonic()
        self._shown_at = self._began
        self._length = 0

    def show(self, done: int, total: int | None) -> None:
        """Write how many batches are done, at most five times a second."""
        now = time.monotonic()
        if not self._is_seen or now - self._shown_at < _EVERY_S:
            return
        self._shown_at = now
        rate = done / (now - self._began)
        of = f"/{total}" if total is not None else ""
        left = f", {(total - done) / rate:.0f} s left" if total is not None and done else ""
        self._write(f"[WeightsLab] Evaluation {self._name!r}: {done}{of} batches{left}")

    def clear(self) -> None:
        """Take the line away."""
        if self._length:
            self._write("")
            self._length = 0
            sys.stderr.write("\r")

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r{line:<{self._length}}")
        sys.stderr.flush()
        self._length = len(line)

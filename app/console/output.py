"""What the console writes, in one place."""

from __future__ import annotations

import json
import sys


def say(line: str) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_json(value: object) -> None:
    """One line of JSON on standard output. Raises ValueError for NaN and infinities."""
    say(json.dumps(value, ensure_ascii=False, allow_nan=False))


def complain(line: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"model-studio: {line}\n")

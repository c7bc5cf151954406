"""How a signal's name, its column in the frame of samples, and its curve belong together."""

from weightslab.errors import ArgumentError

DERIVED = "signals//"
SAVED = "signals_"
LONGEST = 256


def plain(name: str) -> str:
    """The name that history knows: without the prefix of a column.

    Raises:
        ArgumentError: it is no text, empty, or longer than LONGEST characters.
    """
    if not isinstance(name, str):
        raise ArgumentError(f"a signal's name is a text, not {type(name).__name__}.")
    short = name.removeprefix(DERIVED)
    if not 0 < len(short) <= LONGEST:
        raise ArgumentError(f"a signal's name has 1 to {LONGEST} characters, not {len(short)}.")
    return short


def saved_column(name: str) -> str:
    """The column of a value per sample that a loss, a metric or `save_signals` gave."""
    return name if name.startswith(DERIVED) else SAVED + name


def derived_column(name: str) -> str:
    """The column of a `@signal`, and of values per instance."""
    return name if name.startswith(DERIVED) else DERIVED + name

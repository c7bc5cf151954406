"""Tags: present or absent, or one of several values per sample. No disk, no ids: rows only."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from weightslab.errors import ArgumentError
from weightslab.samples.growing import Growing
from weightslab.samples.sorted_runs import Int32

LONGEST_NAME = 256
LONGEST_VALUE = 1024
MOST_CATEGORIES = 10_000
NO_VALUE = -1


class Tags:
    """All tags of all samples."""

    def __init__(self) -> None:
        self._marks: dict[str, Growing] = {}
        self._codes: dict[str, Growing] = {}
        self._categories: dict[str, list[str]] = {}

    @property
    def names(self) -> list[str]:
        """Every tag that was set or registered."""
        return [*self._marks, *self._codes]

    @property
    def categories(self) -> dict[str, list[str]]:
        """The values of each categorical tag, in the order they were registered."""
        return {name: list(values) for name, values in self._categories.items()}

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return sum(c.nbytes for c in (*self._marks.values(), *self._codes.values()))

    def check_mark(self, name: str) -> None:
        """Whether a tag can be present or absent on samples.

        Raises:
            ArgumentError: it is no name, or a categorical tag has it.
        """
        _check_text("a tag's name", name, LONGEST_NAME)
        if name in self._codes:
            raise ArgumentError(f"{name!r} is a categorical tag: use set_categorical_tag.")

    def check_values(self, name: str, values: Iterable[str]) -> None:
        """Whether a categorical tag can have these values.

        Raises:
            ArgumentError: not texts, too long, too many, or the name is a tag of the other kind.
        """
        _check_text("a tag's name", name, LONGEST_NAME)
        if name in self._marks:
            raise ArgumentError(f"{name!r} is a tag without values: use tag_samples.")
        known = set(self._categories.get(name, ()))
        for value in values:
            _check_text(f"a value of tag {name!r}", value, LONGEST_VALUE)
            known.add(value)
        if len(known) > MOST_CATEGORIES:
            raise ArgumentError(f"tag {name!r}: at most {MOST_CATEGORIES:,} values.")

    def mark(self, name: str, rows: Int32, present: bool) -> None:
        """Add or remove a tag."""
        column = self._marks.setdefault(name, Growing(bool, fill=False))
        if len(rows):
            column.grow(int(rows.max()) + 1)[rows] = present

    def register(self, name: str, values: Iterable[str]) -> None:
        """Add values that a categorical tag may have."""
        self._codes.setdefault(name, Growing(np.int16, NO_VALUE))
        known = self._categories.setdefault(name, [])
        known.extend(value for value in dict.fromkeys(values) if value not in known)

    def set_value(self, name: str, rows: Int32, value: str | None) -> None:
        """Give samples one value of a categorical tag; None: none."""
        self.register(name, [] if value is None else [value])
        code = NO_VALUE if value is None else self._categories[name].index(value)
        if len(rows):
            self._codes[name].grow(int(rows.max()) + 1)[rows] = code

    def marks(self, name: str, length: int) -> NDArray[np.bool_]:
        """Per row whether the tag is present; of a categorical tag: whether it has a value."""
        if name in self._codes:
            return np.asarray(self.codes(name, length) != NO_VALUE)
        return self._marks[name].grow(length)[:length]

    def codes(self, name: str, length: int) -> NDArray[np.int16]:
        """Per row which of the categories it has, -1 for none."""
        return self._codes[name].grow(length)[:length]


def _check_text(what: str, text: object, longest: int) -> None:
    if not isinstance(text, str):
        raise ArgumentError(f"{what} is a text, not {type(text).__name__}.")
    if not text.strip():
        raise ArgumentError(f"{what} is empty.")
    if len(text) > longest:
        raise ArgumentError(f"{what} is {len(text):,} characters long; at most {longest:,}.")

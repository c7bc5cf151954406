"""Where an export goes: a file as named, or a name made from what was asked for."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any, BinaryIO

from weightslab.errors import ArgumentError
from weightslab.store.storage import refusals, storage_at

FORMATS = ("json", "csv", "parquet")


def checked_format(name: str) -> str:
    """The format, one of FORMATS.

    Raises:
        ArgumentError: it is none.
    """
    if name not in FORMATS:
        raise ArgumentError(f"format {name!r} is unknown: use one of {', '.join(FORMATS)}.")
    return name


def place_of(
    path: Any, root: str, kind: str, file_format: str, parameters: Mapping[str, Any]
) -> str:
    """The file to write.

    Args:
        path: a file if it has an extension and is no folder; else a folder; None: `root`.
        kind: the end of a name that is made: `<hash>_<kind>.<format>`.
        parameters: what was asked for, normalised: the same gives the same name.
    """
    text = str(root if path is None else path)
    if path is not None and PurePath(text).suffix and not _is_folder(text):
        return text
    digest = hashlib.md5(json.dumps(parameters, sort_keys=True).encode(), usedforsecurity=False)
    return f"{text.rstrip('/')}/{digest.hexdigest()[:8]}_{kind}.{file_format}"


@contextmanager
def written(place: str) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place when the block ends well; folders are made.

    Raises:
        StoreError: the disk is full or refuses; what was there is intact.
    """
    folder, _, name = place.replace(os.sep, "/").rpartition("/")
    with refusals(place), storage_at(folder or ".").create(name) as file:
        yield file


def normalised(wish: Any) -> list[Any] | None:
    """None, one thing or several, as None or a sorted list of distinct ones."""
    if wish is None or (isinstance(wish, str) and wish == "all"):
        return None
    several = [wish] if isinstance(wish, str | int) or not hasattr(wish, "__iter__") else list(wish)
    plain = {entry.item() if hasattr(entry, "item") else entry for entry in several}
    return sorted(plain, key=str)


def _is_folder(text: str) -> bool:
    from pathlib import Path

    return "://" not in text and Path(text).is_dir()

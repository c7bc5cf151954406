"""Files and folders that are there completely or not at all, whatever is killed meanwhile.

What is written goes to a temporary name beside its place, reaches the disk (fsync), is renamed,
and the rename reaches the disk too. Left-overs of a killed writer start with ``.tmp-`` and are
removed by `remove_leftovers`.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY_PREFIX = ".tmp-"


def write_file(path: Path, content: bytes) -> None:
    """Replace `path` by `content` in one step.

    Raises:
        OSError: the disk is full or refuses; the old file is intact.
    """
    with replaced_file(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; when the block ends well it becomes `path`.

    Raises:
        OSError: the disk is full or refuses; the old file is intact.
    """
    temporary = _temporary_beside(path)
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give an empty temporary folder to fill; when the block ends well it becomes `path`.

    Args:
        path: where the folder appears.
        replace: take the place of a folder that is there already. Folders cannot be exchanged in
            one step everywhere: a kill between two renames leaves neither.

    Raises:
        FileExistsError: `path` is there already and not to be replaced; it is left as it is.
        OSError: the disk is full or refuses; nothing is left behind.
    """
    if path.exists() and not replace:
        raise FileExistsError(f"{path} is there already")
    temporary = _temporary_beside(path)
    temporary.mkdir()
    try:
        yield temporary
        for file in temporary.iterdir():
            sync(file)
        sync(temporary)
        if replace and path.exists():
            former = _temporary_beside(path)
            path.rename(former)
            temporary.rename(path)
            shutil.rmtree(former)
        else:
            temporary.rename(path)
        sync(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what writers left in `folder` when they were killed. Not while one is writing."""
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _temporary_beside(path: Path) -> Path:
    return path.with_name(f"{TEMPORARY_PREFIX}{path.name}-{uuid.uuid4().hex[:8]}")

"""One writer per root: a second one is refused, and told who holds it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import weakref
from pathlib import Path

from weightslab.errors import StoreLockedError
from weightslab.store.storage import LocalStorage, Storage, refusals

_held: set[str] = set()
_guard = threading.Lock()
_descriptors: weakref.WeakSet[WriterLock] = weakref.WeakSet()


class WriterLock:
    """Holds one part of a root ("history", "journal") for this process until `release`.

    Local folders are locked for all processes by flock, which a kill lets go of; an object store
    only for this process, since it has no locks: one writer at a time is the user's care there.

    Raises:
        StoreLockedError: it is held already.
        StoreError: the folder cannot be written.
    """

    def __init__(self, storage: Storage, part: str) -> None:
        self._descriptor: int | None = None
        self._key = f"{_canonical(storage)}/{part}"
        with _guard:
            if self._key in _held:
                raise StoreLockedError(
                    f"{storage.root}: this process ({os.getpid()}) writes its {part} already."
                )
            if isinstance(storage, LocalStorage):
                self._descriptor = _locked_file(storage.path / part)
            _held.add(self._key)
            _descriptors.add(self)

    def release(self) -> None:
        """Let the next writer in. Releasing twice is no error."""
        with _guard:
            _held.discard(self._key)
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _canonical(storage: Storage) -> str:
    return str(storage.path.resolve()) if isinstance(storage, LocalStorage) else storage.root


def _locked_file(folder: Path) -> int:
    """An open, locked file in `folder` that says whose it is."""
    path = folder / "writer.pid"
    with refusals(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        with contextlib.suppress(OSError):  # a full disk: only the message to others suffers
            os.write(descriptor, str(os.getpid()).encode())
    except BlockingIOError as error:
        os.close(descriptor)
        holder = path.read_text() or "unknown"
        raise StoreLockedError(
            f"{folder} is written by process {holder}: end it, or use another log folder."
        ) from error
    return descriptor


def _let_go_after_fork() -> None:
    # A forked child (a worker of a loader) would keep the lock when its parent was killed.
    for lock in list(_descriptors):
        lock._close()
    _held.clear()


os.register_at_fork(after_in_child=_let_go_after_fork)

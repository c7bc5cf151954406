"""Where identities are written: one append-only file, or one object each where there are no files
to append to."""

from __future__ import annotations

from pathlib import Path

from weightslab.errors import StoreDamagedError
from weightslab.store.frames import FrameFile, Frames, file_of, read_frames
from weightslab.store.storage import LocalStorage, refusals, storage_at

FOLDER = "samples"
_FILE = f"{FOLDER}/identity.frames"


class IdentityLog:
    """Entries in the order they were written; the caller is the only writer of the root.

    Args:
        root: a folder, or an address that fsspec knows.

    Attributes:
        found: the entries that were there already.

    Raises:
        StoreError: the folder cannot be written.
        StoreDamagedError: an entry that others follow is not what was written.
    """

    def __init__(self, root: Path | str) -> None:
        self._storage = storage_at(root)
        self._file: FrameFile | None = None
        self.found = read_identity(root)
        self._count = len(self.found)
        if isinstance(self._storage, LocalStorage):
            path = self._storage.path / _FILE
            with refusals(str(path)):
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = FrameFile(path)

    def append(self, payload: bytes) -> None:
        """Write an entry; it outlives the process at once, the machine after `sync`.

        Raises:
            StoreError: the disk is full or refuses; nothing was written.
        """
        with refusals(f"{self._storage.root}/{FOLDER}"):
            if self._file is not None:
                self._file.append(payload)
            else:
                name = f"{FOLDER}/{self._count:012d}.frames"
                self._storage.replace(name, file_of(payload))
        self._count += 1

    def sync(self) -> None:
        """Wait until everything is on the disk.

        Raises:
            StoreError: the disk refuses.
        """
        if self._file is not None:
            with refusals(f"{self._storage.root}/{FOLDER}"):
                self._file.sync()

    def close(self) -> None:
        """Wait for the disk and let go of the file. Closing twice is no error."""
        if self._file is not None:
            self.sync()
            self._file.close()
            self._file = None


def read_identity(root: Path | str) -> list[memoryview]:
    """The entries under a root, oldest first; any process may read.

    Raises:
        StoreDamagedError: one that others follow is not what was written.
    """
    storage = storage_at(root)
    payloads: list[memoryview] = []
    for name in storage.names(FOLDER):
        if name.endswith(".frames"):
            found: Frames = read_frames(storage.read(f"{FOLDER}/{name}"))
            if found.damaged:
                raise StoreDamagedError(
                    f"{storage.root}/{FOLDER}/{name}: the entry at byte {found.damaged[0]} is not"
                    " what was written. Restore the file from a copy."
                )
            payloads += found.payloads
    return payloads

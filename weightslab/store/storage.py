"""Where the ledger's files are: a local folder, or whatever fsspec reaches (s3://, memory://)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from weightslab.atomic_files import TEMPORARY_PREFIX, sync, write_file
from weightslab.errors import StoreError

Create = Callable[[str], AbstractContextManager[Any]]


class Storage(Protocol):
    """Files by name, relative to a root, with "/" between folders."""

    root: str

    def names(self, folder: str) -> list[str]:
        """The files directly in a folder, sorted; none where there is no such folder."""

    def walk(self, folder: str) -> list[str]:
        """The names, relative to the root, of all files in and below a folder."""

    def version(self, name: str) -> object:
        """Something that differs after the file was replaced; None where there is none."""

    def read(self, name: str, start: int = 0) -> bytes:
        """The bytes of a file from `start` on; raises FileNotFoundError."""

    def open(self, name: str) -> Any:
        """A seekable file to read Parquet from; raises FileNotFoundError."""

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all and on the disk when it returns; raises OSError."""

    def create(self, name: str) -> AbstractContextManager[Any]:
        """A file to write to, which takes its name when the block ends well."""

    def together(self) -> AbstractContextManager[Create]:
        """Several such files: they take their names when the outer block ends well.

        Waiting for the disk once makes hundreds of small files a matter of one second, not ten.
        """

    def remove(self, name: str) -> None:
        """Remove a file; nothing to do where there is none."""


def storage_at(root: Path | str) -> Storage:
    """The storage of a path or of an address that fsspec knows."""
    text = str(root)
    if "://" in text and not text.startswith(("file://", "local://")):
        return RemoteStorage(text)
    return LocalStorage(Path(text.split("://", 1)[-1]))


def local_path(root: Path | str) -> Path | None:
    """The folder on this machine, or None where it is elsewhere."""
    storage = storage_at(root)
    return storage.path if isinstance(storage, LocalStorage) else None


@contextmanager
def refusals(where: str) -> Iterator[None]:
    """Turn what the system refuses into a StoreError that names the place and keeps `errno`."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(error.errno, f"{where} cannot be written: {reason}") from error


class LocalStorage:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = str(path)

    def names(self, folder: str) -> list[str]:
        """See Storage."""
        with suppress(FileNotFoundError):
            return sorted(
                file.name
                for file in (self.path / folder).iterdir()
                if not file.name.startswith(TEMPORARY_PREFIX)
            )
        return []

    def walk(self, folder: str) -> list[str]:
        """See Storage; left-overs of killed writers are among them."""
        files = (file for file in (self.path / folder).rglob("*") if file.is_file())
        return sorted(file.relative_to(self.path).as_posix() for file in files)

    def version(self, name: str) -> object:
        """See Storage."""
        with suppress(FileNotFoundError):
            status = (self.path / name).stat()
            return status.st_ino, status.st_mtime_ns, status.st_size
        return None

    def read(self, name: str, start: int = 0) -> bytes:
        """See Storage."""
        with (self.path / name).open("rb") as file:
            file.seek(start)
            return file.read()

    def open(self, name: str) -> Any:
        """See Storage."""
        import pyarrow

        return pyarrow.OSFile(str(self.path / name), "rb")

    def replace(self, name: str, content: bytes) -> None:
        """See Storage."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        write_file(self.path / name, content)

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """See Storage."""
        with self.together() as create, create(name) as file:
            yield file

    @contextmanager
    def together(self) -> Iterator[Create]:
        """See Storage."""
        places: dict[Path, Path] = {}

        @contextmanager
        def create(name: str) -> Iterator[BinaryIO]:
            place = self.path / name
            temporary = place.with_name(f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:16]}")
            place.parent.mkdir(parents=True, exist_ok=True)
            places[temporary] = place
            with temporary.open("wb") as file:
                yield file

        try:
            yield create
            for temporary in places:
                sync(temporary)
            for temporary, place in places.items():
                temporary.replace(place)
            for folder in self._folders(places.values()):
                sync(folder)
        finally:
            for temporary in places:
                temporary.unlink(missing_ok=True)

    def _folders(self, places: Iterable[Path]) -> set[Path]:
        """The folders of these files, and those above them that may be new."""
        above = {folder for place in places for folder in place.relative_to(self.path).parents}
        return {self.path / folder for folder in above}

    def remove(self, name: str) -> None:
        """See Storage; a folder that becomes empty stays."""
        (self.path / name).unlink(missing_ok=True)


class RemoteStorage:
    """What fsspec reaches. Object stores show a file when it is whole: no temporary names."""

    def __init__(self, root: str) -> None:
        import fsspec

        self.root = root.rstrip("/")
        self.files, self._base = fsspec.core.url_to_fs(self.root)

    def names(self, folder: str) -> list[str]:
        """See Storage."""
        with suppress(FileNotFoundError):
            found = self.files.ls(self._place(folder), detail=True, refresh=True)
            return sorted(str(f["name"]).rsplit("/", 1)[-1] for f in found if f["type"] == "file")
        return []

    def walk(self, folder: str) -> list[str]:
        """See Storage."""
        base = self._base.strip("/")
        found = (
            self.files.find(self._place(folder)) if self.files.exists(self._place(folder)) else []
        )
        return sorted(str(name).strip("/").removeprefix(base).strip("/") for name in found)

    def version(self, name: str) -> object:
        """See Storage: its whole content, since modification times there may be coarse."""
        with suppress(FileNotFoundError):
            return self.read(name)
        return None

    def read(self, name: str, start: int = 0) -> bytes:
        """See Storage."""
        return bytes(self.files.cat_file(self._place(name), start=start or None))

    def open(self, name: str) -> Any:
        """See Storage."""
        return self.files.open(self._place(name), "rb")

    def replace(self, name: str, content: bytes) -> None:
        """See Storage."""
        self._make_folder(name)
        self.files.pipe_file(self._place(name), content)

    @contextmanager
    def create(self, name: str) -> Iterator[Any]:
        """See Storage."""
        self._make_folder(name)
        with self.files.transaction, self.files.open(self._place(name), "wb") as file:
            yield file

    @contextmanager
    def together(self) -> Iterator[Create]:
        """See Storage; here each takes its name by itself."""
        yield self.create

    def remove(self, name: str) -> None:
        """See Storage."""
        with suppress(FileNotFoundError):
            self.files.rm_file(self._place(name))

    def _make_folder(self, name: str) -> None:
        self.files.makedirs(self._place(name).rsplit("/", 1)[0], exist_ok=True)

    def _place(self, name: str) -> str:
        return f"{self._base}/{name}"

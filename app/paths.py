"""Where things lie: the data folder, the generated sources, the built page."""

from __future__ import annotations

import fcntl
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import StartupError

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


def is_source_checkout() -> bool:
    """Whether this package runs from the repository rather than from an installed wheel."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "spec").is_dir()


@dataclass(frozen=True)
class DataFolder:
    """The folders under `--data-dir`."""

    root: Path

    @property
    def runs(self) -> Path:
        """One folder per run."""
        return self.root / "runs"

    @property
    def database(self) -> Path:
        """What the embedded mongod writes."""
        return self.root / "mongodb"

    @property
    def exports(self) -> Path:
        """Files on their way to a browser; emptied at every start."""
        return self.root / "exports"

    def run(self, run_id: str) -> Path:
        """The folder of one run."""
        return self.runs / run_id

    def generated(self) -> Path:
        """Where compiled designs go: the package of a checkout, else the data folder."""
        package = PACKAGE / "models" / "generated"
        if is_source_checkout() and os.access(package, os.W_OK):
            return package
        return self.root / "generated"

    def prepare(self) -> None:
        """Makes the folders. Raises StartupError where they cannot be written."""
        try:
            for folder in (self.root, self.runs, self.database, self.exports):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            reason = (error.strerror or "it cannot be written").lower()
            raise StartupError(
                f"The data folder {self.root} cannot be written ({reason}): "
                "choose another one with --data-dir."
            ) from error

    def identity(self) -> str:
        """A name that this folder keeps, so that servers that share a MongoDB know their runs."""
        file = self.root / "home_id"
        if not file.exists():
            file.write_text(uuid.uuid4().hex)
        return file.read_text().strip()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for this process; the kernel lets go of it however the process ends.

        Raises StartupError where another server holds it.
        """
        with (self.root / "server.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StartupError(
                    f"Another Model Studio is using the data folder {self.root}: "
                    "stop it or choose another one with --data-dir."
                ) from error
            yield


def built_page() -> Path | None:
    """The folder with the built `index.html`, or None where the page was not built."""
    for folder in (CHECKOUT / "frontend" / "dist", PACKAGE / "_page"):
        if (folder / "index.html").is_file():
            return folder
    return None

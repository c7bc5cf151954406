"""Writes compiled designs to disk and tells whether somebody changed them."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from app.errors import DiskFullError, SourceTamperedError
from weightslab.atomic_files import write_file

log = logging.getLogger(__name__)


def sha256_of(source: str) -> str:
    """Hexadecimal SHA-256 of the source's UTF-8 bytes."""
    return hashlib.sha256(source.encode()).hexdigest()


@dataclass(frozen=True)
class GeneratedFiles:
    """The folder of generated modules; a file is named by the design's server-made id."""

    folder: Path

    def path(self, design_id: str) -> Path:
        """Where the module of a design lies."""
        return self.folder / f"{design_id}.py"

    def write(self, design_id: str, source: str) -> None:
        """Replaces the module in one step. Raises DiskFullError."""
        log.info("Writing generated/%s.py", design_id)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_file(self.path(design_id), source.encode())
        except OSError as error:
            raise DiskFullError(
                f"generated/{design_id}.py could not be written ({error.strerror}). "
                "Free some space and compile again."
            ) from error

    def check(self, design_id: str, source: str) -> None:
        """Restores a missing file. Raises SourceTamperedError where its bytes are others."""
        try:
            found = self.path(design_id).read_bytes()
        except FileNotFoundError:
            self.write(design_id, source)
            return
        if found != source.encode():
            raise SourceTamperedError(
                f"generated/{design_id}.py is not what the compiler wrote. "
                "Compile the design again, then train."
            )

    def remove(self, design_id: str) -> None:
        """Deletes the module where there is one."""
        self.path(design_id).unlink(missing_ok=True)

"""The YAML file of hyperparameters: read safely, and watched for changes."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import yaml

from weightslab.errors import ArgumentError
from weightslab.hyperparameters.values import MOST_VALUES

MOST_BYTES = 2**20
_SETTLED_S = 0.1
Signature = tuple[int, int, int]


class FileError(ArgumentError):
    """The file is no mapping that YAML can read; the message names it."""

    code = "hyperparameters.file"


class _Loader(yaml.SafeLoader):
    """YAML's safe loader that reads 1e-3 as the number it is, as YAML 1.2 does."""


_FLOAT = re.compile(r"^[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)[eE][-+]?[0-9]+$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))


class ConfigFile:
    """One file, and what it looked like when it was read last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._signature: Signature | None = None

    def read(self, *, may_be_empty: bool = True) -> dict[Any, Any]:
        """What the file says.

        Args:
            may_be_empty: an empty file is an empty mapping; otherwise it is one half-written.

        Raises:
            FileNotFoundError: there is none.
            OSError: it cannot be read.
            FileError: it is too big, no YAML, or no mapping.
        """
        self._signature = self._look()
        with self.path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise FileError(f"{self.path} is larger than {MOST_BYTES} bytes.")
        try:
            values = yaml.load(content, Loader=_Loader)  # noqa: S506  a safe loader
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise FileError(f"{self.path} is no YAML: {_short(error)}") from error
        if values is None and may_be_empty:
            return {}
        if not isinstance(values, dict):
            raise FileError(f"{self.path} holds no mapping of names to values.")
        if not _is_small(values):
            raise FileError(f"{self.path} has more than {MOST_VALUES} values.")
        return values

    def has_changed(self) -> bool:
        """Whether the file is another than when it was read last, and is being written no more."""
        signature = self._look()
        if signature is None or signature == self._signature:
            return False
        time.sleep(_SETTLED_S)
        return self._look() == signature

    def _look(self) -> Signature | None:
        try:
            stat = self.path.stat()
        except OSError:  # away while an editor replaces it
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _is_small(values: dict[Any, Any]) -> bool:
    """Whether all of it is few values: references in YAML can make few bytes very many."""
    left, found = [iter([values])], 0
    while left:
        for value in left[-1]:
            found += 1
            if isinstance(value, dict | list):
                left.append(iter(value.values() if isinstance(value, dict) else value))
                break
        else:
            left.pop()
        if found > MOST_VALUES:
            return False
    return True


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

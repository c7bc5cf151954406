"""Loads a compiled design from its file, by digest, under a private module name."""

import hashlib
import re
import sys
from importlib.abc import SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.models.game_transformer import GameTransformer

GENERATED_FOLDER = Path(__file__).resolve().parent / "generated"
_DESIGN_ID = re.compile(r"[0-9a-f]{32}")


class ModelSourceError(Exception):
    """A compiled design cannot be loaded; `code` is stable, the message is for people."""

    code = "model.source"


class ModelSourceMissingError(ModelSourceError):
    """There is no such file, or its name is not a design's id."""

    code = "model.source_missing"


class ModelSourceChangedError(ModelSourceError):
    """The file is not the one that was compiled: its digest differs."""

    code = "model.source_changed"


class ModelSourceBrokenError(ModelSourceError):
    """The file does not hold a class GeneratedModel(GameTransformer)."""

    code = "model.source_broken"


def generated_model_path(design_id: str, folder: Path | None = None) -> Path:
    """Where the source of a design lies.

    Raises:
        ModelSourceMissingError: the id is not 32 hexadecimal digits, so it names no file.
    """
    if not _DESIGN_ID.fullmatch(design_id):
        raise ModelSourceMissingError("A design's id is 32 hexadecimal digits.")
    return (folder or GENERATED_FOLDER) / f"{design_id}.py"


class _CheckedSource(SourceLoader):
    """Imports the bytes whose digest was checked, not what the file may hold a moment later."""

    def __init__(self, path: Path, source: bytes) -> None:
        self._path, self._source = path, source

    def get_filename(self, fullname: str) -> str:
        return str(self._path)

    def get_data(self, path: str | bytes) -> bytes:
        return self._source


def load_model_class(path: Path, sha256: str | None) -> type["GameTransformer"]:
    """Import the file's GeneratedModel. What is checked is what runs: the file is read once.

    Args:
        path: the generated file.
        sha256: hexadecimal digest it must have, or None where the caller has no record of it.

    Raises:
        ModelSourceMissingError, ModelSourceChangedError, ModelSourceBrokenError
    """
    from app.models.game_transformer import GameTransformer

    try:
        source = path.read_bytes()
    except OSError as error:
        raise ModelSourceMissingError(
            f"{path.name} cannot be read: compile the design again."
        ) from error
    digest = hashlib.sha256(source).hexdigest()
    if sha256 is not None and digest != sha256:
        raise ModelSourceChangedError(
            f"{path.name} is not what was compiled (SHA-256 {digest[:12]}, not {sha256[:12]}): "
            "compile the design again."
        )
    loader = _CheckedSource(path, source)
    name = f"_model_studio_generated_{digest[:16]}"
    module = module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    try:
        loader.exec_module(module)
    except (SyntaxError, ImportError, NameError, AttributeError, TypeError) as error:
        raise ModelSourceBrokenError(
            f"{path.name} does not load ({type(error).__name__}): compile the design again."
        ) from error
    sys.modules[module.__name__] = module
    model_class = vars(module).get("GeneratedModel")
    if not (isinstance(model_class, type) and issubclass(model_class, GameTransformer)):
        raise ModelSourceBrokenError(f"{path.name} holds no GeneratedModel(GameTransformer).")
    return model_class

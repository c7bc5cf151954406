"""A typed door to numba: compiled once, cached on disk wherever a folder can be written."""

import functools
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

import numba

PACKAGE = Path(__file__).resolve().parents[1]
KERNEL_FOLDERS = ("environment", "play", "training")
IMPORT = b"app.environment.jit import compiled"

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile `function` to machine code at its first call and keep the result on disk.

    It runs without the interpreter's lock, so two threads may each play their own games.

    The cache lies in $NUMBA_CACHE_DIR or beside the source; where that cannot be written (an
    installed package), in the user's cache folder, and failing that in a private folder under the
    temporary one.
    """
    with _cache_in(_cache_folder()):
        return cast(Function, numba.njit(cache=True, nogil=True)(function))


@contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    """For our own kernels alone: what else uses numba in this process keeps its place."""
    settings = vars(numba.config)
    before = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = str(folder)
    try:
        yield
    finally:
        settings["CACHE_DIR"] = before


@functools.cache
def _cache_folder() -> Path:
    """One for each state of the kernels' sources.

    numba looks at the file of a kernel alone, not at those that it calls in other files.
    """
    name = f"kernels-{_digest_of_kernels()}"
    chosen = vars(numba.config)["CACHE_DIR"]
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    beside = Path(__file__).parent / "__pycache__"
    for folder in ([Path(chosen)] if chosen else []) + [beside, user / "model-studio"]:
        if _is_writable(folder / name):
            return folder / name
    return _private_folder() / name


def _digest_of_kernels() -> str:
    files = (file for name in KERNEL_FOLDERS for file in (PACKAGE / name).rglob("*.py"))
    sources = (file.read_bytes() for file in sorted(files))
    kernels = [source for source in sources if IMPORT in source]
    return hashlib.sha256(b"".join(hashlib.sha256(s).digest() for s in kernels)).hexdigest()[:16]


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _private_folder() -> Path:
    owner = hashlib.sha256(f"{os.getuid()}:{Path(__file__)}".encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"model-studio-numba-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():  # somebody else's folder could hold their code
        folder = Path(tempfile.mkdtemp(prefix="model-studio-numba-"))
    return folder

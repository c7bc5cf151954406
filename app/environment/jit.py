"""A typed door to numba: compiled once, cached on disk wherever a folder can be written."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile `function` to machine code at its first call and keep the result on disk.

    It runs without the interpreter's lock, so two threads may each play their own games.

    The cache lies beside the source; where that cannot be written (an installed package),
    in the user's cache folder, and failing that in a private folder under the temporary one.
    """
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba: "no locator available", neither folder can be written
        vars(numba.config)["CACHE_DIR"] = str(_private_cache_folder())
        return cast(Function, numba.njit(cache=True, nogil=True)(function))


def _private_cache_folder() -> Path:
    owner = hashlib.sha256(f"{os.getuid()}:{Path(__file__)}".encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"model-studio-numba-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():  # somebody else's folder could hold their code
        folder = Path(tempfile.mkdtemp(prefix="model-studio-numba-"))
    return folder

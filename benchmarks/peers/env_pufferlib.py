"""PufferLib's C core of 2048, built with a driver of ours: `peers/pufferlib/driver.c`.

The releases on the package index (up to 3.0.0) have no 2048, and importing the package would need
far more than its core, so one header of the pinned commit is fetched and compiled as fast as this
machine allows. The core knows no masks: any of the four moves is played, drawn beforehand.
"""

import ctypes
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np

from peers.moves import Play, serve

COMMIT = "61f27b3988e2e2c144d9e8543c4041bb51a6477e"
HEADER = f"https://raw.githubusercontent.com/PufferAI/PufferLib/{COMMIT}/ocean/g2048/g2048.h"
DRIVER = Path(__file__).parent / "pufferlib"


def header_folder() -> Path:
    """Where g2048.h lies; fetched once into this interpreter's environment."""
    folder = Path(sys.prefix) / "pufferlib" / COMMIT
    header = folder / "g2048.h"
    if not header.exists():
        try:
            with urllib.request.urlopen(HEADER, timeout=30) as answer:
                text = answer.read()
        except (urllib.error.URLError, TimeoutError) as error:
            raise SystemExit(
                f"cannot fetch {HEADER} ({error}); it may be put into {folder}"
            ) from error
        folder.mkdir(parents=True, exist_ok=True)
        header.write_bytes(text)
    return folder


def make(batch: int) -> Play:
    """One call of the driver per move of the batch; every batch has a library of its own."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "g2048.so"
        include = [f"-I{DRIVER}", f"-I{header_folder()}"]
        options = ["-O3", "-march=native", "-shared", "-fPIC", "-w", *include]
        build = ["cc", *options, str(DRIVER / "driver.c"), "-o", str(library), "-lm"]
        subprocess.run(build, check=True)
        core = ctypes.PyDLL(str(library))
    observations = np.zeros((batch, 16), np.uint8)
    actions = np.zeros(batch, np.float64)
    rewards, terminals = np.zeros(batch, np.float32), np.zeros(batch, np.float32)
    arrays = (observations, actions, rewards, terminals)
    core.start(batch, *(array.ctypes.data_as(ctypes.c_void_p) for array in arrays))
    draws = np.random.default_rng(0).integers(4, size=(251, batch)).astype(np.float64)
    step, moves = core.step, 0
    step.restype = None

    def play(kept: object = arrays) -> None:
        nonlocal moves
        moves += 1
        actions[:] = draws[moves % 251]
        step()

    return play


if __name__ == "__main__":
    header_folder()
    serve(make)

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.run_folders import make_run, train_in_place

ROOT = Path(__file__).resolve().parents[2]
Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def cli() -> Cli:
    """Runs `model-studio` with arguments in a process of its own, as a user does."""

    def call(*arguments: str | Path, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *map(str, arguments)],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=240,
        )

    return call


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run that was trained for a moment."""
    folder = make_run(tmp_path_factory.mktemp("trained") / "run", template="tiny-linear")
    train_in_place(folder, updates=4)
    return folder

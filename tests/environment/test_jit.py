import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.environment import jit

INNER = "from app.environment.jit import compiled\n\n@compiled\ndef inner():\n    return {answer}\n"
OUTER = (
    "from app.environment.inner import inner\n"
    "from app.environment.jit import compiled\n\n"
    "@compiled\ndef outer():\n    return inner()\n"
)
RUN = "from app.environment.outer import outer; print(outer())"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Two kernels of which one calls the other, in files of their own."""
    folder = tmp_path / "site" / "app" / "environment"
    folder.mkdir(parents=True)
    for each in (folder, folder.parent):
        (each / "__init__.py").touch()
    shutil.copy(jit.__file__, folder / "jit.py")
    (folder / "inner.py").write_text(INNER.format(answer=1))
    (folder / "outer.py").write_text(OUTER)
    return folder


def answer(package: Path, **environment: str) -> str:
    kept = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-B", "-c", RUN],
        env=kept | {"PYTHONPATH": str(package.parents[1])} | environment,
        cwd=package.parents[1],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_read_only_installation_still_compiles_and_caches(package: Path, tmp_path: Path) -> None:
    (package / "__pycache__").write_text("a file, so that no folder can be made here")
    assert answer(package, TMPDIR=str(tmp_path), XDG_CACHE_HOME="/dev/null/none") == "1\n"
    (cache,) = tmp_path.glob("model-studio-numba-*")
    assert cache.stat().st_mode & 0o077 == 0
    assert list(cache.rglob("*.nbi"))


def test_a_kernel_notices_a_change_in_one_that_it_calls(package: Path) -> None:
    for number in (1, 2):
        (package / "inner.py").write_text(INNER.format(answer=number))
        assert answer(package) == f"{number}\n"
    assert len(list(package.rglob("outer*.nbi"))) == 2


def test_the_sources_are_looked_through_in_no_time() -> None:
    kernels = [
        file.name
        for name in jit.KERNEL_FOLDERS
        for file in (jit.PACKAGE / name).rglob("*.py")
        if jit.IMPORT in file.read_bytes()
    ]
    assert {"board.py", "gae.py", "kernel.py", "loss.py", "rollout.py", "tree.py"} <= set(kernels)
    began = time.process_time()
    jit._digest_of_kernels()
    assert time.process_time() - began < 0.1

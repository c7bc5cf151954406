import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, {folder!r})
from app.environment.jit import compiled
import probe
print(compiled(probe.double)(21))
"""


def test_a_read_only_installation_still_compiles_and_caches(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "__pycache__").write_text("a file, so that no folder can be made here")
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(folder=str(tmp_path))],
        env={**environment, "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": "/dev/null/none"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "42\n", done.stderr
    (cache,) = tmp_path.glob("model-studio-numba-*")
    assert cache.stat().st_mode & 0o077 == 0
    assert list(cache.rglob("*.nbi"))

import subprocess
import sys

import pytest

import weightslab as wl


def test_the_public_surface_is_pinned_and_sorted() -> None:
    parts = ["atomic_files", "checkpoints", "retention"]
    assert wl.__all__ == sorted(wl.__all__) == dir(wl) == parts
    for name in wl.__all__:
        assert getattr(wl, name).__name__ == f"weightslab.{name}"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = wl.nothing  # type: ignore[attr-defined]


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys, weightslab as wl; wl.checkpoints;"
        "print(sorted({'torch', 'numpy', 'app', 'fastapi', 'motor'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr

import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from weightslab import atomic_files

KILLED_WRITER = """
import sys, pathlib
from weightslab.atomic_files import write_file
path, length = pathlib.Path(sys.argv[1]), 200_000
for round in range(10**9):
    write_file(path, bytes([round % 251]) * length)
    if round == 0:
        print("going", flush=True)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail_inside(block: AbstractContextManager[Path], file: str) -> None:
    with block as temporary:
        (temporary / file if file else temporary).write_bytes(b"half")
        raise OSError("no room")


def test_a_file_is_replaced_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content in (b"one", b"two"):
        atomic_files.write_file(path, content)
        assert path.read_bytes() == content
    assert names(tmp_path) == ["a.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    atomic_files.write_file(path, b"old")
    with pytest.raises(OSError, match="no room"):
        fail_inside(atomic_files.replaced_file(path), "")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "step"
    with pytest.raises(OSError, match="no room"):
        fail_inside(atomic_files.new_folder(path), "a")
    assert names(tmp_path) == []
    with atomic_files.new_folder(path) as folder:
        (folder / "a").write_bytes(b"whole")
        assert not path.exists()
    assert (path / "a").read_bytes() == b"whole"
    with pytest.raises(FileExistsError), atomic_files.new_folder(path):
        pass
    assert names(tmp_path) == ["step"]


def test_kill_9_while_writing_never_leaves_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    for round_ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", KILLED_WRITER, str(path)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.01 + 0.007 * round_)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        content = path.read_bytes()
        assert len(content) == 200_000
        assert len(set(content)) == 1
    atomic_files.remove_leftovers(tmp_path)
    assert names(tmp_path) == ["a.bin"]


def test_left_over_folders_are_removed_too(tmp_path: Path) -> None:
    (tmp_path / ".tmp-step-1" / "x").mkdir(parents=True)
    (tmp_path / "kept").mkdir()
    atomic_files.remove_leftovers(tmp_path)
    assert names(tmp_path) == ["kept"]

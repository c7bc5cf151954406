import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from weightslab.checkpoints import (
    CheckpointDamagedError,
    CheckpointInfo,
    best_checkpoint,
    folder_name,
    list_checkpoints,
    newest_good,
    rate_checkpoint,
    read_manifest,
    verify_checkpoint,
    write_checkpoint,
)

KILLED_WRITER = """
import sys, pathlib
from weightslab.checkpoints import write_checkpoint
root = pathlib.Path(sys.argv[1])
for step in range(int(sys.argv[2]), 10**9):
    content = bytes([step % 251]) * 300_000
    writers = {"a.bin": lambda p: p.write_bytes(content), "b.bin": lambda p: p.write_bytes(content)}
    write_checkpoint(root, writers, step=step, update=step, score=None)
    print(step, flush=True)
"""


def write(root: Path, step: int, score: float | None = None) -> CheckpointInfo:
    writers = {
        "model.safetensors": lambda path: path.write_bytes(b"m" * 100),
        "trainer.json": lambda path: path.write_bytes(b"{}"),
    }
    return write_checkpoint(root, writers, step=step, update=step // 10, score=score)  # type: ignore[arg-type]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    info = write(tmp_path / "new" / "checkpoints", 1024, score=2.5)
    assert info.name == folder_name(1024) == "step_000000001024"
    assert (info.step, info.update, info.score, info.bytes) == (1024, 102, 2.5, 102)
    assert verify_checkpoint(info.path) == info == read_manifest(info.path)
    with pytest.raises(FileExistsError):
        write(tmp_path / "new" / "checkpoints", 1024)


def test_one_of_the_same_step_may_be_replaced(tmp_path: Path) -> None:
    write(tmp_path, 1, score=1.0)
    writers = {"other.json": lambda path: path.write_bytes(b"[]")}
    info = write_checkpoint(tmp_path, writers, step=1, update=0, score=2.0, replace=True)  # type: ignore[arg-type]
    assert verify_checkpoint(info.path).score == 2.0
    assert {path.name for path in info.path.iterdir()} == {"manifest.json", "other.json"}
    assert [path.name for path in tmp_path.iterdir()] == [info.name]


@pytest.mark.parametrize("name", ["model.safetensors", "trainer.json", "manifest.json"])
def test_every_flipped_bit_and_every_missing_file_is_found(tmp_path: Path, name: str) -> None:
    info = write(tmp_path, 1)
    file = info.path / name
    sound = file.read_bytes()
    for position in range(0, len(sound), 7):
        damaged = bytearray(sound)
        damaged[position] ^= 1 << position % 8
        file.write_bytes(damaged)
        with pytest.raises(CheckpointDamagedError, match=name.replace(".", r"\.")):
            verify_checkpoint(info.path)
    file.unlink()
    with pytest.raises(CheckpointDamagedError, match="cannot be read"):
        verify_checkpoint(info.path)


def test_a_renamed_or_newer_checkpoint_is_refused(tmp_path: Path) -> None:
    info = write(tmp_path, 1)
    moved = info.path.rename(tmp_path / folder_name(2))
    with pytest.raises(CheckpointDamagedError, match="another step"):
        read_manifest(moved)
    (moved / "manifest.json").write_text("[]")
    with pytest.raises(CheckpointDamagedError):
        read_manifest(moved)


def test_a_damaged_one_is_set_aside_and_the_one_before_used(tmp_path: Path) -> None:
    assert newest_good(tmp_path / "none") == (None, [])
    write(tmp_path, 1)
    good = write(tmp_path, 2)
    for step in (3, 4):
        (write(tmp_path, step).path / "model.safetensors").write_bytes(b"x")
    found, damaged = newest_good(tmp_path)
    assert found == good
    assert ["step_000000000004" in damaged[0], "step_000000000003" in damaged[1]] == [True, True]
    assert (tmp_path / "step_000000000004.damaged" / "model.safetensors").exists()
    assert newest_good(tmp_path) == (good, [])
    (write(tmp_path, 4).path / "manifest.json").unlink()
    assert newest_good(tmp_path)[0] == good


def test_the_best_is_that_of_the_highest_rating_and_without_ratings_of_the_highest_score(
    tmp_path: Path,
) -> None:
    assert best_checkpoint([]) is None
    for step, score in enumerate([None, 5.0, 9.0, 9.0, 1.0]):
        write(tmp_path, step, score)
    best = best_checkpoint(list_checkpoints(tmp_path))
    assert best is not None
    assert best.step == 3
    for step, rating in ((1, 700.0), (4, 650.0)):
        rate_checkpoint(tmp_path / folder_name(step), rating)
    assert verify_checkpoint(tmp_path / folder_name(1)).rating == 700.0
    best = best_checkpoint(list_checkpoints(tmp_path))
    assert best is not None
    assert best.step == 1
    (tmp_path / folder_name(1) / "rating.json").write_text("{")
    best = best_checkpoint(list_checkpoints(tmp_path))
    assert best is not None
    assert best.step == 4
    with pytest.raises(OSError, match="step_000000000009"):
        rate_checkpoint(tmp_path / folder_name(9), 1.0)


def test_a_number_that_is_none_never_reaches_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write(tmp_path, 1, score=float("nan"))
    assert not list(tmp_path.iterdir())


def test_kill_9_while_writing_leaves_every_earlier_one_intact(tmp_path: Path) -> None:
    acknowledged = -1
    for round_ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", KILLED_WRITER, str(tmp_path), str(1000 * round_)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.02 + 0.011 * round_)
        writer.send_signal(signal.SIGKILL)
        lines = writer.stdout.read().split()
        writer.wait()
        writer.stdout.close()
        acknowledged = int(lines[-1]) if lines else 1000 * round_
        for info in list_checkpoints(tmp_path):
            verify_checkpoint(info.path)
        newest, damaged = newest_good(tmp_path)
        assert newest is not None
        assert newest.step >= acknowledged
        assert damaged == []


def test_the_manifest_is_plain_json_for_other_tools(tmp_path: Path) -> None:
    manifest = json.loads((write(tmp_path, 7).path / "manifest.json").read_text())
    assert {"step", "update", "created_at", "score", "files"} <= manifest.keys()
    assert len(manifest["files"]["trainer.json"]["sha256"]) == 64

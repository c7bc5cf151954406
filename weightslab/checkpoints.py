"""Checkpoint folders with a manifest of digests: written whole, verified when read, never pickle.

A checkpoint is a folder `step_<12 digits>` with files (tensors as safetensors, the rest as JSON)
and `manifest.json`: step, update, created_at, score, the SHA-256 and size of every file, and a
digest of the manifest itself. Beside it `rating.json` may lie: what an evaluation said later. This
module knows nothing of what the files hold, and no torch.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from weightslab import atomic_files
from weightslab.errors import WeightslabError
from weightslab.notebook import table

MANIFEST = "manifest.json"
RATING = "rating.json"
DAMAGED_SUFFIX = ".damaged"
_FOLDER = re.compile(r"step_(\d{12})")
_VERSION = 1


class CheckpointDamagedError(WeightslabError):
    """A checkpoint is incomplete or not what was written; the message names file and folder."""

    code = "checkpoint.damaged"


@dataclass(frozen=True)
class CheckpointInfo:
    """What a manifest says. `score` is the mean score when it was written, None before any.

    `elapsed_s` are the seconds of training until then, None where the writer did not count them;
    `rating` is the mean score of the checkpoint's own evaluation, None before one.
    """

    path: Path
    step: int
    update: int
    created_at: str
    score: float | None
    files: Mapping[str, Mapping[str, Any]]
    elapsed_s: float | None = None
    rating: float | None = None

    def _repr_html_(self) -> str:
        rows = [("written", self.created_at), ("score", self.score), ("bytes", self.bytes)]
        return table(f"checkpoint of step {self.step}", rows, str(self.path))

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def bytes(self) -> int:
        """Size of all files but the manifest."""
        return sum(int(entry["bytes"]) for entry in self.files.values())


def folder_name(step: int) -> str:
    """The name of the checkpoint folder of an environment step."""
    return f"step_{step:012d}"


def step_of(folder: Path) -> int:
    """The step of a checkpoint folder, by its name."""
    return int(folder.name.removeprefix("step_"))


def write_checkpoint(
    root: Path,
    writers: Mapping[str, Callable[[Path], None]],
    *,
    step: int,
    update: int,
    score: float | None,
    elapsed_s: float | None = None,
    replace: bool = False,
) -> CheckpointInfo:
    """Write a checkpoint so that it is there completely or not at all.

    Args:
        root: folder of the checkpoints; made if missing.
        writers: per file name, a function that writes the file at the path it is given.
        replace: take the place of a checkpoint of the same step.

    Raises:
        FileExistsError: there is one of this step already, and it is not to be replaced.
        OSError: the disk is full or refuses; older checkpoints are intact.
    """
    root.mkdir(parents=True, exist_ok=True)
    path = root / folder_name(step)
    with atomic_files.new_folder(path, replace=replace) as folder:
        files = {}
        for name, write in writers.items():
            write(folder / name)
            size = (folder / name).stat().st_size
            files[name] = {"sha256": file_sha256(folder / name), "bytes": size}
        manifest = {
            "version": _VERSION,
            "step": step,
            "update": update,
            "created_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "score": score,
            "elapsed_s": elapsed_s,
            "files": files,
        }
        manifest["digest"] = _manifest_digest(manifest)
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, allow_nan=False))
    return read_manifest(path)


def read_manifest(path: Path) -> CheckpointInfo:
    """Read one checkpoint's manifest without reading its other files.

    Raises:
        CheckpointDamagedError: it is missing, changed, or of another folder.
    """
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointDamagedError(f"{path.name}/{MANIFEST} cannot be read") from error
    if not isinstance(manifest, dict) or manifest.get("digest") != _manifest_digest(manifest):
        raise CheckpointDamagedError(f"{path.name}/{MANIFEST} is not what was written")
    if manifest["version"] != _VERSION:
        raise CheckpointDamagedError(f"{path.name} is of version {manifest['version']}")
    if path.name != folder_name(manifest["step"]):
        raise CheckpointDamagedError(f"{path.name} holds the checkpoint of another step")
    return CheckpointInfo(
        path=path,
        step=manifest["step"],
        update=manifest["update"],
        created_at=manifest["created_at"],
        score=manifest["score"],
        files=manifest["files"],
        elapsed_s=manifest.get("elapsed_s"),
        rating=_read_rating(path),
    )


def rate_checkpoint(path: Path, score: float) -> None:
    """Keep what an evaluation of the checkpoint said.

    Raises:
        OSError: the disk is full or refuses, or the checkpoint is gone.
    """
    atomic_files.write_file(path / RATING, json.dumps({"score": score}).encode())


def verify_checkpoint(path: Path) -> CheckpointInfo:
    """Read every file of a checkpoint and compare digests.

    Raises:
        CheckpointDamagedError: a file is missing or changed; the message names it.
    """
    info = read_manifest(path)
    for name, entry in info.files.items():
        try:
            intact = file_sha256(path / name) == entry["sha256"]
        except OSError as error:
            raise CheckpointDamagedError(f"{path.name}/{name} cannot be read") from error
        if not intact:
            raise CheckpointDamagedError(f"{path.name}/{name} is not what was written (SHA-256)")
    return info


def list_checkpoints(root: Path) -> list[CheckpointInfo]:
    """The checkpoints under `root` with a sound manifest, oldest step first."""
    found = []
    for folder in checkpoint_folders(root):
        try:
            found.append(read_manifest(folder))
        except CheckpointDamagedError:
            continue
    return found


def best_checkpoint(infos: Iterable[CheckpointInfo]) -> CheckpointInfo | None:
    """The one that was evaluated best; of a run without evaluations, that of the highest score.

    The latest of equals; None where none has a score.
    """
    known = list(infos)
    rated = [(info.rating, info.step, info) for info in known if info.rating is not None]
    scored = [(info.score, info.step, info) for info in known if info.score is not None]
    candidates = rated or scored
    return max(candidates, key=lambda entry: entry[:2])[2] if candidates else None


def newest_good(root: Path) -> tuple[CheckpointInfo | None, list[str]]:
    """The newest checkpoint whose files are what was written.

    Damaged ones that are newer are set aside: renamed `<name>.damaged`, never deleted.

    Returns:
        the checkpoint, None where there is no good one, and a sentence per damaged one.
    """
    damaged: list[str] = []
    for folder in reversed(checkpoint_folders(root)):
        try:
            return verify_checkpoint(folder), damaged
        except CheckpointDamagedError as error:
            damaged.append(str(error))
            set_aside(folder)
    return None, damaged


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checkpoint_folders(root: Path) -> list[Path]:
    """All checkpoint folders under `root`, damaged ones too, oldest step first."""
    if not root.is_dir():
        return []
    return sorted(entry for entry in root.iterdir() if _FOLDER.fullmatch(entry.name))


def _read_rating(path: Path) -> float | None:
    """A rating that cannot be read is none: it only decides what is kept."""
    try:
        score = json.loads((path / RATING).read_text(encoding="utf-8"))["score"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return float(score) if isinstance(score, int | float) else None


def set_aside(folder: Path) -> None:
    """Take a damaged checkpoint out of the list: it is renamed, never deleted."""
    target = folder.with_name(folder.name + DAMAGED_SUFFIX)
    if target.exists():
        shutil.rmtree(target)
    folder.rename(target)


def _manifest_digest(manifest: Mapping[str, Any]) -> str:
    content = {name: value for name, value in manifest.items() if name != "digest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

"""Which checkpoints stay on disk, and why: the best, the newest, one every so often, pinned ones.

The process that trains prunes; any other may pin. A pin is an empty file `pins/step_<12 digits>`
beside the checkpoints, so it survives both, and holds whether or not a training goes on.
"""

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from weightslab.checkpoints import (
    CheckpointInfo,
    best_checkpoint,
    folder_name,
    list_checkpoints,
)
from weightslab.errors import WeightslabError

Reason = Literal["best", "last", "every", "pinned"]
PINS = "pins"
MOST_PINS = 32
MOST_EVERY = 20
_LEAVING = ".leaving"


class TooManyPinsError(WeightslabError):
    """MOST_PINS checkpoints of the run are pinned: the disk is to stay bounded."""

    code = "checkpoint.pins"


@dataclass(frozen=True)
class Keeping:
    """How much is kept.

    Attributes:
        last: so many of the newest.
        every_s: the first one of each such span of training time; 0 keeps none.
    """

    last: int = 3
    every_s: float = 0.0


def reasons_to_keep(
    infos: Sequence[CheckpointInfo], keeping: Keeping, pinned: Collection[int]
) -> dict[int, list[Reason]]:
    """Why each checkpoint stays, by step; one without a reason may go.

    Args:
        infos: oldest step first.
        pinned: steps.
    """
    best = best_checkpoint(infos)
    chosen: dict[Reason, Collection[int]] = {
        "best": {best.step} if best else (),
        "last": {info.step for info in infos[-keeping.last :]},
        "every": _one_every(infos, keeping.every_s) if keeping.every_s else (),
        "pinned": pinned,
    }
    return {
        info.step: [reason for reason, steps in chosen.items() if info.step in steps]
        for info in infos
    }


def prune(root: Path, keeping: Keeping) -> list[int]:
    """Remove the checkpoints that have no reason to stay; return their steps.

    One that is pinned meanwhile stays: it is taken out of sight first, then its pin is looked for.

    Raises:
        OSError: the disk refuses.
    """
    infos = list_checkpoints(root)
    reasons = reasons_to_keep(infos, keeping, pinned_steps(root))
    return [info.step for info in infos if not reasons[info.step] and _remove(root, info.path)]


def remove_unpinned(root: Path) -> list[int]:
    """Remove all checkpoints but pinned ones; return their steps.

    Raises:
        OSError: the disk refuses.
    """
    infos = list_checkpoints(root)
    pinned = pinned_steps(root)
    return [i.step for i in infos if i.step not in pinned and _remove(root, i.path)]


def pin(root: Path, step: int) -> bool:
    """Keep a checkpoint for good; whether there is one of this step.

    Raises:
        TooManyPinsError: enough others are pinned.
        OSError: the disk is full or refuses.
    """
    file = _pin_file(root, step)
    is_new = not file.exists()
    if is_new and len(pinned_steps(root)) >= MOST_PINS:
        raise TooManyPinsError(f"{MOST_PINS} checkpoints are pinned: unpin one first.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    # Only now: a checkpoint that is seen after its pin was written cannot be pruned any more.
    if (root / folder_name(step)).is_dir():
        return True
    if is_new:
        file.unlink(missing_ok=True)
    return False


def unpin(root: Path, step: int) -> None:
    """Leave a checkpoint to the rules; nothing to do where it is not pinned."""
    _pin_file(root, step).unlink(missing_ok=True)


def pinned_steps(root: Path) -> set[int]:
    """The steps that are pinned."""
    return {int(file.name.removeprefix("step_")) for file in (root / PINS).glob("step_*")}


def finish_pruning(root: Path) -> None:
    """After a kill: what was about to leave goes, or comes back where it is pinned."""
    for path in root.glob(f"step_*{_LEAVING}"):
        _let_go(root, path)


def _remove(root: Path, path: Path) -> bool:
    return _let_go(root, path.rename(path.with_name(path.name + _LEAVING)))


def _let_go(root: Path, leaving: Path) -> bool:
    """Delete a checkpoint that is out of sight, unless it is pinned; whether it is gone."""
    place = leaving.with_name(leaving.name.removesuffix(_LEAVING))
    if (root / PINS / place.name).exists() and not place.exists():
        leaving.rename(place)
        return False
    shutil.rmtree(leaving)
    return True


def _one_every(infos: Sequence[CheckpointInfo], every_s: float) -> set[int]:
    """The first checkpoint of each span; the spans grow where there are more than MOST_EVERY."""
    timed = [(info.elapsed_s, info.step) for info in infos if info.elapsed_s is not None]
    kept = set(_first_of_spans(timed, every_s))
    while len(kept) > MOST_EVERY:
        every_s *= 2
        kept = set(_first_of_spans(timed, every_s))
    return kept


def _first_of_spans(timed: Sequence[tuple[float, int]], every_s: float) -> Iterator[int]:
    seen = {0}  # what the first span ends with is not worth keeping
    for elapsed_s, step in timed:
        span = int(elapsed_s // every_s)
        if span not in seen:
            seen.add(span)
            yield step


def _pin_file(root: Path, step: int) -> Path:
    return root / PINS / folder_name(step)

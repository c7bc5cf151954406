import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightslab.checkpoints import (
    CheckpointInfo,
    folder_name,
    list_checkpoints,
    rate_checkpoint,
    write_checkpoint,
)
from weightslab.retention import (
    MOST_EVERY,
    MOST_PINS,
    Keeping,
    TooManyPinsError,
    finish_pruning,
    pin,
    pinned_steps,
    prune,
    reasons_to_keep,
    unpin,
)


def write(root: Path, step: int, score: float | None = None, elapsed_s: float = 0.0) -> Path:
    writers = {"model.safetensors": lambda path: path.write_bytes(b"m")}
    info = write_checkpoint(root, writers, step=step, update=0, score=score, elapsed_s=elapsed_s)  # type: ignore[arg-type]
    return info.path


def steps_of(root: Path) -> list[int]:
    return [info.step for info in list_checkpoints(root)]


def test_the_last_the_best_and_the_pinned_stay(tmp_path: Path) -> None:
    for step, score in enumerate([None, 5.0, 9.0, 9.0, 1.0, 2.0, 3.0]):
        write(tmp_path, step, score)
    assert pin(tmp_path, 1)
    assert pin(tmp_path, 1)
    assert prune(tmp_path, Keeping(last=3)) == [0, 2]
    assert steps_of(tmp_path) == [1, 3, 4, 5, 6]
    assert reasons_to_keep(list_checkpoints(tmp_path), Keeping(last=3), {1}) == {
        1: ["pinned"],
        3: ["best"],
        4: ["last"],
        5: ["last"],
        6: ["last"],
    }
    rate_checkpoint(tmp_path / folder_name(4), 700.0)
    unpin(tmp_path, 1)
    unpin(tmp_path, 1)
    assert prune(tmp_path, Keeping(last=1)) == [1, 3, 5]
    assert steps_of(tmp_path) == [4, 6]


def test_one_of_every_span_stays(tmp_path: Path) -> None:
    for step in range(1, 30):
        write(tmp_path, step, elapsed_s=step * 10.0)
        prune(tmp_path, Keeping(last=2, every_s=60.0))
    assert steps_of(tmp_path) == [6, 12, 18, 24, 28, 29]


def test_what_is_not_there_cannot_be_pinned(tmp_path: Path) -> None:
    assert not pin(tmp_path, 7)
    assert pinned_steps(tmp_path) == set()
    for step in range(MOST_PINS + 1):
        write(tmp_path, step)
    for step in range(MOST_PINS):
        assert pin(tmp_path, step)
    with pytest.raises(TooManyPinsError):
        pin(tmp_path, MOST_PINS)
    assert pin(tmp_path, 0)


def test_a_kill_while_pruning_is_finished_or_taken_back(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        path = write(tmp_path, step)
        assert pin(tmp_path, step)
        if step < 3:
            path.rename(path.with_name(path.name + ".leaving"))
    unpin(tmp_path, 1)
    assert steps_of(tmp_path) == [3]
    finish_pruning(tmp_path)
    assert steps_of(tmp_path) == [2, 3]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "pins",
        "step_000000000002",
        "step_000000000003",
    ]


def test_a_pin_that_was_acknowledged_is_never_pruned(tmp_path: Path) -> None:
    """A server pins while a worker prunes: whoever is told of a pin finds the checkpoint."""
    for number in range(60):
        root = tmp_path / str(number)
        for step in (1, 2):
            write(root, step)
        pruner = threading.Thread(target=prune, args=(root, Keeping(last=1)))
        pruner.start()
        acknowledged = pin(root, 1)
        pruner.join()
        if acknowledged:
            assert steps_of(root) == [1, 2]
            assert pinned_steps(root) == {1}


@given(
    gaps=st.lists(st.floats(0.1, 400), min_size=1, max_size=60),
    scores=st.lists(st.none() | st.floats(0, 1e5), min_size=60, max_size=60),
    ratings=st.lists(st.none() | st.floats(0, 1e5), min_size=60, max_size=60),
    last=st.integers(1, 20),
    every_s=st.sampled_from([0.0, 6.0, 60.0, 3600.0]),
    pinned=st.sets(st.integers(0, 59), max_size=MOST_PINS),
)
def test_whatever_happened_the_promises_hold_and_the_disk_is_bounded(
    gaps: list[float],
    scores: list[float | None],
    ratings: list[float | None],
    last: int,
    every_s: float,
    pinned: set[int],
) -> None:
    """The policy applied after each new checkpoint, as a run does."""
    keeping, kept, best = Keeping(last, every_s), list[CheckpointInfo](), -1.0
    for step, gap in enumerate(gaps):
        elapsed_s = (kept[-1].elapsed_s or 0.0) + gap if kept else gap
        place = Path(folder_name(step))
        made = (scores[step], {}, elapsed_s, ratings[step])
        kept.append(CheckpointInfo(place, step, 0, "", *made))
        reasons = reasons_to_keep(kept, keeping, pinned)
        best = max(best, -1.0 if ratings[step] is None else ratings[step] or 0.0)
        kept = [info for info in kept if reasons[info.step]]
        assert {info.step for info in kept} >= set(range(max(0, step + 1 - last), step + 1))
        assert {info.step for info in kept} >= {each for each in pinned if each <= step}
        if best >= 0:
            assert best in [info.rating for info in kept]
        assert len(kept) <= last + 1 + len(pinned) + (MOST_EVERY if every_s else 0)

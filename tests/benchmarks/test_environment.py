import sys
from pathlib import Path

import pytest

from benchmarks.peers import environment
from benchmarks.peers.environment import PeerUnavailableError, made_once, run_for_peer


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environment, "LISTS", tmp_path / "lists")
    monkeypatch.setattr(environment, "ENVIRONMENTS", tmp_path / "made")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "peer.txt").write_text("one==1\n")
    return tmp_path / "lists"


def test_it_is_made_once_and_again_when_its_list_changes(lists: Path) -> None:
    made: list[Path] = []

    def install(folder: Path) -> None:
        folder.mkdir(parents=True)
        made.append(folder)

    first = made_once("peer", "peer*.txt", install)
    assert made_once("peer", "peer*.txt", install) == first
    assert len(made) == 1
    (lists / "peer.alone.txt").write_text("two==2\n")
    made_once("peer", "peer*.txt", install)
    assert len(made) == 2


def test_what_failed_is_not_taken_for_made(lists: Path) -> None:
    def fail(folder: Path) -> None:
        folder.mkdir(parents=True)
        raise PeerUnavailableError("no")

    for _ in range(2):
        with pytest.raises(PeerUnavailableError):
            made_once("peer", "peer*.txt", fail)


def test_a_failing_step_tells_its_last_line() -> None:
    run_for_peer("peer", [sys.executable, "-c", "print('fine')"])
    with pytest.raises(PeerUnavailableError, match="peer: no such thing"):
        run_for_peer("peer", [sys.executable, "-c", "raise SystemExit('first\\nno such thing')"])

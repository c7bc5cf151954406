import errno
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from weightslab.errors import (
    ArgumentError,
    StoreClosedError,
    StoreDamagedError,
    StoreError,
    StoreLockedError,
)
from weightslab.store.journal import Journal, read_journal


@pytest.fixture
def journal(tmp_path: Path):
    journal = Journal(tmp_path)
    yield journal
    journal.close()


def test_entries_come_back_in_order_with_their_fields(journal: Journal) -> None:
    assert journal.append("tag", ids=["7", "ü"], tag="hard") == 1
    assert journal.append("lr", value=math.inf) == 2
    assert [(e.number, e.kind, e.fields) for e in journal.entries()] == [
        (1, "tag", {"ids": ["7", "ü"], "tag": "hard"}),
        (2, "lr", {"value": math.inf}),
    ]
    assert [entry.number for entry in journal.entries(after=1)] == [2]


def test_a_journal_goes_on_where_it_ended(tmp_path: Path, journal: Journal) -> None:
    journal.append("a")
    journal.close()
    again = Journal(tmp_path)
    assert again.append("b") == 2
    again.close()
    assert [entry.kind for entry in read_journal(tmp_path)] == ["a", "b"]


def test_an_object_store_keeps_a_journal_too() -> None:
    journal = Journal("memory://journal-test")
    journal.append("a", x=1)
    journal.append("b")
    journal.close()
    again = Journal("memory://journal-test")
    assert again.append("c") == 3
    assert [entry.kind for entry in again.entries(after=1)] == ["b", "c"]
    again.close()


def test_a_torn_end_is_ignored_by_readers_and_cut_by_the_writer(
    tmp_path: Path, journal: Journal
) -> None:
    journal.append("kept", text="x" * 100)
    journal.append("torn", text="y" * 100)
    journal.close()
    path = tmp_path / "journal/journal.frames"
    whole = path.read_bytes()
    for cut in (1, 50, 120):
        path.write_bytes(whole[:-cut])
        assert [entry.kind for entry in read_journal(tmp_path)] == ["kept"]
        again = Journal(tmp_path)
        again.append("next")
        again.close()
        assert [entry.kind for entry in read_journal(tmp_path)] == ["kept", "next"]


def test_damage_before_other_entries_is_an_error_that_names_the_file(
    tmp_path: Path, journal: Journal
) -> None:
    journal.append("first", text="x" * 100)
    journal.append("second")
    journal.close()
    path = tmp_path / "journal/journal.frames"
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreDamagedError, match=r"journal\.frames.*byte 8"):
        list(read_journal(tmp_path))
    with pytest.raises(StoreDamagedError, match=r"journal\.frames"):
        Journal(tmp_path)
    assert path.read_bytes() == content


def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal/journal.frames"
    path.parent.mkdir()
    path.write_text("my shopping list")
    with pytest.raises(StoreDamagedError):
        Journal(tmp_path)
    assert path.read_text() == "my shopping list"


def test_what_json_cannot_hold_is_refused_and_nothing_written(journal: Journal) -> None:
    with pytest.raises(ArgumentError):
        journal.append("bad", value=object())
    assert list(journal.entries()) == []


def test_a_closed_journal_takes_nothing(journal: Journal) -> None:
    journal.append("a")
    journal.close()
    with pytest.raises(StoreClosedError):
        journal.append("b")
    assert len(list(journal.entries())) == 1


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path: Path, journal: Journal) -> None:
    with pytest.raises(StoreLockedError, match=str(os.getpid())):
        Journal(tmp_path)
    other = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from weightslab.store.journal import Journal; Journal({str(tmp_path)!r})",
        ],
        capture_output=True,
        text=True,
    )
    assert other.returncode == 1
    assert (
        f"StoreLockedError: {tmp_path / 'journal'} is written by process {os.getpid()}"
        in other.stderr
    )


def test_a_forked_child_neither_writes_nor_keeps_the_lock(tmp_path: Path, journal: Journal) -> None:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            journal.append("from the child")
        except StoreClosedError:
            os.write(write, b"refused")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 100) == b"refused"
    assert list(journal.entries()) == []


def test_a_folder_that_cannot_be_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written") as caught:
        Journal(tmp_path / "file")
    assert caught.value.errno == errno.ENOTDIR


def test_a_full_disk_refuses_the_entry_and_keeps_the_others(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for the full disk: the system refuses to let the file grow."""
    script = f"""
import json, resource, signal
from weightslab.errors import StoreError
from weightslab.store.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal({str(tmp_path)!r})
journal.append("small")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    journal.append("big", text="x" * 2000)
    said = "acknowledged"
except StoreError as error:
    said = str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
number = journal.append("after")
print(json.dumps([said, number, [entry.kind for entry in journal.entries()]]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    said, number, kinds = json.loads(done.stdout)
    assert "cannot be written" in said
    assert (number, kinds) == (2, ["small", "after"])


def test_a_group_is_readable_at_once_and_waits_for_the_disk_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append("the first entry also makes the file's name stay")
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(1), fsync(descriptor)))
    with journal.grouped():
        for number in range(5):
            journal.append("tag", number=number)
        assert synced == []
        assert len(list(journal.entries())) == 6
    assert synced == [1]

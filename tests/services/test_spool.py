from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from app.services.spool import Spool


def _event(seq: int, size: int = 10) -> dict[str, Any]:
    return {"seq": seq, "time": "t", "event": "alert", "data": {"text": "é" * size}}


def _fill(spool: Spool, count: int) -> list[dict[str, Any]]:
    events = [_event(spool.last_seq + 1 + each) for each in range(count)]
    for event in events:
        spool.append(event)
    return events


def test_any_part_can_be_read_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "events.jsonl")
    events = _fill(spool, 700)
    reopened = Spool(tmp_path / "events.jsonl")
    for reader in (spool, reopened):
        assert reader.last_seq == 700
        for after, limit in [(0, 700), (0, 5), (127, 3), (128, 300), (699, 10), (700, 10)]:
            assert list(reader.read_after(after, limit)) == events[after : after + limit]


@pytest.mark.parametrize("torn", [b'{"seq":6', b"\n", b'{"seq":"x"}\n', b"\xff\xfe\n", b"[1]\n"])
def test_a_torn_end_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "events.jsonl"
    events = _fill(Spool(path), 5)
    path.write_bytes(path.read_bytes() + torn)
    spool = Spool(path)
    assert spool.last_seq == 5
    events += _fill(spool, 1)
    assert list(Spool(path).read_after(0, 10)) == events


def test_every_cut_leaves_whole_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    events = _fill(Spool(path), 3)
    whole = path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        found = list(Spool(path).read_after(0, 10))
        assert found == events[: whole[:length].count(b"\n")]


def test_a_full_disk_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path / "events.jsonl")
    events = _fill(spool, 2)
    pwrite = os.pwrite

    def half(file: int, content: bytes, offset: int) -> int:
        pwrite(file, content[: len(content) // 2], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", half)
    events += _fill(spool, 3)
    assert spool.waiting == 3
    assert list(spool.read_after(1, 10)) == events[1:]
    monkeypatch.undo()
    assert spool.write_waiting()
    events += _fill(spool, 1)
    assert list(Spool(tmp_path / "events.jsonl").read_after(0, 10)) == events

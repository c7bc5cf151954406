from pathlib import Path

import pytest

from app.training import cores


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000", 6), ("200000 100000", 2), ("50000 100000", 1), ("nonsense", 6), (None, 6)],
)
def test_a_containers_quota_counts(
    quota: str | None, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cpu.max"
    if quota is not None:
        file.write_text(quota + "\n")
    monkeypatch.setattr(cores, "_CGROUP_CPU", file)
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _pid: set(range(6)), raising=False)
    assert cores.usable_cores() == expected

"""A ledger of its own for every test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from weightslab.experiment import Experiment, use


@pytest.fixture
def experiment(tmp_path: Path) -> Iterator[Experiment]:
    """The current experiment, in an empty folder; strict, so that no error of a signal hides."""
    fresh = Experiment(tmp_path / "root_log_dir")
    fresh.strict = True
    former = use(fresh)
    yield fresh
    fresh.close()
    use(former)

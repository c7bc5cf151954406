from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.training.running_worker import RunningWorker, Start


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """Tiny networks: a second thread only waits, and tests share the machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts workers; none outlives its test."""
    workers: list[RunningWorker] = []

    def start_worker(folder: Path) -> RunningWorker:
        workers.append(RunningWorker(folder))
        return workers[-1]

    yield start_worker
    for worker in workers:
        worker.close()

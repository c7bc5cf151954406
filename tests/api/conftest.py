from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.server import StudioServer, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """One server with its own mongod for all tests of the API."""
    with running(tmp_path_factory.mktemp("studio") / "data") as started:
        yield started


@pytest.fixture
def client(server: StudioServer) -> httpx.Client:
    return server.client


@pytest.fixture
def design_id(server: StudioServer) -> str:
    return server.create()

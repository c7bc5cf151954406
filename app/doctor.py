"""What `model-studio doctor` looks at."""

from __future__ import annotations

import importlib.metadata
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import StartupError
from app.paths import DataFolder, built_page
from app.settings import Settings
from app.store.mongod import find_mongod


@dataclass(frozen=True)
class Finding:
    """One check and what to do about it."""

    name: str
    ok: bool
    detail: str


def check_installation(settings: Settings) -> Sequence[Finding]:
    """Every check, without changing anything but making the data folder."""
    return [
        _python(),
        _package("torch"),
        _package("onnxruntime"),
        _mongod(settings),
        _page(),
        _data_folder(settings),
        _port(settings),
    ]


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", sys.version_info >= (3, 11), version)


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, False, "not installed: say make run, or pip install the studio extra")


def _mongod(settings: Settings) -> Finding:
    if settings.mongo_url is not None:
        return Finding("mongod", True, "MODEL_STUDIO_MONGO_URL names another server")
    try:
        return Finding("mongod", True, str(find_mongod()))
    except StartupError as error:
        return Finding("mongod", False, str(error))


def _page() -> Finding:
    folder = built_page()
    if folder is None:
        return Finding("page", False, "not built: say make run, or npm run build in frontend/")
    return Finding("page", True, str(folder))


def _data_folder(settings: Settings) -> Finding:
    try:
        DataFolder(settings.data_dir).prepare()
    except StartupError as error:
        return Finding("data folder", False, str(error))
    return Finding("data folder", True, str(settings.data_dir))


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.port))
        except OSError as error:
            return Finding("port", False, f"{settings.port}: {error.strerror}")
    return Finding("port", True, f"{settings.port} is free")

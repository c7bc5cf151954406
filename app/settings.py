"""Every setting of the server. Each is read from `MODEL_STUDIO_<NAME>`; `model-studio up` has
options for the first five."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import StartupError

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


def default_data_dir() -> Path:
    """The platform's folder for a user's data."""
    return Path(platformdirs.user_data_dir("model-studio", appauthor=False))


class Settings(BaseSettings):
    """Fails at start with the variable's name when a value is out of its bounds."""

    model_config = SettingsConfigDict(env_prefix="MODEL_STUDIO_", frozen=True)

    host: str = "127.0.0.1"
    """Address to listen on; only loopback until pairing exists."""
    port: Port = 8000
    """Port of the page and the API."""
    grpc_port: Port = 50051
    """Port that the ledger's gRPC service will use."""
    data_dir: Path = Field(default_factory=default_data_dir)
    """Where all state lies."""
    mongo_url: str | None = None
    """A MongoDB to use instead of the embedded one."""
    mongo_database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "model_studio"
    """Name of the database."""
    generated_dir: Path | None = None
    """Where compiled designs are written; default: `app/models/generated` of a checkout, else
    `generated` in the data folder."""
    allowed_hosts: list[str] = []
    """Further `host:port` pairs that Host and Origin may bear, for example those of a proxy."""
    max_concurrent_runs: Annotated[int, Field(ge=1, le=64)] = 2
    """Trainings at once; further ones wait in the queue."""
    max_queued_runs: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Trainings that may wait."""
    max_streams: Annotated[int, Field(ge=1)] = 2_000
    """Event streams that may be open at once."""
    stream_stall_s: Seconds = 30.0
    """A client that reads nothing for this long is cut off."""
    create_burst: Annotated[int, Field(ge=1)] = 300
    """Designs that one address may create at once."""
    create_per_second: Annotated[float, Field(gt=0)] = 10.0
    """Designs that one address may create per second after that."""
    start_timeout_s: Seconds = 120.0
    """A worker that has not said `started` after this is killed."""
    stop_grace_s: Seconds = 20.0
    """A worker that has not ended after a stop is killed."""
    shutdown_grace_s: Seconds = 6.0
    """Time for final checkpoints when the server is told to end."""
    export_timeout_s: Seconds = 300.0
    """An export that takes longer is killed."""
    log_level: str = "info"
    """Least severe level that is logged."""


def read_settings(**given: object) -> Settings:
    """Settings from `given`, then the environment, then the defaults. Raises StartupError."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1])
        raise StartupError(
            f"MODEL_STUDIO_{name.upper()} (or --{name.replace('_', '-')}) cannot be used: "
            f"{first['msg']}."
        ) from error

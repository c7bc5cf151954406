"""Every environment variable of the SDK, read once: `python -m weightslab.settings` lists them.

A field of `Settings` is a variable: its name in the environment, its default, its bounds and what
it means stand in its metadata, so that the list, the checks and the documents have one source.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from weightslab.errors import ArgumentError

Parse = Callable[[str], Any]
_PREFIXES = ("WL_", "WEIGHTSLAB_")


class SettingError(ArgumentError):
    """An environment variable holds what it cannot mean; the message names it."""

    code = "settings"


def _switch(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    if text.strip().lower() not in words:
        raise ValueError("expected 1 or 0")
    return words[text.strip().lower()]


def _whole(least: int, most: int | None = None) -> Parse:
    def parse(text: str) -> int:
        value = int(text)
        if value < least or (most is not None and value > most):
            raise ValueError(f"expected {least} to {most}" if most else f"expected {least} or more")
        return value

    return parse


def _seconds(least: float) -> Parse:
    def parse(text: str) -> float:
        value = float(text)
        if not least <= value < float("inf"):
            raise ValueError(f"expected {least:g} or more")
        return value

    return parse


def _one_of(*words: str, upper: bool = False) -> Parse:
    def parse(text: str) -> str:
        word = text.strip().upper() if upper else text.strip().lower()
        if word not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return word

    return parse


def _text(text: str) -> str:
    return text


def _home_path(text: str) -> str:
    return str(Path(text).expanduser())


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _beside_the_script() -> str:
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folder = Path(script).resolve().parent if script else Path.cwd()
    return str(folder / "root_log_dir")


def _variable(name: str, default: Any, parse: Parse, meaning: str) -> Any:
    metadata = {"name": name, "parse": parse, "meaning": meaning}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """What the environment says, checked. Names, defaults and meanings: `describe()`."""

    log_level: str = _variable(
        "WEIGHTSLAB_LOG_LEVEL",
        "INFO",
        _one_of("DEBUG", "INFO", "WARNING", "ERROR", "WATCHDOG", upper=True),
        "DEBUG, INFO, WARNING, WATCHDOG (level 35) or ERROR",
    )
    log_to_file: bool = _variable(
        "WEIGHTSLAB_LOG_TO_FILE", False, _switch, "also log to a rotating file"
    )
    root_log_dir: str = _variable(
        "WEIGHTSLAB_ROOT_LOG_DIR",
        _beside_the_script,
        _text,
        "root folder of history, checkpoints and logs; default: root_log_dir beside the script",
    )
    audit_log_format: str = _variable(
        "AUDIT_LOG_FORMAT",
        "json",
        _one_of("json", "csv", "none"),
        "json, csv or none: the log of every user action that came over gRPC",
    )
    strict: bool = _variable(
        "WEIGHTSLAB_STRICT", False, _switch, "errors in a user's signal are raised, not reported"
    )
    flush_seconds: float = _variable(
        "WEIGHTSLAB_FLUSH_SECONDS",
        5.0,
        _seconds(0.0),
        "a kill loses at most this many seconds of recorded signals",
    )
    cli_host: str = _variable("CLI_HOST", "localhost", _text, "address the console binds")
    cli_port: int = _variable("CLI_PORT", 60000, _whole(0, 65535), "its port; 0 picks a free one")
    grpc_host: str = _variable(
        "GRPC_BACKEND_HOST",
        "127.0.0.1",
        _text,
        "address the gRPC server binds; another than loopback needs TLS or a token",
    )
    grpc_port: int = _variable("GRPC_BACKEND_PORT", 50051, _whole(0, 65535), "its port")
    grpc_max_message_bytes: int = _variable(
        "GRPC_MAX_MESSAGE_BYTES", 268_435_456, _whole(1024), "largest message, both ways"
    )
    grpc_max_concurrent_rpcs: int | None = _variable(
        "GRPC_MAX_CONCURRENT_RPCS", None, _whole(1), "RPCs handled at once; unset: no limit"
    )
    grpc_verbosity: str | None = _variable(
        "GRPC_VERBOSITY", None, _text, "gRPC core's own log level"
    )
    grpc_tls_enabled: bool | None = _variable(
        "GRPC_TLS_ENABLED", None, _switch, "TLS on the gRPC socket; unset: 1 unless on loopback"
    )
    grpc_tls_cert_dir: str = _variable(
        "GRPC_TLS_CERT_DIR",
        lambda: _home_path("~/certs"),
        _home_path,
        "folder of the default certificate files; default: ~/certs",
    )
    grpc_tls_key_file: str | None = _variable(
        "GRPC_TLS_KEY_FILE", None, _home_path, "private key, PEM; unset: backend-server.key there"
    )
    grpc_tls_cert_file: str | None = _variable(
        "GRPC_TLS_CERT_FILE", None, _home_path, "certificate, PEM; unset: backend-server.crt there"
    )
    grpc_tls_ca_file: str | None = _variable(
        "GRPC_TLS_CA_FILE", None, _home_path, "CA of client certificates; unset: ca.crt there"
    )
    grpc_tls_require_client_auth: bool = _variable(
        "GRPC_TLS_REQUIRE_CLIENT_AUTH", True, _switch, "mutual TLS"
    )
    grpc_auth_token: str | None = _variable(
        "GRPC_AUTH_TOKEN",
        None,
        _text,
        "token accepted in authorization: Bearer, x-api-key or x-grpc-auth-token",
    )
    grpc_auth_tokens: tuple[str, ...] = _variable(
        "GRPC_AUTH_TOKENS", (), _list, "comma-separated tokens, for rotation"
    )
    disable_watchdogs: bool = _variable(
        "WEIGHTSLAB_DISABLE_WATCHDOGS", False, _switch, "for debugging with breakpoints"
    )
    watchdog_stuck_s: float = _variable(
        "GRPC_WATCHDOG_STUCK_SECONDS", 60.0, _seconds(0.1), "how long a lock or RPC may be held"
    )
    watchdog_interval_s: float = _variable(
        "GRPC_WATCHDOG_INTERVAL_SECONDS", 5.0, _seconds(0.1), "poll interval"
    )
    watchdog_restart_threshold: int = _variable(
        "GRPC_WATCHDOG_RESTART_THRESHOLD",
        3,
        _whole(1),
        "unhealthy polls before the gRPC server restarts",
    )
    watchdog_details_limit: int = _variable(
        "GRPC_WATCHDOG_INFLIGHT_DETAILS_LIMIT",
        10,
        _whole(0),
        "in-flight RPCs listed in a watchdog message",
    )
    watchdog_exit_on_stuck: bool = _variable(
        "GRPC_WATCHDOG_EXIT_ON_STUCK", False, _switch, "exit instead, for a supervisor to restart"
    )
    save_predictions: bool = _variable(
        "WEIGHTSLAB_SAVE_PREDICTIONS_IN_H5", True, _switch, "keep sample predictions (HDF5 export)"
    )
    preview_cache_size: int = _variable(
        "WL_MAX_PREVIEW_CACHE_SIZE", 2000, _whole(0), "previews kept in memory"
    )
    preload_image_overview: bool = _variable(
        "WL_PRELOAD_IMAGE_OVERVIEW", True, _switch, "index previews at start"
    )
    thumbnail_size: int = _variable(
        "WL_DEFAULT_THUMBNAIL_SIZE", 720, _whole(16), "longest edge of a preview, pixels"
    )
    batch_chunk_size: int = _variable(
        "WL_BATCH_CHUNK_SIZE", 0, _whole(0), "samples per internal chunk; 0: the whole batch"
    )
    preview_warmup_wait_ms: int = _variable(
        "WL_PREVIEW_CACHE_WARMUP_WAIT_MS",
        100,
        _whole(0, 1000),
        "bounded wait for a preview that is being made",
    )
    enable_hp_sync: bool = _variable(
        "WL_ENABLE_HP_SYNC", True, _switch, "send hyperparameters to the page at every step"
    )
    instance_aggregation: str = _variable(
        "WL_INSTANCE_AGGREGATION",
        "mean",
        _one_of("mean", "max"),
        "mean or max: how instances fold into one value per sample",
    )
    max_points_per_sample: int = _variable(
        "WL_MAX_POINTS_PER_SAMPLE", 200, _whole(0), "points per curve in break-by-slices; 0: all"
    )
    eval_timeout_multiplier: float = _variable(
        "WEIGHTSLAB_EVAL_TIMEOUT_MULTIPLIER",
        1.3,
        _seconds(0.0),
        "timeout = average batch seconds x batches x this",
    )
    eval_timeout_min_s: float = _variable(
        "WEIGHTSLAB_EVAL_TIMEOUT_MIN_SECONDS", 5.0, _seconds(0.0), "least timeout"
    )
    eval_timeout_s: float = _variable(
        "WEIGHTSLAB_EVAL_TIMEOUT_SECONDS",
        0.0,
        _seconds(0.0),
        "absolute timeout; 0: use the formula",
    )
    studio: str | None = _variable(
        "WEIGHTSLAB_STUDIO", None, _text, "address of a Model Studio to appear in"
    )
    openrouter_api_key: str | None = _variable(
        "OPENROUTER_API_KEY", None, _text, "key for the cloud provider of the agent"
    )
    agent_config_path: str | None = _variable(
        "AGENT_CONFIG_PATH", None, _home_path, "folder looked at first for agent_config.yaml"
    )
    test_timeout_s: float = _variable(
        "WL_TEST_TIMEOUT", 30.0, _seconds(0.1), "hard timeout of one unit test, seconds"
    )


SECRETS = frozenset({"GRPC_AUTH_TOKEN", "GRPC_AUTH_TOKENS", "OPENROUTER_API_KEY"})


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Check and convert the variables that are set; a set but empty one counts as unset.

    Raises:
        SettingError: a value cannot be what its variable means.
    """
    values = {}
    for entry in fields(Settings):
        name, parse = entry.metadata["name"], entry.metadata["parse"]
        text = environment.get(name, "")
        if not text.strip():
            continue
        try:
            values[entry.name] = parse(text)
        except ValueError as error:
            shown = "what it holds" if name in SECRETS else repr(text)
            raise SettingError(f"{name}: {shown} is not usable: {error}.") from error
    return Settings(**values)


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like ours but are none: most likely misspelt."""
    known = {entry.metadata["name"] for entry in fields(Settings)}
    return sorted(name for name in environment if name.startswith(_PREFIXES) and name not in known)


@cache
def settings() -> Settings:
    """The settings of this process, read at the first call.

    Raises:
        SettingError: see `read_settings`.
    """
    for name in unknown_names(os.environ):
        warnings.warn(
            f"{name} is no variable of weightslab: `python -m weightslab.settings` lists them.",
            stacklevel=2,
        )
    return read_settings(os.environ)


def describe(values: Settings) -> list[tuple[str, str, str]]:
    """Name, value as text (secrets only as "set") and meaning of every variable."""
    return [(e.metadata["name"], _shown(e, values), e.metadata["meaning"]) for e in fields(values)]


def _shown(entry: Field[Any], values: Settings) -> str:
    value = getattr(values, entry.name)
    if value is None or value == ():
        return "unset"
    if entry.metadata["name"] in SECRETS:
        return "set"
    return str(int(value)) if isinstance(value, bool) else str(value)


def main() -> None:
    """Print the table."""
    rows = describe(settings())
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, meaning in rows:
        sys.stdout.write(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {meaning}\n")


if __name__ == "__main__":
    main()

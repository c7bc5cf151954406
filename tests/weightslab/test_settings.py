import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from weightslab.settings import SettingError, Settings, describe, read_settings, unknown_names

# What the documents promise: name -> default. The rest is unset or depends on the machine.
DEFAULTS: dict[str, Any] = {
    "WEIGHTSLAB_LOG_LEVEL": "INFO",
    "WEIGHTSLAB_LOG_TO_FILE": False,
    "AUDIT_LOG_FORMAT": "json",
    "CLI_HOST": "localhost",
    "CLI_PORT": 60000,
    "GRPC_BACKEND_HOST": "127.0.0.1",
    "GRPC_BACKEND_PORT": 50051,
    "GRPC_MAX_MESSAGE_BYTES": 268_435_456,
    "GRPC_MAX_CONCURRENT_RPCS": None,
    "GRPC_VERBOSITY": None,
    "GRPC_TLS_ENABLED": None,
    "GRPC_TLS_CERT_DIR": str(Path("~/certs").expanduser()),
    "GRPC_TLS_REQUIRE_CLIENT_AUTH": True,
    "GRPC_AUTH_TOKEN": None,
    "GRPC_AUTH_TOKENS": (),
    "WEIGHTSLAB_DISABLE_WATCHDOGS": False,
    "GRPC_WATCHDOG_STUCK_SECONDS": 60.0,
    "GRPC_WATCHDOG_INTERVAL_SECONDS": 5.0,
    "GRPC_WATCHDOG_RESTART_THRESHOLD": 3,
    "GRPC_WATCHDOG_INFLIGHT_DETAILS_LIMIT": 10,
    "GRPC_WATCHDOG_EXIT_ON_STUCK": False,
    "WEIGHTSLAB_SAVE_PREDICTIONS_IN_H5": True,
    "WL_MAX_PREVIEW_CACHE_SIZE": 2000,
    "WL_PRELOAD_IMAGE_OVERVIEW": True,
    "WL_DEFAULT_THUMBNAIL_SIZE": 720,
    "WL_BATCH_CHUNK_SIZE": 0,
    "WL_PREVIEW_CACHE_WARMUP_WAIT_MS": 100,
    "WL_ENABLE_HP_SYNC": True,
    "WL_INSTANCE_AGGREGATION": "mean",
    "WL_MAX_POINTS_PER_SAMPLE": 200,
    "WEIGHTSLAB_EVAL_TIMEOUT_MULTIPLIER": 1.3,
    "WEIGHTSLAB_EVAL_TIMEOUT_MIN_SECONDS": 5.0,
    "WEIGHTSLAB_EVAL_TIMEOUT_SECONDS": 0.0,
    "OPENROUTER_API_KEY": None,
    "AGENT_CONFIG_PATH": None,
    "WL_TEST_TIMEOUT": 30.0,
}


def by_variable(values: Settings) -> dict[str, Any]:
    return {entry.metadata["name"]: getattr(values, entry.name) for entry in fields(values)}


def test_the_defaults_are_those_documented() -> None:
    values = by_variable(read_settings({}))
    assert {name: values[name] for name in DEFAULTS} == DEFAULTS
    assert all(type(values[name]) is type(default) for name, default in DEFAULTS.items())
    assert values["WEIGHTSLAB_ROOT_LOG_DIR"].endswith("root_log_dir")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("WEIGHTSLAB_LOG_LEVEL", " debug ", "DEBUG"),
        ("WEIGHTSLAB_LOG_TO_FILE", "yes", True),
        ("GRPC_TLS_REQUIRE_CLIENT_AUTH", "Off", False),
        ("GRPC_TLS_ENABLED", "0", False),
        ("CLI_PORT", "0", 0),
        ("GRPC_AUTH_TOKENS", "a, b,,c", ("a", "b", "c")),
        ("WL_INSTANCE_AGGREGATION", "MAX", "max"),
        ("GRPC_WATCHDOG_STUCK_SECONDS", "0.5", 0.5),
        ("WEIGHTSLAB_ROOT_LOG_DIR", "s3://bucket/run", "s3://bucket/run"),
        ("GRPC_TLS_KEY_FILE", "~/key.pem", str(Path("~/key.pem").expanduser())),
        ("WL_MAX_PREVIEW_CACHE_SIZE", "  ", 2000),
    ],
)
def test_a_variable_is_converted(name: str, text: str, value: Any) -> None:
    assert by_variable(read_settings({name: text}))[name] == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WEIGHTSLAB_LOG_LEVEL", "LOUD"),
        ("WEIGHTSLAB_LOG_TO_FILE", "2"),
        ("CLI_PORT", "65536"),
        ("GRPC_BACKEND_PORT", "-1"),
        ("GRPC_MAX_CONCURRENT_RPCS", "0"),
        ("GRPC_WATCHDOG_STUCK_SECONDS", "nan"),
        ("WEIGHTSLAB_EVAL_TIMEOUT_SECONDS", "inf"),
        ("WL_PREVIEW_CACHE_WARMUP_WAIT_MS", "1001"),
        ("WL_DEFAULT_THUMBNAIL_SIZE", "large"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"{name}.*not usable"):
        read_settings({name: text})


def test_names_that_look_like_ours_are_found() -> None:
    names = {"WL_PREVIEW": "1", "WEIGHTSLAB_LOGLEVEL": "x", "WL_BATCH_CHUNK_SIZE": "1", "PATH": ""}
    assert unknown_names(names) == ["WEIGHTSLAB_LOGLEVEL", "WL_PREVIEW"]


def test_secrets_are_not_shown() -> None:
    values = read_settings({"GRPC_AUTH_TOKEN": "s3cret", "OPENROUTER_API_KEY": "k3y"})
    shown = {name: text for name, text, _ in describe(values)}
    assert shown["GRPC_AUTH_TOKEN"] == shown["OPENROUTER_API_KEY"] == "set"
    assert shown["GRPC_AUTH_TOKENS"] == "unset"
    assert shown["WL_PRELOAD_IMAGE_OVERVIEW"] == "1"
    assert len(shown) == len(fields(Settings))


def test_the_module_lists_them_and_warns_of_unknown_names() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "weightslab.settings"],
        env={"WL_TYPO": "1", "GRPC_AUTH_TOKEN": "s3cret", "CLI_PORT": "1234"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert "WL_TYPO is no variable of weightslab" in done.stderr
    assert "s3cret" not in done.stdout
    rows = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()}
    assert rows["CLI_PORT"] == "1234"
    assert rows.keys() == {entry.metadata["name"] for entry in fields(Settings)}

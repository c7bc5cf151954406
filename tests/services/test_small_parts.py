"""Rate limits, run orders, states, file names, the worker's line."""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from pathlib import Path

import pytest

from app.errors import (
    DiskFullError,
    RunRequestError,
    SourceTamperedError,
    StartupError,
    TooManyError,
)
from app.json_values import StrictJsonError, dumps, finite, loads_strict
from app.paths import DataFolder
from app.services.export_service import ascii_name
from app.services.generated_files import GeneratedFiles
from app.services.rate_limit import RateLimit
from app.services.run_request import RunNumbers, RunWish, check_live_settings, check_wish
from app.training.channel import SocketChannel
from app.training.run_states import (
    ACTIONS,
    TERMINAL,
    TRANSITIONS,
    IllegalTransitionError,
    RunState,
    allowed_actions,
    next_state,
)


def test_a_bucket_empties_and_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count(100.0, 0.0)
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    limit = RateLimit(burst=3, per_second=0.5)
    for _ in range(3):
        limit.take("a")
    with pytest.raises(TooManyError) as refused:
        limit.take("a")
    assert refused.value.headers == {"Retry-After": "2"}
    limit.take("b")
    monkeypatch.setattr(time, "monotonic", lambda: 102.0)
    limit.take("a")
    with pytest.raises(TooManyError):
        limit.take("a")


def test_a_wish_is_filled_in() -> None:
    numbers = check_wish(RunWish(seed=7, hyperparameters={"gamma": 1}))
    assert numbers.seed == 7
    assert numbers.total_steps > 0
    assert numbers.hyperparameters["gamma"] == 1.0
    parent = RunNumbers(50, None, 3, {**numbers.hyperparameters, "gamma": 0.5})
    child = check_wish(RunWish(hyperparameters={"epochs": 4}), parent)
    assert (child.total_steps, child.seed) == (50, 3)
    assert child.hyperparameters["gamma"] == 0.5
    assert child.hyperparameters["epochs"] == 4


def test_a_budget_is_steps_or_minutes_or_both() -> None:
    settings = check_wish(RunWish()).hyperparameters
    by_time = check_wish(RunWish(minutes=10))
    assert (by_time.total_steps, by_time.minutes) == (10**12, 10.0)
    both = check_wish(RunWish(minutes=10, total_steps=7))
    assert (both.total_steps, both.minutes) == (7, 10.0)
    parent = RunNumbers(10**12, 3.0, 0, settings)
    again = check_wish(RunWish(), parent)
    assert (again.total_steps, again.minutes) == (10**12, 3.0)
    by_steps = check_wish(RunWish(total_steps=7), parent)
    assert (by_steps.total_steps, by_steps.minutes) == (7, None)
    with pytest.raises(RunRequestError):
        check_wish(RunWish(minutes=0))


def test_all_of_a_bad_wish_is_named() -> None:
    with pytest.raises(RunRequestError) as refused:
        check_wish(RunWish(total_steps=-1, seed=2**40, hyperparameters={"epochs": 0, "lr": 1}))
    assert len(refused.value.members["errors"]) == 4
    with pytest.raises(RunRequestError):
        check_live_settings({"n_envs": 4})


def test_a_fingerprint_is_of_the_meaning() -> None:
    one = RunWish(hyperparameters={"gamma": 0.5, "epochs": 2})
    same = RunWish(hyperparameters={"epochs": 2, "gamma": 0.5})
    assert one.fingerprint("d") == same.fingerprint("d")
    others = [RunWish(seed=1), RunWish(from_step=1), RunWish(total_steps=5), RunWish(minutes=5)]
    prints = {wish.fingerprint("d") for wish in [one, *others]} | {one.fingerprint("e")}
    assert len(prints) == 6


def test_every_state_can_be_reached_and_left() -> None:
    reached = {RunState.QUEUED}
    for _ in RunState:
        reached |= {step.target for step in TRANSITIONS.values() if step.sources & reached}
    assert reached == set(RunState)
    for state in RunState:
        leads_away = any(state in step.sources for step in TRANSITIONS.values())
        assert leads_away == (state not in TERMINAL)
        assert bool(allowed_actions(state)) == (state not in TERMINAL | {RunState.STOPPING})


def test_illegal_transitions_are_refused() -> None:
    for name, state in itertools.product(TRANSITIONS, RunState):
        if state in TRANSITIONS[name].sources:
            assert next_state(state, name) is TRANSITIONS[name].target
        else:
            with pytest.raises(IllegalTransitionError):
                next_state(state, name)
    assert set(ACTIONS) == {"pause", "resume", "stop", "set_hyperparameters"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Été: ../my model?", "Ete-my-model"),
        ("日本", "model"),
        ('a"\r\nx: y', "a-x-y"),
        ("..", "model"),
        ("x" * 200, "x" * 60),
    ],
)
def test_file_names_are_plain(name: str, expected: str) -> None:
    assert ascii_name(name) == expected


def test_generated_files(tmp_path: Path) -> None:
    files = GeneratedFiles(tmp_path / "generated")
    files.write("a", "x = 1\n")
    files.check("a", "x = 1\n")
    files.path("a").write_text("x = 1\r\n")
    with pytest.raises(SourceTamperedError):
        files.check("a", "x = 1\n")
    files.remove("a")
    files.check("a", "x = 1\n")
    assert files.path("a").read_text() == "x = 1\n"
    assert [file.name for file in files.folder.iterdir()] == ["a.py"]


def test_a_file_that_cannot_be_written_is_507(tmp_path: Path) -> None:
    (tmp_path / "generated").write_text("in the way")
    with pytest.raises(DiskFullError) as refused:
        GeneratedFiles(tmp_path / "generated").write("a", "x = 1\n")
    assert refused.value.status == 507
    assert "generated/a.py" in refused.value.detail


def test_one_server_per_data_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare()
    with folder.locked(), pytest.raises(StartupError, match="Another"), folder.locked():
        pass
    with folder.locked():
        assert folder.identity() == folder.identity()


def test_json_out_is_finite() -> None:
    assert dumps(finite({"a": [float("nan"), 1.5, {"b": float("inf")}]})) == (
        b'{"a":[null,1.5,{"b":null}]}'
    )
    with pytest.raises(ValueError, match="Out of range"):
        dumps(float("nan"))
    assert loads_strict(b'{"a":[1,"[[[["]}', max_depth=2) == {"a": [1, "[[[["]}
    with pytest.raises(StrictJsonError):
        loads_strict(b'{"a":[[1]]}', max_depth=2)


async def test_odd_lines_of_a_worker_are_left_out() -> None:
    own, workers = socket.socketpair()
    own.setblocking(False)
    channel = await SocketChannel.over(own)
    noise = b'nonsense\n[1]\n{"type":5}\n\xff\n' + b"x" * 1_500_000 + b"\n"
    message = b'{"type":"training_update","loss":NaN,"big":1e999}\n'

    def write() -> None:
        workers.sendall(noise + message + b'{"type":"torn"')
        workers.close()

    writing = asyncio.create_task(asyncio.to_thread(write))
    received = []
    while (found := await channel.receive()) is not None:
        received.append(found)
    await writing
    assert received == [{"type": "training_update", "loss": None, "big": None}]
    channel.send({"type": "stop"})
    channel.close()

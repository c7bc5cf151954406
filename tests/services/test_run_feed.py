from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from app.services.run_feed import QUEUE_LENGTH, RunFeed, Subscription
from app.services.run_record import run_detail
from app.services.spool import Spool
from app.training.run_states import RunState
from app.training.training_manager import run_state_data


def record(**fields: Any) -> dict[str, Any]:
    base = {
        "id": "r", "design_id": "d", "state": "queued", "reason": None, "started_at": None,
        "ended_at": None, "step": 0, "update": 0, "latest": None, "best_checkpoint": None,
        "latest_checkpoint": None, "hyperparameters": {"gamma": 0.9}, "history": [],
        "last_seq": 0, "closed": False,
    }  # fmt: skip
    return {**base, **fields}


def _feed(tmp_path: Path) -> RunFeed:
    return RunFeed(record(), Spool(tmp_path / "events.jsonl"), lambda: None)


def _state(feed: RunFeed, state: RunState) -> None:
    previous = RunState(feed.record["state"])
    feed.emit("run_state", run_state_data(state, previous, None))


def test_the_record_is_a_fold_of_its_events(tmp_path: Path) -> None:
    feed = _feed(tmp_path)
    _state(feed, RunState.STARTING)
    _state(feed, RunState.RUNNING)
    feed.emit("training_update", {"step": 10, "update": 1, "loss": {"value": float("nan")}})
    for step, score in ((10, None), (20, 5.0), (30, 4.0)):
        feed.emit(
            "checkpoint", {"step": step, "update": 1, "score": score, "bytes": 9, "path": "p"}
        )
    feed.emit("hyperparameters", {"values": {"gamma": 0.5}, "step": 30})
    _state(feed, RunState.STOPPED)
    told = run_detail(feed.record)
    assert told["state"] == "stopped"
    assert told["allowed"] == []
    assert told["step"] == 10
    assert told["latest"]["loss"] == {"value": None}
    assert told["latest"]["seq"] == 3
    assert told["best_checkpoint"]["step"] == 20
    assert told["latest_checkpoint"]["step"] == 30
    assert told["hyperparameters"] == {"gamma": 0.5}
    assert told["history"][0]["step"] == 30
    assert told["started_at"] <= told["ended_at"]
    assert told["last_seq"] == 8
    assert not {"closed", "design", "home"} & set(told)


def test_an_evaluation_decides_which_checkpoint_is_the_best(tmp_path: Path) -> None:
    feed = _feed(tmp_path)

    def train(step: int, score: float, evaluated: float | None) -> None:
        checkpoint = {"step": step, "update": 1, "score": score, "bytes": 9, "path": "p"}
        feed.emit("checkpoint", checkpoint)
        if evaluated is not None:
            feed.emit("evaluation", {"step": step, "score": {"mean": evaluated}})

    train(10, 900.0, None)
    assert feed.record["best_checkpoint"]["step"] == 10
    train(20, 500.0, 700.0)
    train(30, 999.0, 650.0)
    told = run_detail(feed.record)
    assert told["best_checkpoint"]["step"] == 20
    assert told["latest_evaluation"]["score"]["mean"] == 650.0
    assert told["best_evaluation"]["seq"] == 3
    train(40, 400.0, 701.0)
    assert feed.record["best_checkpoint"]["step"] == 40


def test_a_run_that_had_a_teacher_stays_labelled(tmp_path: Path) -> None:
    feed = _feed(tmp_path)
    assert run_detail(feed.record)["algorithm"] is None
    teacher = {"weight": 0.5, "loss": 1.0, "teacher_score": 9.0}
    for kickstart in (teacher, None):
        update = {"step": 1, "update": 1, "algorithm": "ppo", "kickstart": kickstart}
        feed.emit("training_update", update)
    told = run_detail(feed.record)
    assert (told["algorithm"], told["kickstart"]) == ("ppo", teacher)


async def test_a_slow_client_loses_the_oldest_and_is_told(tmp_path: Path) -> None:
    feed = _feed(tmp_path)
    quick, slow = feed.subscribe(), feed.subscribe()
    for each in range(QUEUE_LENGTH + 10):
        feed.emit("alert", {"step": each})
        event = await quick.next()
        assert event is not None
        assert event["data"] == {"step": each}
    assert quick.take_dropped() == 0
    assert slow.take_dropped() == 10
    first = await slow.next()
    assert first is not None
    assert first["seq"] == 11


async def test_the_end_reaches_everyone(tmp_path: Path) -> None:
    feed = _feed(tmp_path)
    early = feed.subscribe()
    waiting = asyncio.create_task(_collect(early))
    await asyncio.sleep(0)
    _state(feed, RunState.STOPPED)
    assert [event["data"]["state"] for event in await waiting] == ["stopped"]
    assert await _collect(feed.subscribe()) == []


async def _collect(subscription: Subscription) -> list[dict[str, Any]]:
    found = []
    while (event := await subscription.next()) is not None:
        found.append(event)
    return found

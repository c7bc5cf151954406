"""Budgets, evaluations, recorded games and pinned checkpoints, with the real worker."""

from __future__ import annotations

from typing import Any

import pytest

from app.play.recording import read_recording, replay
from tests.support.server import StudioServer, wait_for

pytestmark = pytest.mark.slow

OFTEN = {"evaluate_seconds": 0.5, "evaluate_games": 16}


def _get(server: StudioServer, run_id: str, rest: str, **query: object) -> Any:
    answer = server.client.get(f"/api/runs/{run_id}/{rest}", params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return answer.json()


def _pin(server: StudioServer, run_id: str, step: int, method: str = "PUT") -> Any:
    answer = server.client.request(method, f"/api/runs/{run_id}/checkpoints/{step}/pin")
    assert answer.status_code == 200, answer.text
    return {each["step"]: each for each in answer.json()["items"]}


def test_an_evaluation_reaches_every_face(server: StudioServer, design_id: str) -> None:
    run_id = server.train(design_id, total_steps=20_000, settings=OFTEN)
    run = server.wait_state(run_id, "completed")
    told = [e["data"] for e in server.events(run_id) if e["event"] == "evaluation"]
    items = _get(server, run_id, "evaluations")["items"]
    assert items == [{name: each[name] for name in items[0]} for each in told]
    assert run["latest_evaluation"] == items[-1]
    assert items[-1]["step"] == run["step"]
    best = max(items, key=lambda each: each["score"]["mean"])
    assert run["best_evaluation"]["score"]["mean"] == best["score"]["mean"]
    assert run["best_checkpoint"]["step"] == run["best_evaluation"]["step"]
    assert run["algorithm"] == "ppo"
    assert run["kickstart"] is None
    assert not items[0]["kickstarted"]

    parts = ("mean", "ci_low", "ci_high")
    names = ",".join([*(f"evaluation.score.{part}" for part in parts), "health.approx_kl"])
    series = _get(server, run_id, "metrics", names=names)["series"]
    means, lows, highs = (series[f"evaluation.score.{part}"] for part in parts)
    assert means == [[each["step"], each["score"]["mean"]] for each in items]
    assert [[low, high] for (_, low), (_, high) in zip(lows, highs, strict=True)] == [
        each["score"]["ci95"] for each in items
    ]
    assert series["health.approx_kl"][-1][1] is not None

    checkpoints = _get(server, run_id, "checkpoints")
    by_step = {each["step"]: each for each in checkpoints["items"]}
    assert by_step[run["best_checkpoint"]["step"]]["evaluation"] == best["score"]["mean"]
    assert by_step[run["best_checkpoint"]["step"]]["kept_because"][0] == "best"
    assert checkpoints["bytes"] == sum(each["bytes"] for each in checkpoints["items"])
    assert checkpoints["free_bytes"] > 0


def test_recorded_games_replay(server: StudioServer, design_id: str) -> None:
    run_id = server.train(design_id, total_steps=4_000, settings=OFTEN)
    last = server.wait_state(run_id, "completed")["latest_evaluation"]
    games = _get(server, run_id, "games")["items"]
    assert [game["kind"] for game in games[-3:]] == ["best", "median", "worst"]
    for listed in games[-3:]:
        assert listed["step"] == last["step"]
        game = _get(server, run_id, f"games/{listed['id']}")
        assert {**game, **listed} == game
        boards = replay(read_recording(game))
        assert len(boards) == game["steps"] + 1
        assert 1 << int(boards[-1].max()) == game["max_tile"]
    for odd in ("000000000001-best", "..%2frun", "x"):
        answer = server.client.get(f"/api/runs/{run_id}/games/{odd}")
        assert answer.status_code == 404
    assert answer.json()["type"].endswith("game.not_found")


def test_minutes_end_a_run(server: StudioServer, design_id: str) -> None:
    run_id = server.train(design_id, total_steps=None, minutes=0.05)
    run = server.wait_state(run_id, "completed")
    assert run["minutes"] == 0.05
    assert run["step"] < run["total_steps"] == 10**12
    assert run["latest"]["progress"]["fraction"] == 1.0
    step = run["latest_checkpoint"]["step"]
    path = f"/api/runs/{run_id}/branch"
    child = server.client.post(path, json={"step": step}).json()["run_id"]
    other = server.client.post(path, json={"step": step, "total_steps": step + 256}).json()
    for branch, minutes in ((child, 0.05), (other["run_id"], None)):
        found = server.wait_state(branch, "completed")
        assert (found["minutes"], found["step"] > step) == (minutes, True)
    for bad in (0, -1, "10", True, 1e9):
        answer = server.client.post(f"/api/designs/{design_id}/train", json={"minutes": bad})
        assert answer.status_code == 422, bad


def test_a_pinned_checkpoint_outlives_the_others(server: StudioServer, design_id: str) -> None:
    settings = {"keep_last": 1, "evaluate_seconds": 0.0}
    run_id = server.train(design_id, settings=settings)
    step = server.wait_checkpoint(run_id)["step"]
    assert _pin(server, run_id, step)[step]["pinned"]
    assert "pinned" in _pin(server, run_id, step)[step]["kept_because"]

    def later(count: int) -> Any:
        newest = server.run(run_id)["latest_checkpoint"]["step"]
        return wait_for(lambda: server.run(run_id)["latest_checkpoint"]["step"] > newest and count)

    for _ in range(3):
        later(1)
    kept = {each["step"]: each for each in _get(server, run_id, "checkpoints")["items"]}
    assert step in kept
    assert len(kept) <= 3
    branch = server.client.post(f"/api/runs/{run_id}/branch", json={"step": step})
    assert branch.status_code == 202
    server.client.post(f"/api/runs/{branch.json()['run_id']}/stop")
    missing = server.client.put(f"/api/runs/{run_id}/checkpoints/1/pin")
    assert missing.status_code == 404
    assert missing.json()["type"].endswith("checkpoint.not_found")
    server.stop(run_id)

    assert not _pin(server, run_id, step, "DELETE")[step]["pinned"]
    assert not _pin(server, run_id, step, "DELETE")[step]["pinned"]
    assert _pin(server, run_id, step)[step]["pinned"], "of a run that is over too"
    for odd in ("-1", "x", str(10**13)):
        answer = server.client.put(f"/api/runs/{run_id}/checkpoints/{odd}/pin")
        assert answer.status_code == 422

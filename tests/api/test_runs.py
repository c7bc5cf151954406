"""The life of runs, with the real worker."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.server import LONG, TINY, StudioServer, wait_for

pytestmark = pytest.mark.slow

DETAIL = {
    "id", "design_id", "design_name", "design_revision", "state", "reason", "total_steps", "seed",
    "hyperparameters", "config", "created_at", "started_at", "ended_at", "step", "update",
    "latest", "minutes", "algorithm", "kickstart", "kickstart_from", "latest_evaluation",
    "best_evaluation", "best_checkpoint", "latest_checkpoint", "parent", "allowed", "history",
    "last_seq",
}  # fmt: skip
UPDATE = {
    "run_id", "design_id", "seq", "update", "step", "time", "score", "max_tile", "tile_rates",
    "episodes", "loss", "learning_rate", "steps_per_second", "moe", "health", "progress",
    "algorithm", "kickstart",
}  # fmt: skip


def _post(server: StudioServer, run_id: str, action: str) -> dict[str, Any]:
    answer = server.client.post(f"/api/runs/{run_id}/{action}")
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _is_update(event: dict[str, Any]) -> bool:
    return bool(event["event"] == "training_update")


def test_train_watch_pause_change_resume_stop(server: StudioServer) -> None:
    design_id = server.create("starter-moe")
    answer = server.client.post(
        f"/api/designs/{design_id}/train", json={"total_steps": LONG, "hyperparameters": TINY}
    )
    assert answer.status_code == 202
    run_id = answer.json()["run_id"]
    assert answer.headers["location"] == f"/api/runs/{run_id}"
    assert (server.generated / f"{design_id}.py").exists(), "an uncompiled design is compiled"

    events = server.events(run_id, until=_is_update)
    states = [e["data"]["state"] for e in events if e["event"] == "run_state"]
    assert states == ["queued", "starting", "running"]
    update = events[-1]["data"]
    assert set(update) >= UPDATE
    usage = update["moe"]["expert_usage_by_component"]["experts"]
    assert usage == update["moe"]["expert_usage"]
    assert sum(usage) == pytest.approx(1)
    assert str(update["seq"]) == events[-1]["id"]

    _post(server, run_id, "pause")
    paused = server.wait_state(run_id, "paused")
    assert set(paused) == DETAIL
    assert paused["latest_checkpoint"]["step"] == paused["step"]
    assert paused["allowed"] == ["resume", "stop", "set_hyperparameters"]
    assert _post(server, run_id, "pause")["state"] == "paused"

    changed = {"learning_rate": 0.0005, "anneal": False}
    path = f"/api/runs/{run_id}/hyperparameters"
    assert server.client.patch(path, json=changed).status_code == 200
    _post(server, run_id, "resume")
    running = wait_for(lambda: (run := server.run(run_id))["history"] and run)
    assert running["history"][0]["values"] == changed
    assert running["hyperparameters"]["learning_rate"] == 0.0005
    wait_for(lambda: server.run(run_id)["latest"]["learning_rate"] == 0.0005)

    stopped = server.stop(run_id)
    assert stopped["allowed"] == []
    assert stopped["ended_at"] >= stopped["started_at"] >= stopped["created_at"]
    assert stopped["latest_checkpoint"]["step"] == stopped["step"]
    assert _post(server, run_id, "stop")["state"] == "stopped"
    for action in ("pause", "resume"):
        refused = server.client.post(f"/api/runs/{run_id}/{action}")
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("run.state")


def test_a_run_completes_and_tells_its_whole_story(server: StudioServer, design_id: str) -> None:
    run_id = server.train(design_id, total_steps=2_000)
    completed = server.wait_state(run_id, "completed")
    assert completed["step"] >= 2_000
    story = server.events(run_id)
    numbers = [int(event["id"]) for event in story]
    assert numbers == sorted(set(numbers))
    assert story[-1]["data"]["state"] == "completed"
    assert story[0]["data"] | {"time": ""} == {
        "run_id": run_id, "design_id": design_id, "seq": 1, "time": "", "state": "queued",
        "previous": None, "reason": None,
    }  # fmt: skip
    middle = story[len(story) // 2]["id"]
    assert server.events(run_id, last_event_id=middle) == story[len(story) // 2 + 1 :]
    assert server.events(run_id, after=int(middle)) == story[len(story) // 2 + 1 :]
    for odd in ("-1", "abc", "1" * 30):
        assert server.events(run_id, last_event_id=odd) == story
    path = f"/api/runs/{run_id}/events"
    over = server.client.get(path, headers={"last-event-id": story[-1]["id"]})
    assert over.status_code == 204
    assert over.content == b""


def test_curves_keep_their_extremes(server: StudioServer, design_id: str) -> None:
    run_id = server.train(design_id)
    path = f"/api/runs/{run_id}/metrics"
    query = {"names": "loss.value"}
    wait_for(lambda: len(server.client.get(path, params=query).json()["series"]["loss.value"]) > 6)
    server.stop(run_id)
    story = [e["data"] for e in server.events(run_id) if _is_update(e)]
    whole = server.client.get(path, params={"names": "loss.value"}).json()["series"]["loss.value"]
    assert whole == [[e["step"], e["loss"]["value"]] for e in story]
    few = server.client.get(path, params={"names": "loss.value", "max_points": 4}).json()["series"]
    values = [value for _, value in few["loss.value"]]
    assert len(values) <= 4
    middle = [value for _, value in whole[1:-1]]
    assert not middle or {min(middle), max(middle)} <= set(values)
    part = server.client.get(path, params={"from": whole[1][0], "to": whole[1][0]}).json()
    assert part["series"]["loss.value"] == [whole[1]]
    for bad in ({"names": "score.$where"}, {"max_points": 1}, {"from": -1}, {"name": "x"}):
        assert server.client.get(path, params=bad).status_code == 422, bad


def test_bad_orders_name_every_problem(server: StudioServer, design_id: str) -> None:
    bad = {
        "total_steps": 0,
        "seed": -1,
        "hyperparameters": {"learning_rate": 5.0, "gamma": True, "momentum": 1, "epochs": 1.5},
    }
    answer = server.client.post(f"/api/designs/{design_id}/train", json=bad)
    assert answer.status_code == 422
    assert {issue["prop"] for issue in answer.json()["issues"]} == {
        "total_steps", "seed", "learning_rate", "gamma", "momentum", "epochs",
    }  # fmt: skip
    assert len(answer.json()["errors"]) == 6
    for odd in ({"total_steps": "many"}, {"hyperparameters": {"gamma": "0.9"}}, {"steps": 5}, []):
        assert server.client.post(f"/api/designs/{design_id}/train", json=odd).status_code == 422


def test_only_live_settings_change_in_a_run(server: StudioServer, design_id: str) -> None:
    run_id = server.train(design_id)
    path = f"/api/runs/{run_id}/hyperparameters"
    for bad in ({"n_envs": 8}, {"learning_rate": "0.1"}, {"learning_rate": None}, {}, {"lr": 1}):
        assert server.client.patch(path, json=bad).status_code == 422, bad
    server.stop(run_id)
    assert server.client.patch(path, json={"gamma": 0.9}).status_code == 409


def test_the_third_run_waits_for_a_place(server: StudioServer, design_id: str) -> None:
    first, second, third, fourth = [server.train(design_id) for _ in range(4)]
    server.wait_state(first, "running")
    server.wait_state(second, "running")
    assert server.run(third)["state"] == "queued"
    assert server.run(third)["allowed"] == ["stop", "set_hyperparameters"]
    assert server.client.post(f"/api/runs/{third}/pause").status_code == 409
    path = f"/api/runs/{third}/hyperparameters"
    assert server.client.patch(path, json={"gamma": 0.9}).json()["hyperparameters"]["gamma"] == 0.9
    assert _post(server, fourth, "stop")["state"] == "stopped"
    figures = server.client.get("/metrics").text
    assert 'model_studio_open_runs{state="queued"} 1.0' in figures
    assert "model_studio_workers 2.0" in figures
    server.stop(first)
    assert server.wait_state(third, "running")["hyperparameters"]["gamma"] == 0.9
    for run_id in (second, third):
        server.stop(run_id)


def test_a_branch_starts_from_the_checkpoint(server: StudioServer, design_id: str) -> None:
    parent = server.train(design_id, total_steps=1_000)
    server.wait_state(parent, "completed")
    checkpoints = server.client.get(f"/api/runs/{parent}/checkpoints").json()["items"]
    assert [each["best"] for each in checkpoints].count(True) <= 1
    step = checkpoints[-1]["step"]
    body = {"step": step, "hyperparameters": {"learning_rate": 0.0001}}
    answer = server.client.post(f"/api/runs/{parent}/branch", json=body)
    assert answer.status_code == 202
    child = server.wait_state(answer.json()["run_id"], "completed")
    assert child["parent"] == {"run_id": parent, "step": step}
    assert child["total_steps"] == step + 1_000
    assert child["hyperparameters"]["learning_rate"] == 0.0001
    updates = [e["data"] for e in server.events(child["id"]) if _is_update(e)]
    assert all(update["step"] > step for update in updates)
    missing = server.client.post(f"/api/runs/{parent}/branch", json={"step": 1})
    assert missing.status_code == 404
    assert missing.json()["type"].endswith("checkpoint.not_found")

    again = server.train(
        design_id, total_steps=step + 100, from_checkpoint={"run_id": parent, "step": step}
    )
    assert server.wait_state(again, "completed")["parent"]["run_id"] == parent
    other = server.create("starter-moe")
    mismatch = server.client.post(
        f"/api/designs/{other}/train", json={"from_checkpoint": {"run_id": parent}}
    )
    assert mismatch.status_code == 409
    assert mismatch.json()["type"].endswith("checkpoint.mismatch")


def test_a_stop_before_the_first_step_takes_no_time(server: StudioServer, design_id: str) -> None:
    run_id = server.train(design_id)
    assert server.run(run_id)["state"] == "starting"
    began = time.monotonic()
    assert server.stop(run_id)["reason"] is None
    assert time.monotonic() - began < 2
    assert server.worker_pid(run_id) is None


def test_runs_are_listed_newest_first(server: StudioServer, design_id: str) -> None:
    runs = []
    for _ in range(3):
        runs.append(server.train(design_id))
        server.client.post(f"/api/runs/{runs[-1]}/stop")
    query: dict[str, Any] = {"design_id": design_id, "limit": 2}
    page = server.client.get("/api/runs", params=query).json()
    assert [item["id"] for item in page["items"]] == [runs[2], runs[1]]
    rest = server.client.get("/api/runs", params={**query, "cursor": page["next"]}).json()
    assert [item["id"] for item in rest["items"]] == [runs[0]]
    assert rest["next"] is None
    for run_id in runs:
        server.wait_state(run_id, "stopped")


def test_unknown_runs_are_404_everywhere(server: StudioServer) -> None:
    for run_id in ("0" * 32, "nothing", "..%2f.."):
        for method, rest in [
            ("GET", ""),
            ("GET", "/events"),
            ("GET", "/metrics"),
            ("GET", "/checkpoints"),
            ("GET", "/evaluations"),
            ("GET", "/games"),
            ("GET", "/games/000000000001-best"),
            ("PUT", "/checkpoints/1/pin"),
            ("DELETE", "/checkpoints/1/pin"),
            ("POST", "/pause"),
            ("POST", "/resume"),
            ("POST", "/stop"),
        ]:
            answer = server.client.request(method, f"/api/runs/{run_id}{rest}")
            assert answer.status_code == 404, (method, rest)


def test_a_client_that_left_is_forgotten(server: StudioServer, design_id: str) -> None:
    run_id = server.train(design_id)
    server.events(run_id, until=_is_update)
    began = time.monotonic()
    wait_for(lambda: "model_studio_streams 0.0" in server.client.get("/metrics").text, 5)
    assert time.monotonic() - began < 5
    server.stop(run_id)


def test_a_run_keeps_the_exact_design_it_trained(server: StudioServer, design_id: str) -> None:
    path = f"/api/designs/{design_id}"
    answer = server.client.get(path)
    trained = answer.json()
    run_id = server.train(design_id)
    changed = {**trained, "name": "Changed since"}
    headers = {"if-match": answer.headers["etag"]}
    assert server.client.put(path, json=changed, headers=headers).status_code == 200
    assert server.client.get(f"/api/runs/{run_id}/design").json() == trained
    diff = server.client.get(f"{path}/diff?run_id={run_id}").json()
    assert diff["name"] == {"from": trained["name"], "to": "Changed since"}
    server.client.post(f"/api/runs/{run_id}/stop")
    assert server.client.delete(path).status_code == 204
    assert server.client.get(f"/api/runs/{run_id}/design").json() == trained
    assert server.client.get(f"/api/runs/{'0' * 32}/design").status_code == 404


def test_a_run_learns_from_the_network_of_another(server: StudioServer, design_id: str) -> None:
    lender = server.train(design_id, total_steps=500)
    step = server.wait_state(lender, "completed")["latest_checkpoint"]["step"]
    other = server.create("small-transformer")

    def refused(design: str, **body: object) -> tuple[int, str]:
        answer = server.client.post(f"/api/designs/{design}/train", json=body)
        return answer.status_code, answer.json()["type"].removeprefix("urn:modelstudio:error:")

    assert refused(other, kickstart_from={"run_id": "f" * 32}) == (404, "run.not_found")
    wrong_step = {"run_id": lender, "step": step + 1}
    assert refused(other, kickstart_from=wrong_step) == (404, "checkpoint.not_found")
    both = {"kickstart_moves": 1000}
    two = refused(other, kickstart_from={"run_id": lender}, hyperparameters=both)
    assert two == (422, "run.invalid")
    tables = server.create("n-tuple")
    assert refused(tables, kickstart_from={"run_id": lender}) == (422, "run.invalid")

    taught = server.train(other, total_steps=500, kickstart_from={"run_id": lender})
    run = server.wait_state(taught, "completed")
    assert run["kickstart_from"] == {"run_id": lender, "step": step}
    assert run["kickstart"]["weight"] < 1
    body = {"step": run["latest_checkpoint"]["step"]}
    answer = server.client.post(f"/api/runs/{taught}/branch", json=body)
    branch = server.wait_state(answer.json()["run_id"], "completed")
    assert branch["kickstart_from"] == run["kickstart_from"]

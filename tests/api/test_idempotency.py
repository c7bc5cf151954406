from __future__ import annotations

import concurrent.futures

from tests.support.server import TINY, StudioServer

ORDER = {"total_steps": 256, "hyperparameters": TINY}


def _train(server: StudioServer, design_id: str, key: str, **changes: object) -> tuple[int, str]:
    answer = server.client.post(
        f"/api/designs/{design_id}/train",
        json={**ORDER, **changes},
        headers={"idempotency-key": key},
    )
    return answer.status_code, answer.json().get("run_id", answer.json().get("type"))


def _run_count(server: StudioServer, design_id: str) -> int:
    runs = server.client.get("/api/runs", params={"design_id": design_id}).json()
    return len(runs["items"])


def test_the_same_key_gives_the_same_run(server: StudioServer, design_id: str) -> None:
    first = _train(server, design_id, f"a-{design_id}")
    again = _train(server, design_id, f"a-{design_id}")
    assert first == again
    assert first[0] == 202
    assert _run_count(server, design_id) == 1
    server.wait_state(first[1], "completed")
    assert _train(server, design_id, f"a-{design_id}") == first


def test_many_at_once_give_one_run(server: StudioServer, design_id: str) -> None:
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(lambda _: _train(server, design_id, f"b-{design_id}"), range(10)))
    assert len(answers) == 1
    assert _run_count(server, design_id) == 1
    server.stop(answers.pop()[1])


def test_another_order_under_the_same_key_is_refused(server: StudioServer, design_id: str) -> None:
    _, run_id = _train(server, design_id, f"c-{design_id}")
    status, problem = _train(server, design_id, f"c-{design_id}", seed=5)
    assert (status, problem.rpartition(":")[2]) == (422, "idempotency.reused")
    other = server.create()
    status, problem = _train(server, other, f"c-{design_id}")
    assert (status, problem.rpartition(":")[2]) == (422, "idempotency.reused")
    assert _run_count(server, design_id) == 1
    server.stop(run_id)


def test_a_bad_key_is_refused(server: StudioServer, design_id: str) -> None:
    for key in ("x" * 10_000, "", "with space", "x" * 129):
        status, problem = _train(server, design_id, key)
        assert (status, problem.rpartition(":")[2]) == (400, "idempotency.invalid")
    assert _run_count(server, design_id) == 0


def test_a_refused_order_can_be_put_right_under_its_key(
    server: StudioServer, design_id: str
) -> None:
    key = f"d-{design_id}"
    assert _train(server, design_id, key, total_steps=0)[0] == 422
    status, run_id = _train(server, design_id, key)
    assert status == 202
    server.stop(run_id)

from __future__ import annotations

import concurrent.futures
import uuid
from typing import Any

import httpx

from tests.support.server import StudioServer

NOBODY = "0" * 32


def _fetch(client: httpx.Client, design_id: str) -> tuple[dict[str, Any], str]:
    answer = client.get(f"/api/designs/{design_id}")
    assert answer.status_code == 200
    return answer.json(), answer.headers["etag"]


def test_a_new_design_is_empty_and_named(client: httpx.Client) -> None:
    answer = client.post("/api/designs")
    meta = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/designs/{meta['id']}"
    assert set(meta) == {"id", "name", "revision", "created_at", "updated_at"}
    design, etag = _fetch(client, meta["id"])
    assert etag == '"1"'
    assert design["components"] == []
    assert set(design) == {"id", "name", "version", "meta", "components", "edges"}


def test_a_template_gives_its_design_under_another_name(client: httpx.Client) -> None:
    templates = client.get("/api/templates").json()["items"]
    assert len(templates) >= 3
    for template in templates:
        body = {"name": "Mine", "template": template["slug"]}
        design_id = client.post("/api/designs", json=body).json()["id"]
        design, _ = _fetch(client, design_id)
        assert design["name"] == "Mine"
        assert design["components"] == template["design"]["components"]
        verdict = client.post(f"/api/designs/{design_id}/validate", json=design)
        assert verdict.status_code == 200
        assert verdict.json()["paramCount"] == template["paramCount"]
        assert verdict.json()["errors"] == []


def test_an_unknown_template_and_a_bad_name_are_refused(client: httpx.Client) -> None:
    for body in ({"template": "../secret"}, {"name": ""}, {"name": "a\rb"}, {"name": 5}, {"x": 1}):
        answer = client.post("/api/designs", json=body)
        assert answer.status_code == 422, body


def test_save_raises_the_revision(client: httpx.Client, design_id: str) -> None:
    design, etag = _fetch(client, design_id)
    design["name"] = "Renamed"
    saved = client.put(f"/api/designs/{design_id}", json=design, headers={"if-match": etag})
    assert saved.status_code == 200
    assert saved.json()["revision"] == 2
    assert saved.headers["etag"] == '"2"'
    assert _fetch(client, design_id) == (design, '"2"')


def test_a_stale_save_gets_the_current_design(client: httpx.Client, design_id: str) -> None:
    design, etag = _fetch(client, design_id)
    first = {**design, "name": "First"}
    client.put(f"/api/designs/{design_id}", json=first, headers={"if-match": etag})
    second = {**design, "name": "Second"}
    refused = client.put(f"/api/designs/{design_id}", json=second, headers={"if-match": etag})
    assert refused.status_code == 412
    assert refused.json()["current"] == first
    assert refused.headers["etag"] == '"2"'


def test_of_many_saves_at_once_exactly_one_wins(server: StudioServer, design_id: str) -> None:
    design, etag = _fetch(server.client, design_id)

    def save(number: int) -> int:
        body = {**design, "name": f"Writer {number}"}
        path = f"/api/designs/{design_id}"
        return server.client.put(path, json=body, headers={"if-match": etag}).status_code

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(save, range(40)))
    assert codes.count(200) == 1
    assert codes.count(412) == 39
    assert _fetch(server.client, design_id)[1] == '"2"'


def test_a_draft_with_rule_issues_is_kept(client: httpx.Client, design_id: str) -> None:
    design, etag = _fetch(client, design_id)
    design["edges"] = design["edges"][:1]
    saved = client.put(f"/api/designs/{design_id}", json=design, headers={"if-match": etag})
    assert saved.status_code == 200
    refused = client.post(f"/api/designs/{design_id}/compile")
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["valid"] is False
    assert problem["errors"]
    assert all(issue["code"] for issue in problem["issues"])


def test_weak_wild_and_listed_etags_are_refused(client: httpx.Client, design_id: str) -> None:
    design, _ = _fetch(client, design_id)
    for etag in ("*", 'W/"1"', '"1", "2"', "1", '"x"', '"0"', ""):
        answer = client.put(f"/api/designs/{design_id}", json=design, headers={"if-match": etag})
        assert answer.status_code == 400, etag
        assert answer.json()["type"].endswith("precondition.invalid")


def test_the_id_in_the_body_must_be_that_of_the_address(
    client: httpx.Client, design_id: str
) -> None:
    design, etag = _fetch(client, design_id)
    design["id"] = NOBODY
    answer = client.put(f"/api/designs/{design_id}", json=design, headers={"if-match": etag})
    assert answer.status_code == 422


def test_delete_forgets_design_and_source(server: StudioServer, design_id: str) -> None:
    server.client.post(f"/api/designs/{design_id}/compile")
    assert (server.generated / f"{design_id}.py").exists()
    assert server.client.delete(f"/api/designs/{design_id}").status_code == 204
    assert not (server.generated / f"{design_id}.py").exists()
    assert server.client.get(f"/api/designs/{design_id}").status_code == 404
    assert server.client.delete(f"/api/designs/{design_id}").status_code == 404


def test_the_list_pages_through_everything_once(server: StudioServer) -> None:
    made = [server.create() for _ in range(7)]
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = server.client.get("/api/designs", params=query).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None or len(seen) > 500:
            break
    assert seen[:7] == made[::-1]
    assert len(seen) == len(set(seen))


def test_a_bad_page_is_refused(client: httpx.Client) -> None:
    for query in ("limit=0", "limit=201", "limit=x", "cursor=-1", "cursor=%24gt", "skip=1"):
        answer = client.get(f"/api/designs?{query}")
        assert answer.status_code == 422, query
        assert answer.json()["type"].endswith("request.query")


def test_unknown_designs_are_404_everywhere(client: httpx.Client) -> None:
    calls = [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/validate"),
        ("POST", "/compile"),
        ("GET", "/source"),
        ("POST", "/train"),
        ("GET", "/export?fmt=onnx"),
    ]
    for method, rest in calls:
        answer = client.request(method, f"/api/designs/{NOBODY}{rest}", json={})
        assert answer.status_code == 404, (method, rest)
        assert answer.json()["type"].endswith("design.not_found")


def test_the_catalogue_is_the_spec(client: httpx.Client) -> None:
    catalogue = client.get("/api/blocks").json()
    types = {block["type"] for block in catalogue["blocks"]}
    assert {"board_input", "moe_layer", "action_output"} <= types
    assert catalogue["limits"]["components"] == 512
    assert catalogue["hyperparameters"]["hyperparameters"][0]["name"] == "learning_rate"


def test_a_design_made_offline_is_created_under_its_own_id(
    client: httpx.Client, design_id: str
) -> None:
    design, _ = _fetch(client, design_id)
    mine = uuid.uuid4().hex
    path, create = f"/api/designs/{mine}", {"if-none-match": "*"}
    made = client.put(path, json={**design, "id": mine}, headers=create)
    assert made.status_code == 201
    assert made.headers["location"] == path
    assert _fetch(client, mine) == ({**design, "id": mine}, '"1"')
    again = client.put(path, json={**design, "id": mine, "name": "Again"}, headers=create)
    assert again.status_code == 412
    assert again.json()["current"]["name"] == design["name"]
    assert again.headers["etag"] == '"1"'


def test_a_precondition_says_one_thing(client: httpx.Client, design_id: str) -> None:
    design, etag = _fetch(client, design_id)
    path = f"/api/designs/{design_id}"
    for headers in ({"if-none-match": etag}, {"if-none-match": "*", "if-match": etag}):
        assert client.put(path, json=design, headers=headers).status_code == 400
    other = {**design, "id": design_id}
    refused = client.put(f"/api/designs/{NOBODY}", json=other, headers={"if-none-match": "*"})
    assert refused.status_code == 422


def test_every_saved_state_can_be_read_again(client: httpx.Client, design_id: str) -> None:
    design, etag = _fetch(client, design_id)
    path = f"/api/designs/{design_id}"
    states = [design]
    for name in ("Second", "Third"):
        states.append({**design, "name": name})
        etag = client.put(path, json=states[-1], headers={"if-match": etag}).headers["etag"]
    first_page = client.get(f"{path}/revisions?limit=2").json()
    assert [item["revision"] for item in first_page["items"]] == [3, 2]
    assert first_page["items"][0]["name"] == "Third"
    assert first_page["items"][0]["component_count"] == len(design["components"])
    rest = client.get(f"{path}/revisions?cursor={first_page['next']}").json()
    assert [item["revision"] for item in rest["items"]] == [1]
    for number, state in enumerate(states, start=1):
        assert client.get(f"{path}/revisions/{number}").json() == state
    assert client.get(f"{path}/revisions/4").status_code == 404
    assert client.get(f"{path}/revisions/0").status_code == 422
    assert client.get(f"/api/designs/{NOBODY}/revisions").status_code == 404
    assert client.delete(path).status_code == 204
    assert client.get(f"{path}/revisions").status_code == 404


def test_a_diff_tells_what_changed_between_revisions_and_designs(client: httpx.Client) -> None:
    made = client.post("/api/designs", json={"template": "starter-moe"}).json()
    path = f"/api/designs/{made['id']}"
    design, etag = _fetch(client, made["id"])
    changed = {**design, "name": "Wider"}
    changed["components"] = [
        {**component, "props": {**component["props"], "n_heads": 2}}
        if component["type"] == "transformer_layer"
        else component
        for component in design["components"]
    ]
    assert client.put(path, json=changed, headers={"if-match": etag}).status_code == 200
    diff = client.get(f"{path}/diff?from=1").json()
    assert diff["name"] == {"from": design["name"], "to": "Wider"}
    assert [(block["kind"], block["type"]) for block in diff["blocks"]] == [
        ("changed", "transformer_layer")
    ]
    assert diff["blocks"][0]["props"] == [{"name": "n_heads", "from": 4, "to": 2}]
    assert diff["connections"] == {"added": [], "removed": []}
    assert client.get(f"{path}/diff?from=1&to=1").json()["blocks"] == []
    other = client.post("/api/designs", json={"template": "n-tuple"}).json()["id"]
    across = client.get(f"{path}/diff?design_id={other}").json()
    assert {"added", "removed"} <= {block["kind"] for block in across["blocks"]}
    for query in ("", "?to=1", f"?from=1&design_id={other}", "?from=0", "?from=x", "?since=1"):
        assert client.get(f"{path}/diff{query}").status_code == 422, query
    assert client.get(f"{path}/diff?from=9").status_code == 404
    assert client.get(f"{path}/diff?run_id={NOBODY}").status_code == 404
    assert client.get(f"{path}/diff?design_id={NOBODY}").status_code == 404

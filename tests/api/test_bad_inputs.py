"""Every case of `tests/cases/bad_inputs.json` that documents an endpoint of this release."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import ROOT, StudioServer

BOOK = json.loads((ROOT / "tests" / "cases" / "bad_inputs.json").read_text())
AREAS = {
    "codegen",
    "rules",
    "resource",
    "http",
    "path",
    "nosql",
    "csrf_dns",
    "idempotency",
    "concurrency",
    "xss",
}
ELSEWHERE = {
    "RS13": "test_requests.py, a body that trickles in",
    "RS15": "test_export.py, needs a checkpoint",
    "RS17": "test_requests.py, the rate of new designs",
    "PT17": "test_compile.py, a file changed by hand",
    "ID01": "test_idempotency.py",
    "ID03": "test_idempotency.py",
    "ID05": "test_idempotency.py",
    "CS07": "test_page.py, needs a built page",
}
CASES = [case for case in BOOK["cases"] if case["area"] in AREAS and case["id"] not in ELSEWHERE]
CANARY = Path("/tmp/ms_canary")


def _fill(value: Any, design_id: str) -> Any:
    if isinstance(value, str):
        return value.replace("$design_id", design_id)
    if isinstance(value, dict):
        return {key: _fill(inner, design_id) for key, inner in value.items()}
    return [_fill(inner, design_id) for inner in value] if isinstance(value, list) else value


def _body(case: dict[str, Any], design_id: str) -> bytes | None:
    if "body_raw" in case:
        return str(case["body_raw"]).replace("$design_id", design_id).encode()
    if "body" in case:
        return json.dumps(_fill(case["body"], design_id)).encode()
    if "body_gen" not in case:
        return None
    names = {
        "base": lambda: copy.deepcopy(_fill(BOOK["base_design"], design_id)),
        "raw": lambda text: text.replace("$design_id", design_id).encode(),
        "rawbytes": bytes,
    }
    made = eval(case["body_gen"], names)
    return made if isinstance(made, bytes) else json.dumps(made).encode()


def _codes(answer: httpx.Response) -> set[str]:
    problem = answer.json()
    return {problem["type"].rpartition(":")[2]} | {
        issue["code"] for issue in problem.get("issues", [])[:1]
    }


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(server: StudioServer, design_id: str, case: dict[str, Any]) -> None:
    files_before = sorted(server.generated.glob("*"))
    path = case["path"].replace("{design_id}", design_id).replace("{unknown32hex}", "0" * 32)
    headers = {"content-type": "application/json", **case.get("headers", {})}
    if case["area"] == "xss":
        headers["if-match"] = '"1"'
    answer = server.client.request(
        case["method"], path, content=_body(case, design_id), headers=headers
    )
    expected = case["expect_status"]
    assert answer.status_code in (expected if isinstance(expected, list) else [expected])
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert "access-control-allow-origin" not in answer.headers
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert "Traceback" not in answer.text
        assert str(ROOT) not in answer.text
        if "expect_code" in case and not path.startswith("/api/designs/..%2f"):
            assert case["expect_code"] in _codes(answer)
    assert server.client.get("/healthz", timeout=1).status_code == 200
    assert not CANARY.exists()
    assert sorted(server.generated.glob("*")) == files_before


@pytest.mark.parametrize("case_id", ["XS01", "XS03", "XS05", "XS07", "CG09"])
def test_a_hostile_name_is_data(server: StudioServer, design_id: str, case_id: str) -> None:
    case = next(each for each in BOOK["cases"] if each["id"] == case_id)
    body = _body(case, design_id)
    assert body is not None
    saved = server.client.put(
        f"/api/designs/{design_id}",
        content=body,
        headers={"content-type": "application/json", "if-match": '"1"'},
    )
    assert saved.status_code == 200
    name = json.loads(body)["name"]
    assert server.client.get(f"/api/designs/{design_id}").json()["name"] == name
    assert server.client.post(f"/api/designs/{design_id}/compile").status_code == 200
    source = server.client.get(f"/api/designs/{design_id}/source").text
    assert name not in source
    assert "49" not in source


def test_the_server_stayed_small(server: StudioServer) -> None:
    status = Path(f"/proc/{server.pid}/status").read_text()
    resident_kb = int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]
    assert resident_kb < 300_000
    maps = Path(f"/proc/{server.pid}/maps").read_text()
    assert "libtorch" not in maps

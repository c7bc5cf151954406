"""Who may ask, what may be sent, and what every answer bears."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.server import ROOT, StudioServer, running

OPENAPI = json.loads((ROOT / "spec" / "openapi.json").read_text())
OPERATIONS = [
    (method.upper(), path)
    for path, operations in OPENAPI["paths"].items()
    for method in operations
    if method in ("get", "post", "put", "patch", "delete")
]


def _address(path: str) -> str:
    return path.replace("{design_id}", "0" * 32).replace("{run_id}", "0" * 32)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_unknown_query_parameters_are_refused(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, _address(path), params={"verbose[$gt]": "1"})
    if path in ("/healthz", "/readyz", "/metrics") or answer.status_code != 404:
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("request.query")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_has_its_headers(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, _address(path))
    assert answer.status_code < 500
    assert len(answer.headers["x-request-id"]) == 32
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_other_methods_and_addresses_are_problems(client: httpx.Client) -> None:
    for method, path, status in [
        ("PATCH", "/api/designs", 405),
        ("TRACE", "/api/designs", 405),
        ("GET", "/api/nothing", 404),
        ("POST", "/api/nothing", 404),
        ("GET", "/api", 404),
        ("DELETE", "/", 405),
    ]:
        answer = client.request(method, path)
        assert answer.status_code == status, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_loopback_names_with_the_port_are_own(server: StudioServer, name: str) -> None:
    host = f"{name}:{server.port}"
    headers = {"host": host, "origin": f"http://{host}"}
    assert server.client.get("/healthz", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""]
)
@pytest.mark.parametrize("path", ["/", "/healthz", "/api/designs", "/metrics"])
def test_other_hosts_are_denied(server: StudioServer, host: str, path: str) -> None:
    headers = {"host": host.replace("{port}", str(server.port))}
    answer = server.client.get(path, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("host.denied")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "file://", "http://127.0.0.1"])
def test_other_origins_are_denied(server: StudioServer, origin: str) -> None:
    for method, path in (("POST", "/api/designs"), ("GET", "/api/runs"), ("OPTIONS", "/api/runs")):
        answer = server.client.request(method, path, headers={"origin": origin})
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("origin.denied")
        assert "access-control-allow-origin" not in answer.headers


def test_a_chunked_body_is_cut_at_the_limit(client: httpx.Client, design_id: str) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b"[" * 65536

    headers = {"content-type": "application/json"}
    path = f"/api/designs/{design_id}/validate"
    answer = client.post(path, content=chunks(), headers=headers)
    assert answer.status_code == 413


def test_odd_content_types_are_refused(client: httpx.Client) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"):
        answer = client.post("/api/designs", content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415, kind
    kind = 'application/json; charset="UTF-8"'
    answer = client.post("/api/designs", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 201


def test_json_is_read_strictly(client: httpx.Client, design_id: str) -> None:
    headers = {"content-type": "application/json"}
    for body, code in [
        (b'{"a":1,"a":2}', "json.duplicate_key"),
        (b'{"a":{"b":1,"\\u0062":2}}', "json.duplicate_key"),
        (b'{"a":NaN}', "json.nonfinite"),
        (b'{"a":-1e999}', "json.nonfinite"),
        (b"[" * 40 + b"]" * 40, "json.depth"),
        (b'{"a":' * 100_000, "json.depth"),
        (b"[" * 500_000, "json.depth"),
        (b'{"a":1', "json.invalid"),
        (b"\xff\xfe{}", "json.invalid"),
        (b'{"a":"\xed\xa0\x80"}', "json.invalid"),
        (b"9" * 5000, "json.invalid"),
        (b"   ", "json.invalid"),
    ]:
        answer = client.post(f"/api/designs/{design_id}/validate", content=body, headers=headers)
        assert answer.status_code == 400, body[:40]
        assert answer.json()["type"].endswith(code), body[:40]


def test_brackets_in_strings_are_no_depth(client: httpx.Client) -> None:
    answer = client.post("/api/designs", json={"name": '[{"' * 30})
    assert answer.status_code == 201


@pytest.mark.slow
def test_a_body_that_trickles_in_is_given_up(server: StudioServer, design_id: str) -> None:
    request = (
        f"POST /api/designs/{design_id}/validate HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n"
        "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(request.encode())
        line.settimeout(1.0)
        answer = b""
        while not answer and time.monotonic() - began < 20:
            line.sendall(b"1\r\n{\r\n")
            try:
                answer = line.recv(4096)
            except TimeoutError:
                continue
    assert b" 408 " in answer.splitlines()[0]
    assert 14 < time.monotonic() - began < 18


def test_the_rate_of_new_designs_is_limited(tmp_path: Path) -> None:
    with running(tmp_path / "data", create_burst=50, create_per_second=1) as server:
        answers = [server.client.post("/api/designs") for _ in range(60)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert [answer.status_code for answer in answers[:50]] == [201] * 50
        assert refused
        assert refused[0].json()["type"].endswith("rate.limited")
        assert int(refused[0].headers["retry-after"]) >= 1
        assert server.client.get("/api/designs").status_code == 200

from __future__ import annotations

from pathlib import Path

import httpx
import numpy as np
import onnxruntime
import pytest
from safetensors import safe_open

from tests.support.server import StudioServer


@pytest.fixture(scope="module")
def trained(server: StudioServer) -> tuple[str, str]:
    """A design and its run, which completed."""
    design_id = server.create("starter-moe", name="Été: ../my model?")
    run_id = server.train(design_id, total_steps=500)
    server.wait_state(run_id, "completed")
    return design_id, run_id


def _export(server: StudioServer, design_id: str, fmt: str, query: str = "") -> httpx.Response:
    return server.client.get(f"/api/designs/{design_id}/export?fmt={fmt}{query}")


def test_onnx_runs_in_onnxruntime(
    server: StudioServer, trained: tuple[str, str], tmp_path: Path
) -> None:
    answer = _export(server, trained[0], "onnx")
    assert answer.status_code == 200
    step = server.run(trained[1])["step"]
    name = f'attachment; filename="Ete-my-model-step{step}.onnx"'
    assert answer.headers["content-disposition"] == name
    file = tmp_path / "model.onnx"
    file.write_bytes(answer.content)
    session = onnxruntime.InferenceSession(file)
    board = np.zeros((3, 16), dtype=np.int64)
    policy, value = session.run(["policy_logits", "value"], {"board": board})
    assert policy.shape == (3, 4)
    assert value.shape == (3,)


def test_other_formats(server: StudioServer, trained: tuple[str, str], tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(_export(server, trained[0], "safetensors").content)
    with safe_open(weights, "np") as tensors:
        assert len(list(tensors.keys())) > 10
    assert b"class GeneratedModel" in _export(server, trained[0], "py").content
    assert _export(server, trained[0], "pt").content[:2] == b"PK"


def test_run_and_step_choose(server: StudioServer, trained: tuple[str, str]) -> None:
    design_id, run_id = trained
    step = server.run(run_id)["step"]
    assert _export(server, design_id, "py", f"&run_id={run_id}&step={step}").status_code == 200
    assert _export(server, design_id, "py", f"&run_id={run_id}&step=1").status_code == 409
    assert _export(server, design_id, "py", f"&run_id={'0' * 32}").status_code == 404
    other = server.create()
    assert _export(server, other, "py", f"&run_id={run_id}").status_code == 404


def test_nothing_to_export_says_to_train(server: StudioServer, design_id: str) -> None:
    answer = _export(server, design_id, "onnx")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("export.no_checkpoint")
    assert "Train" in answer.json()["detail"]


def test_many_ranges_cost_nothing(server: StudioServer, trained: tuple[str, str]) -> None:
    ranges = "bytes=" + ",".join(["0-"] * 10_000)
    path = f"/api/designs/{trained[0]}/export?fmt=py"
    answer = server.client.get(path, headers={"range": ranges})
    assert answer.status_code in (200, 206, 416)


def test_a_damaged_checkpoint_is_never_exported(server: StudioServer) -> None:
    design_id = server.create()
    run_id = server.train(design_id, total_steps=500)
    server.wait_state(run_id, "completed")
    folder = server.data_dir / "runs" / run_id / "checkpoints"
    for weights in folder.glob("*/model.safetensors"):
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    answer = _export(server, design_id, "safetensors")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("export.failed")
    assert str(server.data_dir) not in answer.text

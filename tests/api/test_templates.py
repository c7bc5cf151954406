"""A design of each template trains, exports and runs in onnxruntime as it does in torch."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file

from app.designs import templates
from app.models.loader import load_model_class
from tests.support.server import StudioServer

BOARDS = np.random.default_rng(7).integers(0, 18, (64, 16))


@pytest.mark.slow
@pytest.mark.parametrize("slug", templates())
def test_what_is_exported_is_what_was_trained(
    server: StudioServer, slug: str, tmp_path: Path
) -> None:
    design_id = server.create(slug)
    compiled = server.client.post(f"/api/designs/{design_id}/compile").json()
    run_id = server.train(design_id, total_steps=2_000)
    server.wait_state(run_id, "completed")
    for fmt in ("onnx", "safetensors", "py"):
        answer = server.client.get(f"/api/designs/{design_id}/export?fmt={fmt}")
        assert answer.status_code == 200, answer.text
        (tmp_path / f"model.{fmt}").write_bytes(answer.content)

    source = tmp_path / "model.py"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    model = load_model_class(source, digest)(**compiled["config"]).eval()
    model.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert sum(w.numel() for w in model.parameters()) == round(compiled["paramCount"] * 1e6)
    with torch.inference_mode():
        expected_policy, expected_value = model(torch.from_numpy(BOARDS))
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    policy, value = session.run(["policy_logits", "value"], {"board": BOARDS})
    np.testing.assert_allclose(policy, expected_policy.numpy(), atol=1e-4, rtol=0)
    np.testing.assert_allclose(value, expected_value.numpy(), atol=1e-4, rtol=0)

"""Any valid design is the model that was promised: it builds, counts, runs and learns."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings

from app.designs import generate_model_code, templates
from app.models.game_transformer import GameTransformer
from app.models.loader import load_model_class
from app.models.model_config import DynamicModelConfig
from tests.designs.strategies import valid_designs


def build(design: dict, folder: Path) -> GameTransformer:
    code = generate_model_code(design)
    path = folder / "model.py"
    path.write_text(code.source, encoding="utf-8")
    model_class = load_model_class(path, hashlib.sha256(code.source.encode()).hexdigest())
    model = model_class(**code.config)
    assert sum(weight.numel() for weight in model.parameters()) == code.param_count
    expected = vars(DynamicModelConfig.from_architecture(design))
    assert {name: code.config[name] for name in expected} == expected
    return model


def check_forward_and_backward(model: GameTransformer) -> None:
    board = torch.randint(0, 18, (3, 16))
    policy, value = model.train()(board)
    assert policy.shape == (3, 4)
    assert value.shape == (3,)
    assert policy.dtype == value.dtype == torch.float32
    (policy.square().mean() + value.square().mean() + model.latest_lb_loss).backward()
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    assert gradients
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    for usage in model.expert_usage().values():
        assert sum(usage) == pytest.approx(1)


@given(design=valid_designs())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_valid_design_is_the_model_that_was_promised(design: dict, tmp_path: Path) -> None:
    check_forward_and_backward(build(design, tmp_path))


@pytest.mark.parametrize("slug", templates())
def test_templates_build(slug: str, tmp_path: Path) -> None:
    check_forward_and_backward(build(dict(templates()[slug].architecture), tmp_path))

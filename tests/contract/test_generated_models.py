"""Any valid design is the model that was promised: it builds, counts, runs, learns and exports.

`MODEL_STUDIO_DESIGNS=300 pytest tests/contract/test_generated_models.py` tries as many designs.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from torch.utils.flop_counter import FlopCounterMode

from app.designs import generate_model_code, templates
from app.designs.validate import validate_document
from app.models.blocks import expert_groups
from app.models.export import write_onnx
from app.models.game_transformer import GameTransformer
from app.models.loader import load_model_class
from app.models.model_config import DynamicModelConfig
from app.training.hyperparameters import Hyperparameters
from app.training.make_trainer import make_trainer
from tests.designs.strategies import valid_designs

MANY = int(os.environ.get("MODEL_STUDIO_DESIGNS", "0"))
SHORT = {"n_envs": 4, "n_steps": 4, "minibatch": 16, "epochs": 1, "td_moves": 1024}


def tried(count: int) -> Any:
    """So many random designs; where many are asked for, other ones each time."""
    return settings(
        max_examples=MANY or count,
        derandomize=not MANY,
        deadline=None,
        # A failing design is printed as it is: making it smaller takes minutes of exports.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(autouse=True)
def no_empty_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue counts full places alone, so no expert gets room for others' cells."""
    monkeypatch.setattr(expert_groups, "MOST_ROOM", 0)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Tiny networks: a second thread only waits, and tests share the machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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


def check_flops(model: GameTransformer, design: dict) -> None:
    estimate = validate_document(design).estimate
    assert flops(model.eval()) == estimate.flops_per_board
    dense = {block: block.dense for block in model.moe_layers().values()}
    assert flops(model.use_export_form()) == estimate.dense_flops_per_board
    for block, before in dense.items():
        block.dense = before


@torch.no_grad()
def flops(model: GameTransformer) -> int:
    """Of one board, as torch counts them."""
    board = torch.randint(0, 18, (1, 16))
    with FlopCounterMode(display=False) as counter:
        model(board)
    return counter.get_total_flops()


def check_forward_and_backward(model: GameTransformer) -> None:
    board = torch.randint(0, 18, (3, 16))
    policy, value = model.train()(board)
    assert policy.shape == (3, 4)
    assert value.shape == (3,)
    assert policy.dtype == value.dtype == torch.float32
    extra = model.latest_lb_loss + model.latest_aux_loss
    (policy.square().mean() + value.square().mean() + extra).backward()
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    assert gradients
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    for usage in model.expert_usage().values():
        assert sum(usage) == pytest.approx(1)


def check_training_and_export(model: GameTransformer, design: dict, folder: Path) -> None:
    settings = Hyperparameters.from_values(SHORT)
    trainer = make_trainer(model.config, model, settings, total_steps=10**6, seed=1)
    before = [weight.detach().clone() for weight in model.parameters()]
    report = trainer.update()
    losses = (report.policy_loss, report.value_loss, report.entropy, report.aux_loss)
    assert all(loss is None or math.isfinite(loss) for loss in losses)
    assert (report.policy_loss is None) == model.plays_afterstates
    assert set(report.aux_by_component) == set(model.aux_heads())
    assert any(
        not torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True)
    )
    path = folder / "model.onnx"
    labels = {"design": json.dumps(design), "config": json.dumps(vars(model.config))}
    assert write_onnx(model.use_export_form(), path, labels) <= 1e-4
    estimated = validate_document(design).estimate.onnx_bytes
    assert estimated == pytest.approx(path.stat().st_size, rel=0.05, abs=4000)


@pytest.mark.timeout(300 + 10 * MANY)
@given(design=valid_designs())
@tried(100)
def test_any_valid_design_is_the_model_that_was_promised(design: dict, tmp_path: Path) -> None:
    model = build(design, tmp_path)
    check_flops(model, design)
    check_forward_and_backward(model)


@pytest.mark.timeout(300 + 10 * MANY)
@given(design=valid_designs())
@tried(20)
def test_any_valid_design_trains_and_exports(design: dict, tmp_path: Path) -> None:
    torch.manual_seed(0)
    check_training_and_export(build(design, tmp_path), design, tmp_path)


@pytest.mark.parametrize("slug", templates())
def test_templates_are_what_they_promise(slug: str, tmp_path: Path) -> None:
    design = dict(templates()[slug].architecture)
    model = build(design, tmp_path)
    check_flops(model, design)
    check_forward_and_backward(model)
    check_training_and_export(model, design, tmp_path)


@pytest.mark.parametrize("slug", ["starter-moe", "plain-mlp"])
def test_a_canonical_design_plays_all_views_of_a_board_alike(slug: str, tmp_path: Path) -> None:
    design = copy.deepcopy(dict(templates()[slug].architecture))
    board_input = next(row for row in design["components"] if row["type"] == "board_input")
    board_input["props"]["orientation"] = "canonical"
    model = build(design, tmp_path).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    board = torch.randint(0, 12, (20, 16))
    mirrored = board.reshape(-1, 4, 4).flip(2).reshape(-1, 16)
    turned = torch.rot90(board.reshape(-1, 4, 4), 1, (1, 2)).reshape(-1, 16)  # right becomes up
    logits, value = model(board)
    for view, actions in ((mirrored, [0, 3, 2, 1]), (turned, [1, 2, 3, 0])):
        view_logits, view_value = model(view)
        torch.testing.assert_close(view_logits, logits[:, actions])
        torch.testing.assert_close(view_value, value)
    check_training_and_export(model, design, tmp_path)

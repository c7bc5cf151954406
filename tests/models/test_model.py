import hashlib
from pathlib import Path

import pytest
import torch

from app.models.game_transformer import GameTransformer
from app.models.loader import (
    ModelSourceBrokenError,
    ModelSourceChangedError,
    ModelSourceMissingError,
    load_model_class,
)
from app.models.model_config import DynamicModelConfig
from app.models.standard_model import StandardModel

DESIGN_ID = "0123456789abcdef" * 2
SOURCE = """\
from app.models.blocks import ActionOutput, BoardInput, Embedding, MoELayer, ValueOutput
from app.models.game_transformer import GameTransformer


class GeneratedModel(GameTransformer):
    def __init__(self, **config):
        super().__init__(**config)
        self.c0 = BoardInput(BoardInput.Config())
        self.c1 = Embedding(Embedding.Config(d_model=8, positions='2d'))
        self.c2 = MoELayer(MoELayer.Config(d_model=8, n_experts=2, top_k=1, lb_coef=0.5))
        self.c3 = ActionOutput(ActionOutput.Config(pool='mean', tokens=16, width=8))
        self.c4 = ActionOutput(ActionOutput.Config(pool='flatten', tokens=16, width=8))
        self.c5 = ValueOutput(ValueOutput.Config(pool='mean', tokens=16, width=8))

    def forward(self, board):
        h1 = self.c1(self.c0(board))
        h2 = self.c2(h1)
        return self.join_heads([self.c3(h2), self.c4(h2)], [self.c5(h2)])
"""
ARCHITECTURE = {
    "id": DESIGN_ID,
    "name": "x",
    "components": [
        {"id": "in", "type": "BOARD_INPUT", "props": {}},
        {"id": "t", "type": "Transformer_Layer", "props": {"d_model": 64, "n_heads": 4}},
        {"id": "m", "type": "MOE_LAYER", "props": {"d_model": 64, "n_experts": 3}},
        {"id": "m2", "type": "moe_layer", "props": {"d_model": 64}},
        {"id": "r", "type": "LOAD_BALANCE_ROUTER", "props": {"reward_coef": 0.05}},
    ],
    "edges": [],
}


@pytest.fixture
def generated(tmp_path: Path) -> Path:
    path = tmp_path / f"{DESIGN_ID}.py"
    path.write_text(SOURCE)
    return path


def test_config_reads_upper_case_types_and_a_missing_meta() -> None:
    config = DynamicModelConfig.from_architecture(ARCHITECTURE)
    assert config == DynamicModelConfig(128, 4, 1, 4, 0.05)
    small = {**ARCHITECTURE, "meta": {"d_model": 64, "n_heads": 2, "n_experts": 2}}
    assert DynamicModelConfig.from_architecture(small) == DynamicModelConfig(64, 2, 1, 3, 0.05)
    assert DynamicModelConfig.from_architecture({"components": []}).n_experts == 0


def test_a_model_is_made_from_its_architecture(generated: Path) -> None:
    model = GameTransformer.from_architecture(ARCHITECTURE, folder=generated.parent)
    logits, value = model(torch.randint(0, 18, (5, 16)))
    assert (logits.shape, value.shape) == ((5, 4), (5,))
    assert logits.dtype == value.dtype == torch.float32
    assert model.d_model == 128


def test_heads_are_averaged_and_the_balancing_loss_summed(generated: Path) -> None:
    model = load_model_class(generated, None)(components={"c2": "experts"})
    board = torch.randint(0, 18, (6, 16))
    logits, _ = model(board)
    tokens = model.c2(model.c1(board))  # type: ignore[operator]
    expected = (model.c3(tokens) + model.c4(tokens)) / 2  # type: ignore[operator]
    torch.testing.assert_close(logits, expected)
    assert model.latest_lb_loss.item() >= 0.5 * 0.9
    assert model.latest_lb_loss.requires_grad
    assert list(model.expert_usage()) == ["experts"]
    assert list(model.moe_layers()) == ["experts"]


def test_a_changed_file_is_refused(generated: Path) -> None:
    digest = hashlib.sha256(SOURCE.encode()).hexdigest()
    assert load_model_class(generated, digest).__name__ == "GeneratedModel"
    generated.write_text(SOURCE + "\n# one byte more\n")
    with pytest.raises(ModelSourceChangedError, match="compile the design again"):
        load_model_class(generated, digest)


def test_a_missing_or_misnamed_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelSourceMissingError):
        load_model_class(tmp_path / "none.py", None)
    for design_id in ("__init__", "../../etc/passwd", DESIGN_ID.upper(), ""):
        with pytest.raises(ModelSourceMissingError, match="32 hexadecimal"):
            GameTransformer.from_architecture({**ARCHITECTURE, "id": design_id})


@pytest.mark.parametrize(
    "source",
    ["class GeneratedModel: pass", "x = 1", "def broken(:", "import not_there_at_all", "y = x"],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, source: str) -> None:
    path = tmp_path / "m.py"
    path.write_text(source)
    with pytest.raises(ModelSourceBrokenError):
        load_model_class(path, None)


@pytest.mark.parametrize("n_experts", [0, 2])
def test_the_standard_model_is_what_a_config_alone_gives(n_experts: int) -> None:
    config = DynamicModelConfig(d_model=16, n_heads=2, n_layers=2, n_experts=n_experts)
    model = StandardModel(config)
    logits, value = model(torch.randint(0, 18, (3, 16)))
    assert (logits.shape, value.shape) == ((3, 4), (3,))
    assert (model.latest_lb_loss.item() > 0) == (n_experts > 0)

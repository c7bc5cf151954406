from collections.abc import Iterator

import pytest
import torch

from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.models.standard_model import StandardModel


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """Tiny networks: a second thread only waits, and tests share the machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def model() -> GameTransformer:
    """An untrained network with experts and dropout-free attention."""
    torch.manual_seed(0)
    return StandardModel(DynamicModelConfig(d_model=16, n_heads=2, n_layers=1, n_experts=2))

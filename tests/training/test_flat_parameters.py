import copy
import math

import pytest
import torch
from torch import nn

from app.training.flat_parameters import FlatParameters
from app.training.guard import NonFiniteError


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def backward(model: nn.Module, scale: float = 1.0) -> None:
    (scale * model(torch.ones(5, 3)).square().sum()).backward()


def test_a_replica_shares_weights_and_has_its_own_gradient() -> None:
    model = network()
    flat = FlatParameters(model)
    twin, twin_flat = flat.replica(model)
    backward(twin)
    assert float(flat.gradient_W.abs().sum()) == 0.0
    assert float(twin_flat.gradient_W.abs().sum()) > 0.0
    with torch.no_grad():
        flat.values_W.fill_(0.5)
    assert all(bool((parameter == 0.5).all()) for parameter in twin.parameters())


def test_a_loaded_state_reaches_the_replica() -> None:
    model = network()
    twin, _ = FlatParameters(model).replica(model)
    other = copy.deepcopy(model).state_dict()
    model.load_state_dict({name: tensor + 1 for name, tensor in other.items()})
    for left, right in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(left, right)


def test_a_replica_has_buffers_of_its_own() -> None:
    model = nn.BatchNorm1d(3)
    twin, _ = FlatParameters(model).replica(model)
    twin(torch.ones(4, 3))
    assert model.running_mean is not None
    assert twin.running_mean is not None
    assert not model.running_mean.any()
    assert twin.running_mean.all()


def test_a_gradient_that_is_no_number_is_named() -> None:
    model = network()
    flat = FlatParameters(model)
    assert flat.finite_norm(model, 0.5) == 0.5
    flat.gradient_W[-1] = math.nan
    with pytest.raises(NonFiniteError) as caught:
        flat.finite_norm(model, math.nan)
    assert caught.value.tensor == "2.bias.grad"
    flat.gradient_W.fill_(1e30)
    with pytest.raises(NonFiniteError, match="gradient norm"):
        flat.finite_norm(model, float(flat.gradient_W.norm()))

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


def test_a_flat_step_is_the_step_of_the_parameters() -> None:
    plain, flat_model = network(), network()
    flat = FlatParameters(flat_model)
    steps = [
        torch.optim.Adam(parameters, lr=0.1, fused=True)
        for parameters in (plain.parameters(), [flat.values_W])
    ]
    for _ in range(3):
        plain.zero_grad()
        flat.gradient_W.zero_()
        backward(plain)
        backward(flat_model)
        nn.utils.clip_grad_norm_(plain.parameters(), 0.5)
        flat.clip(flat_model, 0.5)
        for optimizer in steps:
            optimizer.step()
    for left, right in zip(plain.parameters(), flat_model.parameters(), strict=True):
        torch.testing.assert_close(left, right)


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


def test_a_gradient_is_shortened_and_one_that_is_no_number_is_named() -> None:
    model = network()
    flat = FlatParameters(model)
    backward(model, scale=1000.0)
    assert flat.clip(model, 0.5) > 0.5
    assert float(flat.gradient_W.norm()) == pytest.approx(0.5)
    flat.gradient_W[-1] = math.nan
    with pytest.raises(NonFiniteError) as caught:
        flat.clip(model, 0.5)
    assert caught.value.tensor == "2.bias.grad"
    flat.gradient_W.fill_(1e30)
    with pytest.raises(NonFiniteError, match="gradient norm"):
        flat.clip(model, 0.5)

import pytest
import torch
from torch import nn

from app.training.flat_adam import FlatAdam, shortening
from app.training.flat_parameters import FlatParameters


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(9, 8), nn.Tanh(), nn.Linear(8, 2))


def backward(model: nn.Module) -> None:
    model(torch.ones(5, 9)).square().sum().backward()


def stepped(adam: FlatAdam, model: nn.Module, parts: int, times: int) -> None:
    for _ in range(times):
        adam.flat.gradient_W.zero_()
        backward(model)
        factor = shortening(float(adam.flat.gradient_W.norm()), 0.5)
        for part in reversed(range(parts)):
            adam.step(0.1, factor, part)


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_the_parts_make_the_step_of_the_whole(parts: int) -> None:
    plain, flat_model = network(), network()
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.1, eps=1e-5)
    adam = FlatAdam(FlatParameters(flat_model), parts)
    for _ in range(3):
        plain.zero_grad()
        backward(plain)
        nn.utils.clip_grad_norm_(plain.parameters(), 0.5)
        optimizer.step()
    stepped(adam, flat_model, parts, times=3)
    for left, right in zip(plain.parameters(), flat_model.parameters(), strict=True):
        torch.testing.assert_close(left, right)


def test_it_goes_on_from_its_tensors() -> None:
    model, other_model = network(), network()
    adam = FlatAdam(FlatParameters(model), 2)
    stepped(adam, model, 2, times=2)
    other = FlatAdam(FlatParameters(other_model), 2)
    other_model.load_state_dict(model.state_dict())
    other.restore(other_model, adam.tensors(model))
    stepped(adam, model, 2, times=2)
    stepped(other, other_model, 2, times=2)
    assert torch.equal(adam.flat.values_W, other.flat.values_W)
    other.restore(other_model, {})  # of a checkpoint before the first step: nothing to take
    assert float(other.tensors(other_model)["adam.step"]) == 4.0


def test_a_long_gradient_is_shortened_and_a_short_one_is_not() -> None:
    assert shortening(2.0, 0.5) == 0.25
    assert shortening(0.4, 0.5) == 1.0

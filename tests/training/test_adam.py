import pytest
import torch
from torch import nn

from app.training.adam import EPSILON, Adam


def test_it_is_torchs_own() -> None:
    torch.manual_seed(0)
    ours = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 2))
    theirs = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 2))
    theirs.load_state_dict(ours.state_dict())
    optimizer = torch.optim.Adam(theirs.parameters(), eps=EPSILON)
    adam = Adam(ours.named_parameters())
    for step in range(20):
        rate = 0.01 / (1 + step)
        inputs = torch.randn(8, 5)
        for model in (ours, theirs):
            model.zero_grad()
            model(inputs).square().sum().backward()
        adam.step(rate)
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
    for left, right in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(left, right, atol=1e-6, rtol=1e-5)


def test_it_goes_on_from_its_state_and_leaves_unused_parameters() -> None:
    def make() -> tuple[nn.Linear, nn.Linear, Adam]:
        torch.manual_seed(1)
        used, unused = nn.Linear(3, 3), nn.Linear(3, 3)
        return used, unused, Adam(nn.ModuleList([used, unused]).named_parameters())

    used, unused, adam = make()
    before = unused.weight.clone()
    inputs = torch.randn(4, 3)

    def learn(layer: nn.Linear, optimizer: Adam) -> None:
        optimizer.clear_gradients()
        layer(inputs).square().sum().backward()
        optimizer.step(0.1)

    learn(used, adam)
    kept = {name: tensor.clone() for name, tensor in adam.state().items()}
    used_again, _, adam_again = make()
    used_again.load_state_dict(used.state_dict())
    adam_again.load_state(kept)
    learn(used, adam)
    learn(used_again, adam_again)
    assert torch.equal(used.weight, used_again.weight)
    assert torch.equal(unused.weight, before)
    with pytest.raises(KeyError):
        adam.load_state({})

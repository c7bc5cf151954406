import torch

from weightslab.control.buffers import Buffers


def test_values_and_the_tensors_themselves_are_put_back() -> None:
    norm = torch.nn.BatchNorm1d(3)
    model = torch.nn.Sequential(norm, torch.nn.ModuleDict({"again": norm}))
    norm.register_buffer("nothing", None)
    mean, former = norm.running_mean, norm.running_var
    kept = Buffers([model, norm, "no module"])
    model[0](torch.randn(8, 3) + 5)
    norm.running_var = torch.full((3,), 7.0)
    kept.put_back()
    assert norm.running_mean is mean
    assert norm.running_var is former
    assert torch.equal(norm.running_mean, torch.zeros(3))
    assert torch.equal(norm.running_var, torch.ones(3))
    assert norm.num_batches_tracked.item() == 0
    norm(torch.randn(8, 3))
    kept.put_back()
    assert norm.num_batches_tracked.item() == 0


def test_buffers_that_take_part_in_a_gradient_are_put_back() -> None:
    norm = torch.nn.BatchNorm1d(2)
    kept = Buffers([norm])
    norm(torch.randn(4, 2)).sum().backward()
    kept.put_back()
    assert torch.equal(norm.running_mean, torch.zeros(2))

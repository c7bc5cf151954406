from collections.abc import Iterator

import pytest
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

import weightslab as wl
from weightslab.experiment import Experiment


@pytest.fixture
def group() -> Iterator[None]:
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("watch_first", [True, False])
def test_a_model_in_distributed_training(experiment: Experiment, watch_first: bool) -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    if watch_first:
        model = DistributedDataParallel(wl.watch_or_edit(net, flag="model"))
    else:
        model = wl.watch_or_edit(DistributedDataParallel(net), flag="model")
    optimizer = wl.watch_or_edit(torch.optim.SGD(model.parameters(), lr=0.1), flag="optimizer")

    def train() -> None:
        with wl.guard_training_context:
            optimizer.zero_grad()
            model(torch.randn(8, 4)).square().sum().backward()
            optimizer.step()

    train()
    before = {name: values.clone() for name, values in model.state_dict().items()}
    wl.set_mode("audit")
    train()
    assert all(torch.equal(before[name], v) for name, v in model.state_dict().items())
    with wl.guard_testing_context:
        assert not net[1].training
        model(torch.randn(8, 4))
    assert net[1].training
    wl.set_mode("train")
    train()
    age = net.get_age if watch_first else model.get_age
    assert age() == experiment.step == 2
    assert not torch.equal(before[next(iter(before))], model.state_dict()[next(iter(before))])

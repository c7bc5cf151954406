import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

import weightslab as wl
from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment
from weightslab.watched.optimizer import stand_in

Make = Callable[[Any], torch.optim.Optimizer]


class Plain(torch.optim.Optimizer):
    """An optimizer that is not torch's, needs every gradient and keeps a count in its groups."""

    def __init__(self, parameters: Any, lr: float = 0.1) -> None:
        super().__init__(parameters, {"lr": lr, "count": 0})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            group["count"] += 1
            for parameter in group["params"]:
                state = self.state[parameter]
                state["sum"] = state.get("sum", 0) + parameter.grad
                state["list"] = [parameter.grad.clone()]
                parameter.add_(parameter.grad, alpha=-group["lr"])


OPTIMIZERS: list[Make] = [
    lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    lambda p: torch.optim.Adam(p, lr=0.1),
    lambda p: torch.optim.AdamW(p, lr=0.1, fused=True),
    lambda p: torch.optim.AdamW(p, lr=0.1, foreach=True, amsgrad=True),
    lambda p: torch.optim.Adagrad(p, lr=0.1),
    lambda p: torch.optim.Adadelta(p, lr=0.1),
    lambda p: torch.optim.Adamax(p, lr=0.1),
    lambda p: torch.optim.ASGD(p, lr=0.1),
    lambda p: torch.optim.NAdam(p, lr=0.1),
    lambda p: torch.optim.RAdam(p, lr=0.1),
    lambda p: torch.optim.RMSprop(p, lr=0.1),
    lambda p: torch.optim.Rprop(p, lr=0.1),
    lambda p: torch.optim.LBFGS(p, lr=0.1, max_iter=4),
    Plain,
]


def net(seed: int = 0) -> torch.nn.Sequential:
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))


def loss_of(model: torch.nn.Module) -> Tensor:
    return model(torch.linspace(-1, 1, 32).reshape(8, 4)).square().sum()


def train(model: torch.nn.Module, optimizer: torch.optim.Optimizer, steps: int = 1) -> None:
    for _ in range(steps):

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = loss_of(model)
            loss.backward()
            return loss

        if isinstance(optimizer, torch.optim.LBFGS):
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()


def everything(model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> Any:
    return copy.deepcopy((model.state_dict(), optimizer.state_dict()))


def assert_equal(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_equal(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_equal(left, right)
    else:
        assert one == other


def test_a_watched_optimizer_is_the_same_object_and_counts_steps(experiment: Experiment) -> None:
    model = net()
    optimizer = torch.optim.Adam(model.parameters())
    assert wl.watch_or_edit(optimizer, flag="opt") is optimizer
    assert experiment.optimizers == {"optimizer": optimizer}
    train(model, optimizer, 3)
    assert experiment.step == 3
    wl.watch_or_edit(optimizer, flag="optimizer")
    train(model, optimizer)
    assert experiment.step == 4


def test_watching_changes_nothing_in_what_is_learned(experiment: Experiment) -> None:
    bare, watched = net(), net()
    train(bare, torch.optim.Adam(bare.parameters()), 5)
    train(watched, wl.watch_or_edit(torch.optim.Adam(watched.parameters()), flag="optimizer"), 5)
    assert_equal(bare.state_dict(), watched.state_dict())


def test_only_the_first_optimizer_counts(experiment: Experiment) -> None:
    one, other = net(), net()
    first = wl.watch_or_edit(torch.optim.SGD(one.parameters()), flag="optimizer", name="first")
    second = wl.watch_or_edit(torch.optim.SGD(other.parameters()), flag="optimizer", name="second")
    train(one, first)
    train(other, second, 3)
    assert experiment.step == 1


def test_an_optimizer_that_was_replaced_is_let_go(experiment: Experiment) -> None:
    model = net()
    former = wl.watch_or_edit(torch.optim.SGD(model.parameters()), flag="optimizer")
    wl.watch_or_edit(torch.optim.SGD(model.parameters()), flag="optimizer")
    train(model, former, 2)
    assert experiment.step == 0


def test_a_closure_that_is_called_often_is_one_step(experiment: Experiment) -> None:
    model = net()
    optimizer = wl.watch_or_edit(torch.optim.LBFGS(model.parameters()), flag="optimizer")
    train(model, optimizer, 2)
    assert experiment.step == 2


@pytest.mark.parametrize("fused", [False, True])
def test_steps_that_the_scaler_skips_do_not_count(experiment: Experiment, fused: bool) -> None:
    model = net()
    optimizer = wl.watch_or_edit(
        torch.optim.SGD(model.parameters(), lr=0.1, fused=fused), flag="optimizer"
    )
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0)
    for factor in (1.0, float("inf"), 1.0):
        optimizer.zero_grad()
        scaler.scale(loss_of(model) * factor).backward()
        scaler.step(optimizer)
        scaler.update()
    assert experiment.step == 2


def test_pickles_and_copies_are_plain_optimizers(experiment: Experiment) -> None:
    model = net()
    optimizer = wl.watch_or_edit(torch.optim.Adam(model.parameters()), flag="optimizer")
    train(model, optimizer)
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert type(twin) is torch.optim.Adam
        assert_equal(twin.state_dict(), optimizer.state_dict())
        twin.step()
    assert experiment.step == 1


def test_what_is_no_optimizer_is_refused(experiment: Experiment) -> None:
    with pytest.raises(ArgumentError, match="Optimizer"):
        wl.watch_or_edit(net(), flag="optimizer")
    assert experiment.optimizers == {}


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("before", [0, 2])
def test_in_audit_mode_a_step_changes_nothing(
    experiment: Experiment, make: Make, before: int
) -> None:
    model = wl.watch_or_edit(net(), flag="model")
    optimizer = wl.watch_or_edit(make(model.parameters()), flag="optimizer")
    train(model, optimizer, before)
    former = everything(model, optimizer)
    wl.set_mode("audit")
    train(model, optimizer, 3)
    assert_equal(everything(model, optimizer), former)
    assert model.get_age() == before
    wl.set_mode("train")

    bare = net()
    alone = make(bare.parameters())
    train(bare, alone, before + 2)
    train(model, optimizer, 2)
    assert_equal(everything(model, optimizer), everything(bare, alone))
    assert model.get_age() == before + 2


def test_a_stand_in_leaves_the_optimizer_whole_when_its_step_raises(
    experiment: Experiment,
) -> None:
    model = net()
    optimizer = wl.watch_or_edit(torch.optim.Adam(model.parameters()), flag="optimizer")
    wl.set_mode("audit")

    def closure() -> Tensor:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        optimizer.step(closure)
    assert len(optimizer.param_groups[0]["params"]) == 4
    assert stand_in(optimizer).param_groups[0]["params"] == []


@pytest.mark.parametrize("fused", [False, True])
def test_audit_mode_holds_scaled_steps_too(experiment: Experiment, fused: bool) -> None:
    model = net()
    optimizer = wl.watch_or_edit(
        torch.optim.AdamW(model.parameters(), lr=0.1, fused=fused), flag="optimizer"
    )
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0)
    before = copy.deepcopy(optimizer.state_dict())
    weights = copy.deepcopy(list(model.parameters()))
    wl.set_mode("audit")
    for _ in range(2):
        optimizer.zero_grad()
        scaler.scale(loss_of(model)).backward()
        scaler.step(optimizer)
        scaler.update()
    assert_equal(optimizer.state_dict(), before)
    assert_equal([p.data for p in model.parameters()], [p.data for p in weights])
    assert experiment.step == 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # torch's own
def test_a_compiled_step_counts_and_follows_edits(experiment: Experiment) -> None:
    model = wl.watch_or_edit(net(), flag="model")
    hp = wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    optimizer = wl.watch_or_edit(torch.optim.SGD(model.parameters(), lr=0.1), flag="optimizer")

    @torch.compile(backend="eager")
    def step() -> None:
        optimizer.step()

    for age in range(1, 4):
        loss_of(model).backward()
        step()
        assert experiment.step == age
    hp["lr"] = 0.2
    step()
    assert optimizer.param_groups[0]["lr"] == 0.2
    before = copy.deepcopy(model.state_dict())
    wl.set_mode("audit")
    step()
    assert_equal(model.state_dict(), before)


def test_a_step_waits_while_paused(experiment: Experiment) -> None:
    import threading

    model = net()
    optimizer = wl.watch_or_edit(torch.optim.SGD(model.parameters()), flag="optimizer")
    wl.pause_at_step(2)
    timer = threading.Timer(0.2, wl.resume)
    train(model, optimizer)
    assert not experiment.control.paused
    timer.start()
    train(model, optimizer)
    assert not timer.is_alive()

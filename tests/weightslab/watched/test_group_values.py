import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import Optimizer
from torch.optim import lr_scheduler as schedulers

import weightslab as wl
from weightslab.experiment import Experiment
from weightslab.watched.optimizer import loaded


def parameters(groups: int = 1) -> list[dict[str, Any]]:
    return [{"params": [torch.nn.Parameter(torch.ones(2))]} for _ in range(groups)]


def step(optimizer: Optimizer) -> None:
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.ones_like(parameter)
    optimizer.step()


def rates(optimizer: Optimizer) -> list[float]:
    return [float(group["lr"]) for group in optimizer.param_groups]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"lr": 0.1}, "lr"),
        ({"learning_rate": 0.1}, "learning_rate"),
        ({"optimizer": {"lr": 0.1}}, "optimizer.lr"),
        ({"optimizer": {"learning_rate": 0.1}}, "optimizer.learning_rate"),
    ],
)
def test_an_edited_rate_reaches_the_groups(
    experiment: Experiment, values: dict[str, Any], path: str
) -> None:
    hp = wl.watch_or_edit(values, flag="hyperparameters")
    optimizer = wl.watch_or_edit(torch.optim.SGD(parameters(), lr=0.1), flag="optimizer")
    step(optimizer)
    hp.set_from_page(path, 0.5)
    step(optimizer)
    assert rates(optimizer) == [0.5]
    assert optimizer.param_groups[0]["params"][0][0].item() == pytest.approx(1 - 0.1 - 0.5)


def test_a_rate_that_nobody_edits_is_the_scripts(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"lr": 0.1, "other": 1}, flag="hyperparameters")
    optimizer = wl.watch_or_edit(torch.optim.SGD(parameters(), lr=0.3), flag="optimizer")
    step(optimizer)
    hp["other"] = 2
    step(optimizer)
    assert rates(optimizer) == [0.3]
    optimizer.param_groups[0]["lr"] = 0.7
    step(optimizer)
    assert rates(optimizer) == [0.7]
    hp["lr"] = 0.2
    step(optimizer)
    assert rates(optimizer) == [0.2]


def test_the_rates_of_several_groups_keep_their_proportion(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    groups = parameters(3)
    groups[1]["lr"], groups[2]["lr"] = 0.01, 0.0
    optimizer = wl.watch_or_edit(torch.optim.SGD(groups, lr=0.1), flag="optimizer")
    step(optimizer)
    hp["lr"] = 0.2
    step(optimizer)
    assert rates(optimizer) == pytest.approx([0.2, 0.02, 0.0])


def test_an_edit_before_the_optimizer_was_made_counts_once(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    hp.set_from_page("lr", 0.2)
    from_the_edit = wl.watch_or_edit(
        torch.optim.SGD(parameters(), lr=hp["lr"]), flag="optimizer", name="a"
    )
    from_a_literal = wl.watch_or_edit(
        torch.optim.SGD(parameters(), lr=0.1), flag="optimizer", name="b"
    )
    for optimizer in (from_the_edit, from_a_literal):
        step(optimizer)
        assert rates(optimizer) == [0.2]


def test_other_values_of_the_groups_follow_too(experiment: Experiment) -> None:
    hp = wl.watch_or_edit(
        {"optimizer": {"betas": [0.9, 0.999], "weight_decay": 0.0, "type": "adam", "eps": "x"}},
        flag="hyperparameters",
    )
    optimizer = wl.watch_or_edit(torch.optim.AdamW(parameters(2)), flag="optimizer")
    step(optimizer)
    hp.set_from_page("optimizer", {"betas": [0.8, 0.99], "weight_decay": 0.5})
    hp["optimizer"]["eps"] = "y"
    step(optimizer)
    for group in optimizer.param_groups:
        assert (group["betas"], group["weight_decay"], group["eps"]) == ((0.8, 0.99), 0.5, 1e-8)


def test_an_optimizer_of_another_name_has_its_own_section(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"optimizer": {"lr": 0.1}, "critic": {"lr": 0.1}}, flag="hyperparameters")
    actor = wl.watch_or_edit(torch.optim.SGD(parameters(), lr=0.1), flag="optimizer", name="actor")
    critic = wl.watch_or_edit(
        torch.optim.SGD(parameters(), lr=0.1), flag="optimizer", name="critic"
    )
    step(actor)
    step(critic)
    hp["optimizer"]["lr"] = 0.2
    hp["critic"]["lr"] = 0.3
    step(actor)
    step(critic)
    assert (rates(actor), rates(critic)) == ([0.2], [0.3])


def test_a_rate_that_is_a_tensor_stays_that_tensor(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    rate = torch.tensor(0.1)
    optimizer = wl.watch_or_edit(
        torch.optim.Adam(parameters(), lr=rate, foreach=False), flag="optimizer"
    )
    step(optimizer)
    hp["lr"] = 0.2
    step(optimizer)
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == pytest.approx(0.2)


def _sequential(optimizer: Optimizer) -> schedulers.LRScheduler:
    return schedulers.SequentialLR(
        optimizer,
        [schedulers.LinearLR(optimizer, 0.1, 1.0, 4), schedulers.CosineAnnealingLR(optimizer, 8)],
        [4],
    )


SCHEDULERS: list[Callable[[Optimizer], Any]] = [
    lambda o: schedulers.ExponentialLR(o, 0.8),
    lambda o: schedulers.StepLR(o, 3, 0.5),
    lambda o: schedulers.MultiStepLR(o, [2, 6], 0.5),
    lambda o: schedulers.CosineAnnealingLR(o, 12),
    lambda o: schedulers.CosineAnnealingWarmRestarts(o, 4),
    lambda o: schedulers.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
    lambda o: schedulers.MultiplicativeLR(o, lambda epoch: 0.9),
    lambda o: schedulers.LinearLR(o, 0.2, 1.0, 8),
    lambda o: schedulers.PolynomialLR(o, 12, 2.0),
    lambda o: schedulers.OneCycleLR(
        o, [10 * float(g["lr"]) for g in o.param_groups], total_steps=12
    ),
    lambda o: schedulers.CyclicLR(
        o,
        [float(g["lr"]) for g in o.param_groups],
        [5 * float(g["lr"]) for g in o.param_groups],
        step_size_up=3,
        cycle_momentum=False,
    ),
    lambda o: schedulers.ChainedScheduler(
        [schedulers.ConstantLR(o, 0.5, 7), schedulers.ExponentialLR(o, 0.9)]
    ),
    _sequential,
]


@pytest.mark.parametrize("make", SCHEDULERS)
def test_a_scheduler_goes_on_from_an_edited_rate(experiment: Experiment, make: Any) -> None:
    """As the same schedule does that began with the new rate."""

    def optimizer_at(rate: float) -> Optimizer:
        groups = parameters(2)
        groups[1]["lr"] = rate / 10
        return torch.optim.SGD(groups, lr=rate)

    hp = wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    edited = wl.watch_or_edit(optimizer_at(0.1), flag="optimizer")
    expected = optimizer_at(0.4)
    unconcerned = optimizer_at(0.1)
    kept = [make(edited), make(expected), make(unconcerned)]
    for index in range(10):
        if index == 5:
            hp.set_from_page("lr", 0.4)
        for optimizer, scheduler in zip((edited, expected, unconcerned), kept, strict=True):
            step(optimizer)
            if index >= 5 and optimizer is edited:
                assert rates(edited) == pytest.approx(rates(expected), rel=1e-9)
            scheduler.step()
    assert kept[0].get_last_lr() == pytest.approx(kept[1].get_last_lr(), rel=1e-9)
    assert kept[0].get_last_lr() != pytest.approx(kept[2].get_last_lr())


def test_a_plateau_goes_on_from_an_edited_rate(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    optimizer = wl.watch_or_edit(torch.optim.SGD(parameters(), lr=0.1), flag="optimizer")
    scheduler = schedulers.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
    step(optimizer)
    scheduler.step(1.0)
    hp["lr"] = 0.4
    step(optimizer)
    scheduler.step(1.0)
    assert rates(optimizer) == [0.2]


def test_groups_that_are_exempt_stay_exempt(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"optimizer": {"weight_decay": 0.1}}, flag="hyperparameters")
    groups = parameters(2)
    groups[1]["weight_decay"] = 0.0
    optimizer = wl.watch_or_edit(torch.optim.AdamW(groups, weight_decay=0.1), flag="optimizer")
    step(optimizer)
    hp["optimizer"]["weight_decay"] = 0.2
    step(optimizer)
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.2, 0.0]


def test_an_edit_outlasts_the_state_that_is_loaded(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"lr": 0.1, "optimizer": {"momentum": 0.5}}, flag="hyperparameters")
    optimizer = wl.watch_or_edit(
        torch.optim.SGD(parameters(), lr=0.1, momentum=0.5), flag="optimizer"
    )
    step(optimizer)
    saved, values = optimizer.state_dict(), copy.deepcopy(hp)
    hp.set_from_page("lr", 0.2)
    step(optimizer)
    optimizer.load_state_dict(saved)
    loaded(optimizer, values)
    step(optimizer)
    assert rates(optimizer) == [0.2]


def test_a_state_that_is_loaded_goes_before_what_nobody_edited(experiment: Experiment) -> None:
    """A script that set its rate step by step resumes with the rate it had."""
    wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    optimizer = wl.watch_or_edit(torch.optim.SGD(parameters(), lr=0.1), flag="optimizer")
    step(optimizer)
    saved = optimizer.state_dict()
    saved["param_groups"][0]["lr"] = 0.01
    optimizer.load_state_dict(saved)
    loaded(optimizer, {"lr": 0.01})
    step(optimizer)
    assert rates(optimizer) == [0.01]

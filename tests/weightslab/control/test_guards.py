import threading

import pytest
import torch

import weightslab as wl
from weightslab.experiment import Experiment


def model() -> torch.nn.Sequential:
    return torch.nn.Sequential(
        torch.nn.Linear(3, 3), torch.nn.BatchNorm1d(3), torch.nn.Dropout(0.5)
    )


def test_testing_evaluates_without_gradients_and_gives_everything_back(
    experiment: Experiment,
) -> None:
    net = wl.watch_or_edit(model(), flag="model")
    net[1].eval()  # frozen by the script
    with wl.guard_testing_context as guard:
        assert guard is wl.guard_testing_context
        assert experiment.control.in_testing
        assert not torch.is_grad_enabled()
        assert not any(module.training for module in net.modules())
    assert torch.is_grad_enabled()
    assert [module.training for module in net.modules()] == [True, True, False, True]
    assert not experiment.control.in_testing


def test_training_switches_an_evaluated_model_and_leaves_frozen_layers_alone(
    experiment: Experiment,
) -> None:
    net = wl.watch_or_edit(model(), flag="model")
    net[1].eval()
    with wl.guard_training_context:
        assert [module.training for module in net.modules()] == [True, True, False, True]
    net.eval()
    with torch.no_grad(), wl.guard_training_context():
        assert experiment.control.in_training
        assert torch.is_grad_enabled()
        assert all(module.training for module in net.modules())
    assert not any(module.training for module in net.modules())


def test_guards_nest(experiment: Experiment) -> None:
    net = wl.watch_or_edit(model(), flag="model")
    control = experiment.control
    with wl.guard_training_context, wl.guard_testing_context():
        with wl.guard_testing_context:
            assert control.in_testing
        assert control.in_testing
        with wl.guard_training_context:
            assert control.in_training
            assert net.training
        assert control.in_testing
        assert not net.training
    assert control.phase.name is None


def _fail() -> None:
    with wl.guard_training_context, wl.guard_testing_context:
        raise ZeroDivisionError


def test_an_exception_passes_through_both_guards(experiment: Experiment) -> None:
    net = wl.watch_or_edit(model(), flag="model")
    with pytest.raises(ZeroDivisionError):
        _fail()
    assert net.training
    assert torch.is_grad_enabled()
    assert experiment.control.phase.name is None
    assert experiment.step == 0


def test_a_model_that_refuses_leaves_everything_as_it_was(experiment: Experiment) -> None:
    class Fixed(torch.nn.Linear):
        def train(self, mode: bool = True) -> "Fixed":
            raise NotImplementedError

    net = wl.watch_or_edit(model(), flag="model")
    wl.watch_or_edit(Fixed(1, 1), flag="model", name="fixed")
    with pytest.raises(NotImplementedError), wl.guard_testing_context:
        pass
    assert all(module.training for module in net.modules())
    assert torch.is_grad_enabled()
    assert experiment.control.phase.name is None
    with wl.guard_training_context:
        assert experiment.control.in_training


def test_a_guard_holds_for_its_own_thread(experiment: Experiment) -> None:
    seen: list[bool] = []
    with wl.guard_testing_context:
        other = threading.Thread(target=lambda: seen.append(experiment.control.in_testing))
        other.start()
        other.join()
    assert seen == [False]


def test_entering_training_waits_while_paused(experiment: Experiment) -> None:
    wl.pause()
    threading.Timer(0.1, wl.resume).start()
    with wl.guard_training_context:
        assert not experiment.control.paused


def test_blocks_count_as_steps_where_no_optimizer_is_watched(experiment: Experiment) -> None:
    for _ in range(3):
        with wl.guard_training_context, wl.guard_training_context:
            pass
    with pytest.raises(KeyError), wl.guard_training_context:
        raise KeyError
    assert experiment.step == 3
    net = wl.watch_or_edit(model(), flag="model")
    wl.watch_or_edit(torch.optim.SGD(net.parameters(), lr=0.1), flag="optimizer")
    with wl.guard_training_context:
        pass
    assert experiment.step == 3


def test_auditing_counts_no_blocks_and_puts_running_statistics_back(
    experiment: Experiment,
) -> None:
    net = wl.watch_or_edit(model(), flag="model")
    before = {name: values.clone() for name, values in net.named_buffers()}
    wl.set_mode("audit")
    with wl.guard_training_context:
        net(torch.randn(4, 3))
    assert experiment.step == 0
    for name, values in net.named_buffers():
        assert torch.equal(values, before[name]), name

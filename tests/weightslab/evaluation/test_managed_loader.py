import time
from types import SimpleNamespace
from typing import Any

import pytest
import torch

import weightslab as wl
from weightslab.evaluation.evaluation_pass import EvaluationPass
from weightslab.evaluation.managed_loader import (
    EvaluationCancelledError,
    EvaluationTimeoutError,
    ManagedLoader,
)
from weightslab.experiment import Experiment


def managed(
    loader: Any, batch_s: float | None = None, **settings: float
) -> tuple[ManagedLoader, EvaluationPass]:
    known = {
        "eval_timeout_s": 0.0,
        "eval_timeout_multiplier": 1.3,
        "eval_timeout_min_s": 5.0,
        **settings,
    }
    experiment: Any = SimpleNamespace(settings=SimpleNamespace(**known))
    taken = EvaluationPass("val", "code")
    return ManagedLoader(experiment, loader, taken, batch_s), taken


@pytest.mark.parametrize(
    ("batch_s", "settings", "timeout_s"),
    [
        (2.0, {}, 2.0 * 10 * 1.3),
        (0.1, {}, 5.0),
        (0.1, {"eval_timeout_min_s": 0.5}, 1.3),
        (2.0, {"eval_timeout_multiplier": 2.0}, 40.0),
        (2.0, {"eval_timeout_s": 3.0}, 3.0),
        (None, {}, None),
    ],
)
def test_the_timeout_is_that_of_the_formula(
    batch_s: float | None, settings: dict[str, float], timeout_s: float | None
) -> None:
    loader, _ = managed([0] * 10, batch_s, **settings)
    assert loader.timeout_s() == (None if timeout_s is None else pytest.approx(timeout_s))


def test_a_first_pass_is_timed_by_its_first_batches() -> None:
    loader, taken = managed(list(range(50)), eval_timeout_min_s=0.0, eval_timeout_multiplier=0.01)
    with pytest.raises(EvaluationTimeoutError, match="WEIGHTSLAB_EVAL_TIMEOUT_SECONDS"):
        [time.sleep(0.002) for _ in loader]
    assert taken.done >= 5


def test_it_counts_and_can_be_cancelled_between_batches() -> None:
    loader, taken = managed([1, 2, 3])
    assert (len(loader), taken.total) == (3, 3)
    with pytest.raises(EvaluationCancelledError):
        [taken.cancelled.set() for batch in loader if batch == 2]
    assert taken.done == 2
    assert not loader.completed


def test_a_stream_has_no_total() -> None:
    loader, taken = managed(iter([1, 2]), 1.0)
    assert list(loader) == [1, 2]
    assert (taken.total, taken.done, loader.timeout_s()) == (None, 2, None)


def test_batches_of_a_watched_loader_come_in_the_documented_order(experiment: Experiment) -> None:
    dataset = torch.utils.data.TensorDataset(torch.rand(4, 2), torch.arange(4), torch.ones(4))
    watched: Any = wl.watch_or_edit(dataset, "val", flag="data", batch_size=4)
    inputs, targets, ids, more = next(
        iter(
            managed(watched)[0].__class__(experiment, watched, EvaluationPass("val", "code"), None)
        )
    )
    assert inputs.equal(dataset.tensors[0])
    assert targets.equal(torch.arange(4))
    assert ids.tolist() == [0, 1, 2, 3]
    assert more.equal(torch.ones(4))

"""Watched losses and metrics: they stay what they were, and their results are recorded."""

import copy
import io
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import TensorDataset

import weightslab as wl
from weightslab.errors import ArgumentError, MisalignedError
from weightslab.experiment import Experiment

X, Y = torch.randn(4, 3), torch.tensor([0, 1, 2, 0])


class Accuracy:
    """A metric as many libraries have them: called per batch, computed at the end."""

    def __init__(self) -> None:
        self.right = self.seen = 0

    def __call__(self, preds: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        right = preds.argmax(1) == targets
        self.right, self.seen = self.right + int(right.sum()), self.seen + len(right)
        return right.float().mean()

    def compute(self) -> float:
        return self.right / self.seen


def values_of(name: str) -> list[float]:
    return [value for _, _, value, _ in wl.query_signal_history(name)]


def curve_of(experiment: Experiment, name: str) -> list[float]:
    experiment.flush()
    values: list[float] = experiment.history.reader.global_rows(signals=[name])["value"].to_pylist()
    return values


def test_a_module_stays_the_object_it_was(experiment: Experiment) -> None:
    loss = nn.CrossEntropyLoss(reduction="none")
    watched = wl.watch_or_edit(loss, flag="loss", signal_name="train/loss")
    assert watched is loss
    assert isinstance(watched, nn.CrossEntropyLoss)
    assert repr(watched) == "CrossEntropyLoss()"


def test_its_result_is_untouched_and_recorded(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="l")
    logits = X.clone().requires_grad_()
    result = loss(logits, Y, batch_ids=["a", "b", "c", "d"])
    expected = functional.cross_entropy(X, Y, reduction="none")
    torch.testing.assert_close(result, expected)
    result.mean().backward()
    assert logits.grad is not None
    result.data.zero_()  # what is done to the result afterwards does not reach the record
    assert values_of("l") == pytest.approx(expected.tolist())
    assert curve_of(experiment, "l") == pytest.approx([float(expected.mean())])


def test_the_ids_of_the_batch_are_known_without_being_told(experiment: Experiment) -> None:
    loader = wl.watch_or_edit(TensorDataset(X, Y), flag="data", batch_size=4)
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="l")
    for inputs, _, targets in loader:
        loss(inputs, targets)
    assert [row[0] for row in wl.query_signal_history("l")] == ["0", "1", "2", "3"]


def test_a_mean_is_a_curve(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(), flag="loss", name="l")
    loss(X, Y, batch_ids=["a", "b", "c", "d"])
    assert values_of("l") == []
    assert curve_of(experiment, "l") == pytest.approx([float(functional.cross_entropy(X, Y))])


def test_per_sample_wants_one_value_per_sample(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(), flag="loss", name="l", per_sample=True)
    with pytest.raises(MisalignedError, match="reduction"):
        loss(X, Y, batch_ids=["a", "b", "c", "d"])


def test_other_lengths_are_refused(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="l")
    with pytest.raises(MisalignedError, match="4 values for 2 sample ids"):
        loss(X, Y, batch_ids=["a", "b"])


def test_copies_and_pickles_are_plain(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="l")
    file = io.BytesIO()
    torch.save(loss, file)
    file.seek(0)
    for other in (
        copy.deepcopy(loss),
        pickle.loads(pickle.dumps(loss)),
        torch.load(file, weights_only=False),
    ):
        assert type(other) is nn.CrossEntropyLoss
        assert other(X, Y).shape == (4,)
    assert values_of("l") == []


def test_a_function_is_called_as_before(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(functional.cross_entropy, flag="loss", name="l")
    loss(X, Y, reduction="none", batch_ids=["a", "b", "c", "d"])
    assert len(values_of("l")) == 4
    assert loss.__name__ == "cross_entropy"
    assert pickle.loads(pickle.dumps(loss)) is functional.cross_entropy


def test_a_metric_is_computed(experiment: Experiment) -> None:
    metric = wl.watch_or_edit(Accuracy(), flag="metric", name="accuracy")
    assert isinstance(metric, Accuracy)
    metric(functional.one_hot(Y, 3).float(), Y)
    assert metric.compute() == 1.0
    assert curve_of(experiment, "accuracy") == [1.0, 1.0]


def test_a_dict_of_losses_gives_a_signal_each(experiment: Experiment) -> None:
    both = wl.watch_or_edit(lambda: {"a": torch.ones(2), "b": 0.5}, flag="loss", name="l")
    both(batch_ids=["x", "y"])
    assert values_of("l/a") == [1.0, 1.0]
    assert curve_of(experiment, "l/b") == [0.5]


def test_watching_again_records_under_the_new_name(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="old")
    loss = wl.watch_or_edit(loss, flag="loss", name="new")
    loss(X, Y, batch_ids=["a", "b", "c", "d"])
    assert (len(values_of("old")), len(values_of("new"))) == (0, 4)


def test_predictions_given_beside_are_kept(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="l")
    loss(X, Y, batch_ids=["a", "b", "c", "d"], preds=torch.tensor([3, 2, 1, 0]))
    assert wl.dataframe()["prediction"].tolist() == [3, 2, 1, 0]


def test_after_the_end_it_is_called_and_not_recorded(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="l")
    wl.finish()
    assert loss(X, Y, batch_ids=["a", "b", "c", "d"]).shape == (4,)


@pytest.mark.parametrize("arguments", [{}, {"per_sample": True, "per_instance": True}])
def test_what_cannot_be_watched(experiment: Experiment, arguments: dict[str, bool]) -> None:
    thing = nn.MSELoss() if arguments else 3
    with pytest.raises(ArgumentError):
        wl.watch_or_edit(thing, flag="loss", **arguments)
    assert experiment.measures == {}


def test_instances_need_to_know_their_samples(experiment: Experiment) -> None:
    iou = wl.watch_or_edit(lambda x: x, flag="metric", name="iou", per_instance=True)
    with pytest.raises(ArgumentError, match="batch_idx"):
        iou(torch.zeros(2), batch_ids=["a", "b"])
    iou(torch.tensor([0.1, 0.2]), batch_ids=["a", "b"], batch_idx=torch.tensor([1, 1]))
    assert [row[2] for row in wl.query_instance_history("b", 2)] == pytest.approx([0.2])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")  # torch's own
def test_a_loss_in_a_compiled_function_records(experiment: Experiment) -> None:
    loss = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="l")
    model = wl.watch_or_edit(nn.Linear(3, 3), flag="model")
    optimizer = wl.watch_or_edit(torch.optim.SGD(model.parameters(), lr=0.1), flag="optimizer")

    @torch.compile(backend="eager")
    def step(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return loss(model(inputs), targets, batch_ids=["a", "b", "c", "d"]).mean()

    for _ in range(3):
        optimizer.zero_grad()
        step(X, Y).backward()
        optimizer.step()
    history = wl.query_sample_history("a", "l")
    assert [row[1] for row in history] == [0, 1, 2]
    assert history[2][2] < history[0][2]

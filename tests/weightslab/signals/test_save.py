"""Values that the script computed itself: kept whole, or refused whole."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import weightslab as wl
from weightslab.errors import ArgumentError, MisalignedError, SampleIdError, StoreClosedError
from weightslab.experiment import Experiment, use
from weightslab.signals.values import annotations_of


def test_values_keep_their_precision(experiment: Experiment) -> None:
    wl.save_signals({"single": torch.tensor([0.1]), "double": [0.1]}, ["a"])
    assert wl.query_signal_history("double")[0][2] == 0.1
    assert wl.query_signal_history("single")[0][2] == float(np.float32(0.1))


def test_nan_and_infinities_are_kept_and_nan_is_counted(experiment: Experiment) -> None:
    wl.save_signals({"l": torch.tensor([math.nan, math.inf, -math.inf])}, ["a", "b", "c"])
    values = [value for _, _, value, _ in wl.query_signal_history("l")]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]
    assert experiment.recorder.nan_counts == {"l": 1}


def test_more_dimensions_are_averaged(experiment: Experiment) -> None:
    wl.save_signals({"map": torch.tensor([[1.0, 3.0], [5.0, 7.0]])}, ["a", "b"])
    assert [v for _, _, v, _ in wl.query_signal_history("map")] == [2.0, 6.0]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int64, torch.bool])
def test_other_types_of_numbers(experiment: Experiment, dtype: torch.dtype) -> None:
    wl.save_signals({"x": torch.tensor([1, 0]).to(dtype)}, [1, 2])
    assert [v for _, _, v, _ in wl.query_signal_history("x")] == [1.0, 0.0]


def test_a_single_number_belongs_to_the_step(experiment: Experiment) -> None:
    wl.save_signals({"accuracy": 0.5, "loss": torch.tensor([1.0])}, ["a"], step=3)
    assert wl.query_signal_history("accuracy") == []
    rows = experiment.history.reader.global_rows(signals=["accuracy"]).to_pylist()
    assert [(row["step"], row["value"]) for row in rows] == [(3, 0.5)]


def test_a_sample_twice_in_a_batch_gets_both(experiment: Experiment) -> None:
    wl.save_signals({"loss": torch.tensor([1.0, 2.0])}, ["a", "a"])
    assert sorted(v for _, _, v, _ in wl.query_signal_history("loss")) == [1.0, 2.0]
    assert wl.dataframe().loc[("a", 0), "signals_loss"] == 2.0


@pytest.mark.parametrize(
    ("signals", "ids", "error"),
    [
        ({"l": torch.zeros(3)}, ["a", "b"], MisalignedError),
        ({"good": torch.zeros(2), "l": torch.zeros(3)}, ["a", "b"], MisalignedError),
        ({"l": ["x", "y"]}, ["a", "b"], ArgumentError),
        ({"l": torch.zeros(2, dtype=torch.complex64)}, ["a", "b"], ArgumentError),
        (torch.zeros(2), ["a", "b"], ArgumentError),
        ({"l": torch.zeros(2)}, ["a", 1], SampleIdError),
        ({"l": torch.zeros(2)}, [0.5, 1.5], SampleIdError),
        ({"l": torch.zeros(1)}, [True], SampleIdError),
        ({"": torch.zeros(1)}, ["a"], ArgumentError),
    ],
)
def test_bad_input_keeps_nothing(
    experiment: Experiment, signals: object, ids: list[object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        wl.save_signals(signals, ids)  # type: ignore[arg-type]
    assert experiment.recorder.names == set()


@pytest.mark.parametrize("step", [-1, 1.0, True, "3", 2**31])
def test_a_step_is_a_whole_number(experiment: Experiment, step: object) -> None:
    with pytest.raises(ArgumentError, match="step"):
        wl.save_signals({"l": torch.zeros(1)}, ["a"], step=step)  # type: ignore[arg-type]


def test_predictions_of_another_length_are_refused(experiment: Experiment) -> None:
    with pytest.raises(MisalignedError, match="prediction"):
        wl.save_signals({"l": torch.zeros(2)}, ["a", "b"], preds=[1])
    assert experiment.recorder.names == set()


def test_a_finished_experiment_takes_no_more(experiment: Experiment) -> None:
    wl.save_signals({"l": torch.zeros(1)}, ["a"])
    wl.finish()
    with pytest.raises(StoreClosedError, match=r"wl\.init"):
        wl.save_signals({"l": torch.zeros(1)}, ["a"])
    with pytest.raises(StoreClosedError):
        wl.log({"l": 1.0})


@given(index=st.lists(st.integers(0, 5), max_size=40))
@settings(max_examples=50, deadline=None)
def test_instances_are_numbered_from_1_within_their_sample(index: list[int]) -> None:
    positions, annotations = annotations_of(torch.tensor(index, dtype=torch.long), 6)
    seen: dict[int, int] = {}
    expected = []
    for sample in index:
        seen[sample] = seen.get(sample, 0) + 1
        expected.append(seen[sample])
    assert positions.tolist() == index
    assert annotations.tolist() == expected


@pytest.mark.parametrize(
    ("index", "error"),
    [([0, 2], MisalignedError), ([-1, 0], MisalignedError), ([0.5, 1], ArgumentError)],
)
def test_instances_outside_the_batch(
    experiment: Experiment, index: list[float], error: type[Exception]
) -> None:
    with pytest.raises(error):
        wl.save_instance_signals({"iou": [0.1, 0.2]}, ["a", "b"], index)


def test_instances_of_another_length(experiment: Experiment) -> None:
    with pytest.raises(MisalignedError, match="iou: 1 values for 2 instances"):
        wl.save_instance_signals({"iou": [0.1]}, ["a", "b"], [0, 1])


def test_the_current_experiment_can_be_another(tmp_path: object) -> None:
    other = Experiment(str(tmp_path))
    former = use(other)
    wl.save_signals({"l": torch.zeros(1)}, ["a"])
    assert len(wl.query_signal_history("l")) == 1
    other.close()
    use(former)

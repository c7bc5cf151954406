"""The table of samples, its newest values, predictions, and what a restart brings back."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import weightslab as wl
from weightslab.experiment import Experiment, use
from weightslab.samples import objects


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


def f32(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@pytest.fixture
def samples(experiment: Experiment) -> Any:
    experiment.samples.add_ids("train", "train", ["a", "b", "c"])
    return experiment.samples


def record(experiment: Experiment, name: str, of: Any, values: Any, step: int) -> None:
    experiment.recorder.record_samples(name, of, values, step, f"signals_{name}")


def test_the_columns_that_are_documented(samples: Any) -> None:
    samples.set_latest("signals_loss", rows(0, 2), f32(0.38, np.inf), 7)
    samples.set_objects("prediction", rows(0, 1), torch.tensor([3, 4]))
    samples.set_objects("target", rows(0, 2), [torch.ones(2), torch.zeros(2)])
    wl.tag_samples(["b"], "hard")
    wl.discard_samples(["c"])
    frame = wl.dataframe()
    assert frame.index.names == ["sample_id", "annotation_id"]
    assert frame.index.tolist() == [("a", 0), ("b", 0), ("c", 0)]
    assert list(frame) == [
        *("discarded", "origin", "group_id", "last_seen", "prediction", "target"),
        *("tag:hard", "signals_loss"),
    ]
    assert frame.loc[("a", 0), "signals_loss"] == np.float32(0.38)
    assert frame["signals_loss"].dtype == np.float32
    assert frame["last_seen"].tolist() == [7, pd.NA, 7]
    assert frame[frame["discarded"]].index.tolist() == [("c", 0)]
    assert frame[frame["tag:hard"]].index.tolist() == [("b", 0)]
    assert frame["prediction"].isna().tolist() == [False, False, True]
    assert frame["target"].iloc[0].tolist() == [1, 1]
    assert frame["target"].iloc[1] is None
    assert (frame["origin"] == "train").all()
    assert frame["group_id"].tolist() == ["a", "b", "c"]


def test_instances_stand_behind_their_sample(samples: Any) -> None:
    samples.set_latest("signals_loss", rows(1), f32(0.5), 1)
    samples.set_latest_instances("signals//iou", rows(1, 1, 0), rows(2, 1, 1), f32(2, 1, 3), 1)
    samples.set_latest_instances("signals//iou", rows(1), rows(1), f32(9), 2)
    samples.set_objects("target", rows(1), ["box"], annotations=rows(2))
    frame = wl.dataframe()
    assert frame.index.tolist() == [("a", 0), ("a", 1), ("b", 0), ("b", 1), ("b", 2), ("c", 0)]
    iou = frame["signals//iou"].dropna()
    assert iou.to_dict() == {("a", 1): 3, ("b", 1): 9, ("b", 2): 2}
    assert frame["signals_loss"].dropna().to_dict() == {("b", 0): 0.5}
    assert frame["target"].dropna().to_dict() == {("b", 2): "box"}
    assert frame["discarded"].isna().tolist() == [False, True, False, True, True, False]
    some = samples.frame(rows(1, 0), ["signals//iou"])
    assert some.index.tolist() == [("b", 0), ("b", 1), ("b", 2), ("a", 0), ("a", 1)]
    assert list(some) == ["signals//iou"]


def test_float64_values_widen_a_column_and_the_last_of_a_row_counts(samples: Any) -> None:
    samples.set_latest("signals_x", rows(0, 0, 1), f32(1, 2, 0.1), 1)
    samples.set_latest("signals_x", rows(2), np.array([1 / 3]), 2)
    assert wl.dataframe()["signals_x"].tolist() == [2.0, np.float32(0.1), 1 / 3]


def test_an_empty_ledger_has_an_empty_table(experiment: Experiment) -> None:
    assert len(wl.dataframe()) == 0
    assert "discarded" in wl.dataframe()


def test_a_restart_brings_back_the_newest_values_and_predictions(
    experiment: Experiment, samples: Any
) -> None:
    record(experiment, "loss", rows(0, 1), f32(3, 4), 1)
    record(experiment, "loss", rows(1), f32(5), 2)
    experiment.recorder.record_instances("iou", rows(1), rows(2), f32(0.5), 2, "signals//iou")
    samples.set_objects("prediction", rows(0, 2), torch.tensor([[1.0, 2], [3, 4]]))
    samples.set_objects("target", rows(1), [{"boxes": torch.ones(1)}])
    samples.set_objects("target", rows(1), [np.float32(7)], annotations=rows(2))
    before = wl.dataframe()
    experiment.close()

    again = Experiment(experiment.root)
    use(again)
    again.samples.add_ids("train", "train", ["a", "b", "c"])
    record(again, "loss", rows(0), f32(9), 3)
    frame = wl.dataframe()
    again.close()
    assert frame["signals_loss"].dropna().to_dict() == {("a", 0): 9, ("b", 0): 5}
    assert frame.index.tolist() == before.index.tolist()
    assert frame["signals//iou"].equals(before["signals//iou"])
    assert frame["last_seen"].tolist()[:2] == [3, 2]
    assert frame["prediction"].iloc[0].tolist() == [1, 2]
    assert frame.loc[("b", 0), "target"] == {"boxes": [1.0]}
    assert frame.loc[("b", 2), "target"] == 7


def test_predictions_of_any_kind_are_kept(samples: Any) -> None:
    def get(name: str) -> list[Any]:
        return list(wl.dataframe()[name])

    samples.set_objects("prediction", rows(0, 1), torch.tensor([1.5, 2.5], dtype=torch.bfloat16))
    assert get("prediction")[:2] == [1.5, 2.5]
    samples.set_objects("prediction", rows(1), ["text"])
    assert get("prediction") == [1.5, "text", None]
    samples.set_objects("prediction", rows(1), np.array([4], np.float32))
    assert get("prediction")[:2] == [1.5, 4]
    samples.set_objects("target", rows(0, 1), torch.tensor([True, False]))
    assert get("target") == [True, False, pd.NA]
    ragged = [torch.ones(2), torch.ones(3)]
    samples.set_objects("prediction_raw", rows(0, 1), ragged)
    ragged[0][:] = 5  # what is kept is a copy
    assert [None if v is None else v.tolist() for v in get("prediction_raw")] == [
        *([1, 1], [1, 1, 1]),
        None,
    ]


def test_predictions_stay_within_their_bounds(
    samples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "MOST_ARRAY_BYTES", 2 * 8 * 100)
    monkeypatch.setattr(objects, "MOST_LOOSE_BYTES", 600)
    with pytest.warns(UserWarning, match="prediction: there is no room"):
        samples.set_objects("prediction", rows(0, 1, 2), np.ones((3, 100)))
    assert wl.dataframe()["prediction"].isna().tolist() == [False, False, True]
    with pytest.warns(UserWarning, match="target: there is no room"):
        samples.set_objects("target", rows(0, 1, 2), ["x" * 200, "y" * 200, "z" * 200])
    assert wl.dataframe()["target"].isna().tolist() == [True, False, False]


def test_a_damaged_file_of_predictions_is_set_aside(
    experiment: Experiment, samples: Any, caplog: pytest.LogCaptureFixture
) -> None:
    samples.set_objects("prediction", rows(0), [1])
    experiment.close()
    file = Path(experiment.root) / "predictions.h5"
    with file.open("r+b") as opened:
        opened.truncate(100)
    again = Experiment(experiment.root)
    use(again)
    assert again.samples.objects.names == []
    assert not file.exists()
    assert file.with_name("predictions.h5.damaged").exists()
    again.close()

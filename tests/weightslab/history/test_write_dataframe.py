"""The files of `write_dataframe`, letter by letter where the reference prints them."""

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import weightslab as wl
from weightslab.errors import ArgumentError, UnknownSampleError
from weightslab.experiment import Experiment
from weightslab.store import storage


@pytest.fixture
def filled(experiment: Experiment) -> Experiment:
    samples = experiment.samples
    samples.add_ids("train", "train", ["img0", "img1"])
    first = np.array([0], np.int32)
    samples.set_latest("signals_loss", first, np.array([0.42], np.float32), 3)
    one = np.array([1], np.int32)
    samples.set_latest_instances("signals//iou", first, one, np.array([0.81], np.float32), 3)
    wl.set_categorical_tag(["img0"], "loss_shape", "monotonic")
    return experiment


def test_csv_as_printed(filled: Experiment, tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "subset.csv"
    groups = ["discarded", "tags", "signals"]
    written = wl.write_dataframe(str(file), format="csv", columns=groups, sample_id="img0")
    assert written == str(file)
    assert file.read_text() == (
        "sample_id,annotation_id,discarded,tag:loss_shape,signals_loss,signals//iou\n"
        "img0,0,False,monotonic,0.42,\n"
        "img0,1,,,,0.81\n"
    )


def test_json_as_printed(filled: Experiment, tmp_path: Path) -> None:
    file = tmp_path / "subset.json"
    wl.write_dataframe(file, columns=["discarded", "tags", "signals"], sample_id=["img0"])
    assert json.loads(file.read_text()) == [
        {
            **{"sample_id": "img0", "annotation_id": 0, "discarded": False},
            **{"tag:loss_shape": "monotonic", "signals_loss": 0.42, "signals//iou": None},
        },
        {
            **{"sample_id": "img0", "annotation_id": 1, "discarded": None},
            **{"tag:loss_shape": None, "signals_loss": None, "signals//iou": 0.81},
        },
    ]


def test_nan_and_infinities_are_null_in_json(filled: Experiment, tmp_path: Path) -> None:
    values = np.array([np.nan, np.inf])
    filled.samples.set_latest("signals_x", np.array([0, 1], np.int32), values, 1)
    wl.write_dataframe(tmp_path / "a.json", columns="signals_x", instance_id=0)
    table = json.loads((tmp_path / "a.json").read_text())
    assert [row["signals_x"] for row in table] == [None, None]
    wl.write_dataframe(tmp_path / "a.parquet", format="parquet", instance_id=0)
    assert pd.read_parquet(tmp_path / "a.parquet")["signals_x"].tolist()[1] == np.inf


def test_parquet_holds_every_column(filled: Experiment, tmp_path: Path) -> None:
    samples = filled.samples
    samples.set_objects("prediction", np.array([0, 1], np.int32), [np.ones(2), np.ones(3)])
    samples.set_objects("target", np.array([0], np.int32), [{"a": np.float32(1)}])
    place = wl.write_dataframe(tmp_path, format="parquet")
    table = pd.read_parquet(place)
    assert list(table)[2:] == samples.column_names()
    assert table["target"].dropna().tolist() == [{"a": 1.0}]


def test_rows_and_columns_are_chosen(filled: Experiment, tmp_path: Path) -> None:
    def rows(**wishes: Any) -> list[list[Any]]:
        place = wl.write_dataframe(tmp_path, columns=["signals_loss"], **wishes)
        return [[r["sample_id"], r["annotation_id"]] for r in json.loads(Path(place).read_text())]

    assert rows() == [["img0", 0], ["img0", 1], ["img1", 0]]
    assert rows(instance_id=0) == [["img0", 0], ["img1", 0]]
    assert rows(instance_id=[1, 7]) == [["img0", 1]]
    assert rows(sample_id=["img1", "img0"], instance_id=0) == [["img1", 0], ["img0", 0]]


def test_names_come_from_what_is_asked(filled: Experiment, tmp_path: Path) -> None:
    places = [
        wl.write_dataframe(),
        wl.write_dataframe(filled.root, columns="all"),
        wl.write_dataframe(columns="tags"),
        wl.write_dataframe(columns=["tags"]),
        wl.write_dataframe(columns=["tags"], format="csv"),
        wl.write_dataframe(sample_id="img0"),
        wl.write_dataframe(sample_id=["img0"], instance_id=[0]),
    ]
    assert places[0] == places[1]
    assert places[2] == places[3]
    assert places[4] == places[2].replace(".json", ".csv")
    assert len(set(places)) == 5
    assert all(Path(place).parent == Path(filled.root) for place in places)
    assert len(Path(places[0]).name) == len("a3f2b891_dataframe.json")


def test_what_is_unknown_is_told_with_what_there_is(filled: Experiment, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="'no_such' is no column"):
        wl.write_dataframe(tmp_path / "x.json", columns=["no_such"])
    with pytest.raises(UnknownSampleError, match="img9"):
        wl.write_dataframe(tmp_path / "x.json", sample_id="img9")
    with pytest.raises(ArgumentError, match="json, csv, parquet"):
        wl.write_dataframe(tmp_path / "x.json", format="xml")
    assert list(tmp_path.glob("x*")) == []


def test_a_full_disk_leaves_the_old_file(
    filled: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    wl.write_dataframe(file)
    before = file.read_bytes()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space") as caught:
        wl.write_dataframe(file, columns="tags")
    assert caught.value.errno == errno.ENOSPC
    assert file.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["a.json"]
    assert storage.local_path(tmp_path) == tmp_path

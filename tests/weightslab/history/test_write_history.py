import csv
import errno
import json
import math
import resource
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

import weightslab as wl
from weightslab.errors import ArgumentError, StoreError
from weightslab.experiment import Experiment

ROWS = [
    ("global", "loss", 1, 0.42, None, None),
    ("global", "loss", 2, math.nan, None, None),
    ("sample", "loss", 1, 0.38, "img0", None),
    ("sample", "loss", 1, math.inf, 'odd ",\nid', None),
    ("instance", "iou", 1, 0.81, "img0", 1),
]


@pytest.fixture
def experiment(experiment: Experiment) -> Experiment:
    rows = experiment.samples.rows_of(["img0", 'odd ",\nid'], create=True)
    history, h = experiment.history, experiment.checkpoints.hash
    history.add_global(h, "loss", [1, 2], [0.42, math.nan])
    history.add_samples(h, "loss", 1, rows, np.array([0.38, math.inf], np.float32))
    history.add_instances(h, "iou", 1, rows[:1], [1], [0.81])
    return experiment


def test_json_has_the_documented_shape(experiment: Experiment, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    assert wl.write_history(path) == str(path)
    h = experiment.checkpoints.hash
    named = {"graph_name": "loss", "experiment_hash": h}
    assert json.loads(path.read_text(), parse_constant=pytest.fail) == {
        "global": [
            {**named, "step": 1, "metric_value": 0.42},
            {**named, "step": 2, "metric_value": None},
        ],
        "sample": [
            {**named, "sample_id": "img0", "step": 1, "metric_value": 0.38},
            {**named, "sample_id": 'odd ",\nid', "step": 1, "metric_value": None},
        ],
        "instance": [
            {
                "graph_name": "iou",
                "experiment_hash": h,
                "sample_id": "img0",
                "annotation_id": 1,
                "step": 1,
                "metric_value": 0.81,
            }
        ],
    }


def test_csv_has_the_documented_shape(experiment: Experiment, tmp_path: Path) -> None:
    path = tmp_path / "new/folder/history.csv"
    wl.write_history(path, format="csv")
    h = experiment.checkpoints.hash
    lines = path.read_bytes().decode().split("\n")
    assert lines[0] == "type,graph_name,experiment_hash,step,metric_value,sample_id,annotation_id"
    assert lines[1] == f"global,loss,{h},1,0.42,,"
    assert lines[3] == f"sample,loss,{h},1,0.38,img0,"
    assert lines[-2] == f"instance,iou,{h},1,0.81,img0,1"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["sample_id"] for row in rows] == ["", "", "img0", 'odd ",\nid', "img0"]
    assert math.isnan(float(rows[1]["metric_value"]))
    assert float(rows[3]["metric_value"]) == math.inf


def test_parquet_has_the_columns_of_csv(experiment: Experiment, tmp_path: Path) -> None:
    path = tmp_path / "history.parquet"
    wl.write_history(path, format="parquet")
    table = pyarrow.parquet.read_table(path)
    read = [
        tuple(row[n] for n in ("type", "graph_name", "step", "metric_value", "sample_id"))
        for row in table.to_pylist()
    ]
    expected = [
        (*row[:3], float(np.float32(0.38)) if row[3] == 0.38 else row[3], row[4]) for row in ROWS
    ]
    assert str(read) == str(expected)  # NaN is not equal to itself
    assert table["annotation_id"].to_pylist() == [None, None, None, None, 1]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"type_of_history": "sample"}, {"sample": 2}),
        ({"type_of_history": "instances"}, {"instance": 1}),
        ({"graph_name": "iou"}, {"global": 0, "sample": 0, "instance": 1}),
        ({"graph_name": ["iou", "loss"]}, {"global": 2, "sample": 2, "instance": 1}),
        ({"sample_id": "img0"}, {"global": 2, "sample": 1, "instance": 1}),
        ({"instance_id": 2}, {"global": 2, "sample": 2, "instance": 0}),
        ({"instance_id": [1, 2]}, {"global": 2, "sample": 2, "instance": 1}),
        ({"experiment_hash": "another"}, {"global": 0, "sample": 0, "instance": 0}),
        ({"experiment_hash": "all"}, {"global": 2, "sample": 2, "instance": 1}),
        ({"sample_id": "never seen"}, {"global": 2, "sample": 0, "instance": 0}),
    ],
)
def test_what_is_asked_for_is_written(
    experiment: Experiment, tmp_path: Path, wish, expected
) -> None:
    content = json.loads(Path(wl.write_history(tmp_path / "a.json", **wish)).read_text())
    assert {name: len(rows) for name, rows in content.items()} == expected


def test_the_same_wish_has_the_same_name(experiment: Experiment, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    one = wl.write_history(folder, graph_name=["a", "b"])
    assert wl.write_history(folder, graph_name=["b", "a"], type_of_history="all") == one
    assert wl.write_history(folder, graph_name="a") != one
    assert len(list(folder.iterdir())) == 2
    name = Path(one).name
    assert name.endswith("_history.json")
    assert len(name) == len("01234567_history.json")


def test_without_a_path_it_is_in_the_log_folder(experiment: Experiment) -> None:
    assert Path(wl.write_history()).parent == Path(experiment.root)


@pytest.mark.parametrize(
    "wish", [{"format": "xml"}, {"type_of_history": "samples!"}, {"instance_id": "one"}]
)
def test_a_wish_that_cannot_be_is_refused(experiment: Experiment, tmp_path: Path, wish) -> None:
    path = tmp_path / "old.json"
    path.write_text("old")
    with pytest.raises(ArgumentError):
        wl.write_history(path, **wish)
    assert path.read_text() == "old"


def test_numbers_come_back_from_text(experiment: Experiment, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**32, 70_000, dtype=np.uint32).view(np.float32)
    single = bits[np.isfinite(bits)]
    double = rng.standard_normal(1000) * 10.0 ** rng.integers(-300, 300, 1000)
    history = experiment.history
    history.add_global("h", "single", np.arange(len(single)), single)
    history.add_global("h", "double", np.arange(1000), double)
    for form in ("json", "csv"):
        path = tmp_path / f"numbers.{form}"
        wl.write_history(path, format=form, type_of_history="global", experiment_hash="h")
        if form == "json":
            rows = json.loads(path.read_text())["global"]
        else:
            rows = list(csv.DictReader(path.read_text().splitlines()))
        read = np.array([float(row["metric_value"]) for row in rows])
        np.testing.assert_array_equal(read[:1000], double)
        np.testing.assert_array_equal(read[1000:].astype(np.float32), single)
        if form == "json":
            assert all(isinstance(row["metric_value"], float) for row in rows)


@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_a_full_disk_leaves_the_old_file(experiment: Experiment, tmp_path: Path, form: str) -> None:
    """RLIMIT_FSIZE stands for the full disk: the system refuses to let a file grow."""
    experiment.history.add_global("h", "long", np.arange(100_000), np.random.rand(100_000))
    experiment.flush()
    path = tmp_path / f"history.{form}"
    path.write_text("old")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(StoreError, match="cannot be written") as caught:
            wl.write_history(path, form, experiment_hash="all")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert caught.value.errno == errno.EFBIG
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == [path.name]

"""Every example, run as a user runs it; the ledger's folder holds what it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import pytest

from weightslab.samples.identity import Identity
from weightslab.store.history_reader import HistoryReader
from weightslab.store.journal import read_journal

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(script: str, folder: Path, *arguments: str) -> str:
    command = [sys.executable, f"examples/{script}", "--folder", str(folder), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def found(output: str) -> int:
    match = re.search(r"loss (\d+) have a wrong label", output)
    assert match is not None, output
    return int(match[1])


def rows(folder: Path) -> list[dict[str, Any]]:
    (path,) = folder.glob("*_dataframe.json")
    return json.loads(path.read_text())


def test_wrong_labels_are_found_and_discarded_and_training_goes_on(tmp_path: Path) -> None:
    output = run("fashion_mnist_shaped.py", tmp_path, "--steps", "350")
    assert found(output) > 150  # of 200, all of them planted; by chance it would be 10
    assert "Evaluation 'test_loader' @ step 350" in output
    assert sum(bool(row["discarded"]) for row in rows(tmp_path)) == 200
    reader = HistoryReader(tmp_path)
    assert {"loss", "mean_loss"} <= set(reader.signals())
    losses = reader.sample_rows(signals=["loss"]).to_pandas().query("row < 4000")
    discards = [e for e in read_journal(tmp_path) if e.kind == "samples.discard"]
    assert len(discards) == 1
    late = losses[losses.step >= 300]  # without those discarded from then on
    runs = discards[0].fields["rows"]
    discarded = {r for at, n in zip(runs[::2], runs[1::2], strict=True) for r in range(at, at + n)}
    assert len(late) > 49 * 64
    assert not discarded & set(late.row)

    output = run("fashion_mnist_shaped.py", tmp_path, "--steps", "370", "--resume")
    assert "goes on from step 350" in output
    assert sum(bool(row["discarded"]) for row in rows(tmp_path)) == 200
    steps = HistoryReader(tmp_path).global_rows(signals=["loss"]).to_pandas()
    training = steps[~steps.experiment.str.contains("_")]
    assert sorted(training.step) == list(range(370))


def test_instances_that_are_hard_to_see_have_the_lowest_dice(tmp_path: Path) -> None:
    output = run("segmentation_shaped.py", tmp_path)
    assert output.count("faint: True") >= 4
    assert re.search(r"Evaluation 'val' @ step 60 — dice/sample=0\.\d+, dice/instance=0\.", output)
    reader = HistoryReader(tmp_path)
    assert {"bce", "dice/sample", "dice/instance", "pixels"} <= set(reader.signals())
    instances = reader.instance_rows(signals=["dice/instance"]).to_pandas()
    assert instances.annotation.min() == 1
    assert instances.annotation.max() == 3
    assert Identity.read(tmp_path).ids_of(instances.row.to_numpy()[:1])[0].startswith("scene_")
    with h5py.File(tmp_path / "predictions.h5") as file:
        masks = file["target/instances/arrays/values"]
        assert masks.shape[0] == len(
            instances[instances.row < 160].drop_duplicates(["row", "annotation"])
        )
        assert masks.shape[1:] == (48, 48)
        assert len(file["prediction/samples/arrays/values"]) == 40


def test_lightning(tmp_path: Path) -> None:
    assert found(run("lightning_module.py", tmp_path)) > 70  # of 100
    curves = HistoryReader(tmp_path).global_rows().to_pandas()
    train = curves[curves.signal == "train_loss"]
    assert sorted(train.step) == list(range(1, 97))
    assert sorted(curves[curves.signal == "val_accuracy"].step) == [32, 64, 96]
    assert len(HistoryReader(tmp_path).sample_rows(signals=["loss"])) == 3 * 2_000


def test_hugging_face(tmp_path: Path) -> None:
    assert found(run("hugging_face_trainer.py", tmp_path)) > 55  # of 75
    curves = HistoryReader(tmp_path).global_rows().to_pandas()
    assert sorted(curves[curves.signal == "eval_loss"].step) == [47, 94, 141]
    assert len(HistoryReader(tmp_path).sample_rows(signals=["loss"])) == 3 * 1_500


def test_the_readme_names_every_example() -> None:
    readme = (ROOT / "examples" / "README.md").read_text()
    for path in (ROOT / "examples").glob("*.py"):
        assert path.name in readme

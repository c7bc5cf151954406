"""Every code block of the reference of user functions, unchanged, in a script that fits it.

The files in blocks/ are the blocks to the letter; names that a block takes for given come from the
namespace here.
"""

import csv
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import weightslab as wl
from weightslab.experiment import Experiment

BLOCKS = Path(__file__).parent / "blocks"
SAMPLES, CLASSES = 48, 3


class MyModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


class PerSampleDice(nn.Module):
    def forward(self, preds: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return 2 * (preds * targets).flatten(1).sum(1) / (preds + targets).flatten(1).sum(1)


class PerInstanceDice(nn.Module):
    def forward(self, preds: torch.Tensor, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        masks = batch["masks"]
        return 2 * (preds * masks).flatten(1).sum(1) / (preds + masks).flatten(1).sum(1)


class Pictures(torch.utils.data.Dataset[Any]):
    """Images with ids of their own."""

    def __init__(self) -> None:
        self.ids = [f"img_{number:04d}" for number in range(SAMPLES)]
        self.images = torch.rand(SAMPLES, 3, 8, 8, generator=torch.Generator().manual_seed(0))

    def __len__(self) -> int:
        return SAMPLES

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.images[index], index % CLASSES


def dataset() -> TensorDataset:
    x = torch.randn(SAMPLES, 4, generator=torch.Generator().manual_seed(0))
    return TensorDataset(x, torch.arange(SAMPLES) % CLASSES)


@pytest.fixture
def run(experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a block in the test's folder, with these names; returns its namespace."""
    monkeypatch.chdir(tmp_path)

    def run_block(name: str, **names: Any) -> dict[str, Any]:
        space = {"wl": wl, "torch": torch, "nn": nn, "np": np, "DataLoader": DataLoader} | names
        path = BLOCKS / f"{name}.py"
        exec(compile(path.read_text(), path, "exec"), space)
        return space

    return run_block


def train(model: nn.Module, optimizer: Any, loss: Any, loader: Any, epochs: int) -> None:
    for _ in range(epochs):
        for inputs, ids, targets in loader:
            optimizer.zero_grad()
            loss(model(inputs), targets, batch_ids=ids).mean().backward()
            optimizer.step()


def test_the_blocks_are_there_and_each_is_run_here() -> None:
    named = Path(__file__).read_text()
    assert [path.stem for path in BLOCKS.glob("*.py") if f'"{path.stem}' not in named] == []


@pytest.mark.filterwarnings("ignore:.*CUDA.*")
def test_typical_usage(run: Any) -> None:
    given = MyModel()
    space = run("typical_usage", my_model=given)
    assert isinstance(space["model"], MyModel)
    assert isinstance(space["optimizer"], torch.optim.Adam)
    assert isinstance(space["train_loss"], nn.CrossEntropyLoss)
    assert space["hp"]["optimizer"]["lr"] == 1e-3
    loader = wl.watch_or_edit(dataset(), flag="data", batch_size=16, shuffle=True)
    train(space["model"], space["optimizer"], space["train_loss"], loader, 2)
    assert space["model"].get_age() == 6
    assert len(wl.query_signal_history("train-loss")) == 2 * SAMPLES


def test_yaml_path(run: Any, tmp_path: Path, experiment: Experiment) -> None:
    (tmp_path / "config.yaml").write_text("experiment_name: from the file\n")
    run("yaml_path")
    assert experiment.hyperparameters["optimizer"]["lr"] == 1e-3
    assert experiment.hyperparameters["experiment_name"] == "from the file"


def test_simple_signal(run: Any) -> None:
    run("simple_signal")
    wl.save_signals({"train_loss": torch.tensor([1.0, 3.0])}, [1, 2], step=0)
    assert [v for _, _, v, _ in wl.query_signal_history("weighted_loss")] == [0.5, 1.5]
    assert wl.dataframe()["signals//weighted_loss"].tolist() == [0.5, 1.5]


def test_variation_signal(run: Any) -> None:
    run("variation_signal")
    values = [4.0, 2.0, 1.0]
    for step, value in enumerate(values):
        wl.save_signals({"train_mlt_loss/CE": torch.tensor([value, 5.0])}, ["a", "b"], step=step)
    expected = [
        0.0,
        *(float(np.std(values[:n]) / np.mean(values[:n])) for n in (2, 3)),
    ]
    history = wl.query_sample_history("a", "loss_cv_over_time")
    assert [v for _, _, v, _ in history] == pytest.approx(expected)
    assert {v for _, _, v, _ in wl.query_sample_history("b", "loss_cv_over_time")} == {0.0}


def test_loss_shape(run: Any) -> None:
    wl.watch_or_edit(Pictures(), flag="data", batch_size=4, loader_name="train")
    run("loss_shape")
    ids = ["img_0000", "img_0001"]
    for step in range(50):
        losses = torch.tensor([float(np.exp(-step / 40)), 2.0])
        wl.save_signals({"train/clsf_sample": losses}, ids, step=step)
    frame = wl.dataframe()
    assert frame.loc[("img_0000", 0), "tag:loss_shape"] == "monotonic"
    assert frame.loc[("img_0001", 0), "tag:loss_shape"] == "Flat_high"
    assert frame.loc[("img_0001", 0), "signals//loss_shape_classifier"] == 2
    assert [s for _, s, _, _ in wl.query_sample_history("img_0000", "loss_shape_classifier")] == [
        24,
        49,
    ]


def test_compute_signals(run: Any) -> None:
    pictures = Pictures()
    train_loader = wl.watch_or_edit(pictures, flag="data", batch_size=4, loader_name="train")

    @wl.signal(name="brightness")
    def brightness(ctx: wl.SignalContext) -> float:
        assert ctx.is_static
        assert ctx.origin == "train"
        return ctx.image.mean()

    run("compute_signals", train_loader=train_loader)
    frame = wl.dataframe()
    expected = pictures.images[7].mean()
    assert frame.loc[("img_0007", 0), "signals//brightness"] == pytest.approx(float(expected))


def test_save_signals(run: Any) -> None:
    run(
        "save_signals",
        loss_batch=torch.tensor([0.5, 0.25]),
        batch_ids=["img_0", "img_1"],
        logits=torch.zeros(2, CLASSES),
        targets=torch.tensor([0, 1]),
        preds=torch.tensor([2, 1]),
        current_step=3,
    )
    frame = wl.dataframe()
    assert frame.loc[("img_0", 0), "signals_train_loss"] == 0.5
    assert frame.loc[("img_0", 0), "prediction"] == 2
    assert frame.loc[("img_1", 0), "target"] == 1


def test_save_instance_signals(run: Any) -> None:
    run(
        "save_instance_signals",
        iou_per_box=torch.tensor([0.1, 0.2, 0.3]),
        ids=["a", "b"],
        batch_idx=torch.tensor([0, 1, 0]),
        flat_masks=[np.ones((2, 2)) * n for n in range(3)],
        current_step=1,
    )
    assert wl.query_instance_history("a", 2)[0][:2] == ("iou_instance", 1)
    assert wl.dataframe().loc[("a", 2), "signals//iou_instance"] == pytest.approx(0.3)


def test_per_sample_and_per_instance(run: Any, experiment: Experiment) -> None:
    run("per_sample_per_instance", PerSampleDice=PerSampleDice, PerInstanceDice=PerInstanceDice)
    sample, instance = experiment.measures["dice/sample"], experiment.measures["dice/instance"]
    sample(torch.ones(2, 4), torch.ones(2, 4), batch_ids=["a", "b"])
    batch = {"masks": torch.ones(3, 4), "batch_idx": torch.tensor([0, 0, 1])}
    instance(torch.ones(3, 4), batch, batch_ids=["a", "b"])
    assert wl.query_sample_history("a", "dice/sample")[0][2] == 1.0
    assert wl.query_instance_history("a", 2, "dice/instance")[0][2] == 1.0


def test_categorical_tags(run: Any) -> None:
    wl.watch_or_edit(Pictures(), flag="data", batch_size=4, loader_name="train")
    run("categorical_tags", sample_ids=["img_0001"])
    assert wl.dataframe().loc[("img_0001", 0), "tag:weather"] == "rainy"


def test_context(run: Any) -> None:
    entries = [{"signal_value": 1.0, "model_age": 3}]
    ctx = SimpleNamespace(subscribed_value=0.5, subscribed_history=entries)
    space = run("context_values", ctx=ctx)
    assert (space["values"], space["steps"]) == ([1.0], [3])


def test_context_kind(run: Any) -> None:
    body = (BLOCKS / "context_kind.py").read_text().replace("\n", "\n    ")
    space: dict[str, Any] = {"process_sample": lambda data, sample_id: float(data.sum())}
    exec(f"def kind(ctx):\n    {body}", space)
    loader = wl.watch_or_edit(Pictures(), flag="data", batch_size=4, loader_name="train")
    wl.signal(name="sum")(space["kind"])
    wl.signal(name="half", subscribe_to="loss")(space["kind"])
    wl.compute_signals(loader)
    wl.save_signals({"loss": torch.tensor([3.0])}, ["img_0001"])
    frame = wl.dataframe()
    assert frame.loc[("img_0001", 0), "signals//half"] == 1.5
    assert frame["signals//sum"].notna().all()


def test_evaluation(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    space = run("evaluation", MyModel=MyModel, nn=nn, val_dataset=dataset())
    wl.request_evaluation("val_loader")
    assert wl.run_pending_evaluation()
    assert not wl.run_pending_evaluation()
    assert space["model"].training
    line = capsys.readouterr().out
    assert line.startswith("[WeightsLab] Evaluation 'val_loader' @ step 0 — eval_loss=")


def test_training_loop(run: Any) -> None:
    loader = wl.watch_or_edit(dataset(), flag="data", batch_size=16, loader_name="train_loader")
    wl.watch_or_edit(MyModel(), flag="model")
    wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", signal_name="loss")
    wl.request_evaluation("train_loader")
    run("training_loop", train_loader=loader)
    assert len(wl.query_signal_history("loss", wl.get_current_experiment_hash())) == 0
    assert len(wl.query_signal_history("loss")) == SAMPLES


def test_experiment_hash(run: Any, tmp_path: Path) -> None:
    wl.watch_or_edit(MyModel(), flag="model")
    assert len(run("experiment_hash")["h"]) == 24


@pytest.fixture
def recorded(run: Any) -> None:
    wl.watch_or_edit(Pictures(), flag="data", batch_size=4, loader_name="train")
    wl.register_categorical_tag("loss_shape", ["monotonic"])
    wl.set_categorical_tag(["img_0042"], "loss_shape", "monotonic")
    ids = ["img_0001", "img_0042"]
    for step in range(2):
        wl.save_signals({"train/loss": torch.tensor([0.5, 0.38])}, ids, step=step)
    wl.save_instance_signals({"iou": torch.tensor([0.81])}, ids, torch.tensor([1]), step=1)


@pytest.mark.usefixtures("recorded")
def test_history(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run("signal_history")
    run("sample_history")
    run("instance_history")
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 4 + 2 + 1
    assert said[0].startswith("img_0001 0 0.5")
    assert said[-1].startswith("iou 1 0.81")


@pytest.mark.usefixtures("recorded")
def test_write_history(run: Any, tmp_path: Path) -> None:
    run("write_history_all")
    (written,) = (tmp_path / "root_log_dir").glob("*_history.json")
    sections = json.loads(written.read_text())
    assert {name: len(rows) for name, rows in sections.items()} == {
        "global": 3,
        "sample": 4,
        "instance": 1,
    }
    assert sections["sample"][0] == {
        "graph_name": "train/loss",
        "experiment_hash": wl.get_current_experiment_hash(),
        "sample_id": "img_0001",
        "step": 0,
        "metric_value": 0.5,
    }
    run("write_history_file")
    assert json.loads((tmp_path / "history.json").read_text()) == sections
    run("write_history_folder")
    assert len(list((tmp_path / r"C:\tmp\myrun").glob("????????_history.json"))) == 2
    run("write_history_csv")
    head = "type,graph_name,experiment_hash,step,metric_value,sample_id,annotation_id"
    assert (tmp_path / "run1_samples.csv").read_text().splitlines() == [head]
    run("write_history_instance")
    (row,) = json.loads((tmp_path / "box1.json").read_text())["instance"]
    assert (row["graph_name"], row["annotation_id"], row["metric_value"]) == ("iou", 1, 0.81)
    run("write_history_filtered")
    rows = json.loads((tmp_path / "img0042_loss.json").read_text())
    assert list(rows) == ["sample"]
    assert [row["metric_value"] for row in rows["sample"]] == [0.38, 0.38]


@pytest.mark.usefixtures("recorded")
def test_write_dataframe(run: Any, tmp_path: Path) -> None:
    run("write_dataframe_all")
    (written,) = (tmp_path / "root_log_dir").glob("*_dataframe.json")
    rows = json.loads(written.read_text())
    assert len(rows) == SAMPLES + 1
    run("write_dataframe_tags")
    with (tmp_path / "tags.csv").open() as file:
        table = list(csv.DictReader(file))
    assert list(table[0]) == ["sample_id", "annotation_id", "tag:loss_shape"]
    wl.save_signals({"train/loss": torch.tensor([0.1, 0.2])}, ["img_042", "img_001"])
    run("write_dataframe_subset")
    subset = json.loads((tmp_path / "subset.json").read_text())
    assert {row["sample_id"]: row["signals_train/loss"] for row in subset} == {
        "img_042": 0.1,
        "img_001": 0.2,
    }
    run("write_dataframe_rows")
    assert len(list((tmp_path / "root_log_dir").glob("*_dataframe.json"))) == 2

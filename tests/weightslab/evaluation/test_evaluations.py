import random
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchmetrics
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

import weightslab as wl
from weightslab.errors import ArgumentError, StoreError, UnknownNameError
from weightslab.evaluation.evaluation_pass import EvaluationPass
from weightslab.experiment import Experiment, use

SAMPLES, CLASSES = 24, 3


def data(seed: int = 0) -> TensorDataset:
    x = torch.randn(SAMPLES, 4, generator=torch.Generator().manual_seed(seed))
    return TensorDataset(x, torch.arange(SAMPLES) % CLASSES)


class Script:
    """A small training as a user writes it."""

    def __init__(self, **loader: Any) -> None:
        torch.manual_seed(0)
        random.seed(0)
        np.random.seed(0)
        layers = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, CLASSES)
        self.model: Any = wl.watch_or_edit(nn.Sequential(*layers), flag="model")
        self.optimizer: Any = wl.watch_or_edit(
            torch.optim.SGD(self.model.parameters(), lr=0.1), flag="optimizer"
        )
        self.loss: Any = wl.watch_or_edit(
            nn.CrossEntropyLoss(reduction="none"), flag="loss", signal_name="loss"
        )
        options = {"batch_size": 8, "shuffle": True, **loader}
        self.train: Any = wl.watch_or_edit(data(), "train", flag="data", **options)
        self.val: Any = wl.watch_or_edit(data(1), "val", flag="data", batch_size=8)
        self.losses: list[float] = []
        self.stop = False

    def epoch(self) -> None:
        for inputs, ids, targets in self.train:
            if wl.run_pending_evaluation():
                continue
            self.on_batch(inputs, ids, targets)

    def on_batch(self, inputs: Any, ids: Any, targets: Any) -> None:
        self.optimizer.zero_grad()
        loss = self.loss(self.model(inputs), targets, batch_ids=ids).mean()
        loss.backward()
        self.optimizer.step()
        self.losses.append(float(loss.detach()))

    def forever(self) -> None:
        while not self.stop:
            self.epoch()


def ended(asked: EvaluationPass) -> EvaluationPass:
    assert asked.ended.wait(10)
    return asked


@pytest.fixture
def script(experiment: Experiment) -> Script:
    return Script()


@pytest.fixture
def running(experiment: Experiment) -> Any:
    script = Script()
    thread = threading.Thread(target=script.forever, daemon=True)
    thread.start()
    yield script
    script.stop = True
    experiment.control.resume()
    thread.join(5)
    assert not thread.is_alive()


def expected_loss(model: nn.Module, dataset: TensorDataset) -> float:
    model.eval()
    with torch.no_grad():
        loss = nn.functional.cross_entropy(model(dataset.tensors[0]), dataset.tensors[1])
    model.train()
    return float(loss)


def test_a_page_asks_while_training_runs(
    running: Script, experiment: Experiment, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = ended(experiment.evaluations.request("val", source="page"))
    assert asked.state == "done", asked.error
    assert experiment.control.wait_until_waiting(5)
    step = experiment.step
    assert asked.step == step
    assert (asked.done, asked.total) == (3, 3)
    assert asked.means["loss"] == pytest.approx(expected_loss(running.model, data(1)))
    assert running.model.training
    time.sleep(0.05)
    assert experiment.step == step
    assert experiment.control.paused
    line = f"[WeightsLab] Evaluation 'val' @ step {step} — loss={asked.means['loss']:.4f}\n"
    assert capfd.readouterr().out == line
    experiment.control.resume()
    while experiment.step == step:
        time.sleep(0.001)


def test_a_resume_meanwhile_waits_for_the_end_of_the_pass(
    running: Script, experiment: Experiment
) -> None:
    gate, inside = threading.Event(), threading.Event()

    @wl.eval_fn
    def slowly(loader: Any) -> None:
        for _ in loader:
            inside.set()
            assert gate.wait(5)

    asked = experiment.evaluations.request("val", source="page")
    assert inside.wait(5)
    step = experiment.step
    experiment.control.resume()
    time.sleep(0.05)
    assert experiment.step == step
    assert asked.state == "running"
    gate.set()
    assert ended(asked).state == "done"
    while experiment.step == step:
        time.sleep(0.001)


def test_loop_and_worker_together_run_each_pass_once(
    running: Script, experiment: Experiment
) -> None:
    markers = []
    for number in range(20):
        source = "page" if number % 2 else "code"
        asked = ended(experiment.evaluations.request("val", source=source))
        assert asked.state == "done", asked.error
        markers.append(asked.marker.rpartition("_")[2])
        experiment.control.resume()
    assert markers == [str(number + 1) for number in range(20)]
    assert len(experiment.evaluations.passes) == 20


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("loader", ["val", "train"])
@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_training_goes_on_as_if_there_had_been_no_evaluation(
    tmp_path: Path, own: bool, loader: str, workers: int
) -> None:
    told: list[Any] = []
    for evaluates in (False, True):
        experiment = Experiment(tmp_path / str(evaluates))
        experiment.strict = True
        former = use(experiment)
        generator = torch.Generator().manual_seed(5)
        script = Script(num_workers=workers, persistent_workers=workers > 0, generator=generator)
        script.model[1].eval()  # frozen
        wl.signal(name="every", subscribe_to="loss", compute_every_n_steps=4)(lambda ctx: 1.0)
        if own:

            @wl.eval_fn
            def disturb(managed: Any, script: Script = script) -> None:
                for inputs, targets, ids in managed:
                    script.loss(script.model(inputs), targets, batch_ids=ids)
                script.model.train()
                random.random(), np.random.random(), torch.rand(1)

        for epoch in range(3):
            for place, batch in enumerate(script.train):
                if evaluates and (epoch, place) in {(0, 1), (1, 0), (1, 2)}:
                    wl.request_evaluation(loader)
                    assert wl.run_pending_evaluation()
                    assert not script.model[1].training
                    assert script.model[2].training
                script.on_batch(*batch)
        signalled = wl.query_signal_history("every", wl.get_current_experiment_hash())
        numbers = random.random(), np.random.random(), torch.rand(1).item()
        told.append((script.losses, signalled, numbers))
        experiment.close()
        use(former)
    assert told[0] == told[1]
    assert told[0][1]


def test_a_place_in_the_training_loader_outlasts_an_evaluation_of_it(script: Script) -> None:
    walk = iter(script.train)
    next(walk)
    before = script.train.state_dict()["end"]
    wl.request_evaluation("train")
    assert wl.run_pending_evaluation()
    assert script.train.state_dict()["end"] == before == 8


def test_markers_count_on_after_a_restart_and_a_cancelled_one_keeps_its_own(
    tmp_path: Path,
) -> None:
    markers = []
    for _ in range(2):
        experiment = Experiment(tmp_path)
        former = use(experiment)
        Script()
        for cancels in (False, True, False):
            asked = wl.request_evaluation("val")

            @wl.eval_fn
            def evaluate(loader: Any, cancels: bool = cancels) -> None:
                for _, _, ids in loader:
                    wl.save_signals({"score": torch.ones(len(ids))}, ids)
                    if cancels:
                        current = wl.request_evaluation.__globals__["current"]
                        current().evaluations.cancel()

            assert wl.run_pending_evaluation()
            assert asked.state == ("cancelled" if cancels else "done")
            markers.append(asked.marker)
        h = wl.get_current_experiment_hash()
        rows = [len(wl.query_signal_history("score", marker)) for marker in markers]
        experiment.close()
        use(former)
    assert markers == [f"{h}_{number}" for number in range(1, 7)]
    assert rows == [SAMPLES, 8, SAMPLES] * 2


def test_history_of_a_pass_is_its_marker(script: Script, experiment: Experiment) -> None:
    script.epoch()
    asked = wl.request_evaluation("val")
    wl.run_pending_evaluation()
    experiment.flush()
    rows = experiment.history.reader.global_rows(signals=["loss"]).to_pylist()
    marked = [row for row in rows if row["experiment"] == asked.marker]
    assert [(row["step"], row["value"]) for row in marked] == [(3, asked.means["loss"])]
    assert len(rows) == 1 + 3
    h = wl.get_current_experiment_hash()
    assert len(wl.query_signal_history("loss", h)) == SAMPLES
    assert len(wl.query_signal_history("loss", asked.marker)) == SAMPLES


def test_what_an_evaluation_raises_is_told_with_its_line_and_kills_nothing(
    script: Script, experiment: Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    experiment.strict = False

    @wl.eval_fn
    def broken(loader: Any) -> None:
        for _ in loader:
            raise ZeroDivisionError("mine")

    asked = wl.request_evaluation("val")
    assert wl.run_pending_evaluation()
    assert asked.state == "failed"
    assert "ZeroDivisionError: mine" in str(asked.error)
    assert Path(__file__).name in str(asked.error)
    assert str(asked.error) in caplog.text
    assert script.model.training
    experiment.strict = True
    wl.request_evaluation("val")
    with pytest.raises(ZeroDivisionError):
        wl.run_pending_evaluation()


def test_ctrl_c_ends_the_pass_and_reaches_the_script(script: Script) -> None:
    @wl.eval_fn
    def interrupted(loader: Any) -> None:
        raise KeyboardInterrupt

    asked = wl.request_evaluation("val")
    with pytest.raises(KeyboardInterrupt):
        wl.run_pending_evaluation()
    assert asked.state == "cancelled"
    wl.request_evaluation("val")


def test_a_full_disk_fails_the_pass_and_not_the_training(
    script: Script, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment.strict = False

    def full(*_: Any, **__: Any) -> None:
        raise StoreError("no space")

    with monkeypatch.context() as patched:
        patched.setattr(experiment.history, "flush", full)
        asked = wl.request_evaluation("val")
        assert wl.run_pending_evaluation()
        assert asked.state == "failed"
    asked = wl.request_evaluation("val")
    assert wl.run_pending_evaluation()
    assert (asked.state, asked.marker[-2:]) == ("done", "_2")


def test_requests_that_cannot_be(script: Script, experiment: Experiment) -> None:
    with pytest.raises(UnknownNameError, match="there are: train, val"):
        wl.request_evaluation("nope")
    wl.request_evaluation("val")
    with pytest.raises(ArgumentError, match="pending still"):
        wl.request_evaluation("train")
    assert experiment.evaluations.cancel()
    assert not experiment.evaluations.cancel()
    assert not wl.run_pending_evaluation()
    with pytest.raises(ArgumentError):
        wl.eval_fn(3)  # type: ignore[type-var]


def test_an_eval_fn_may_be_decorated_before_the_folder_is_named(
    experiment: Experiment, tmp_path: Path
) -> None:
    wl.eval_fn(lambda loader: None)
    wl.watch_or_edit({"root_log_dir": str(tmp_path / "named")}, flag="hyperparameters")
    assert experiment.root == str(tmp_path / "named")


class Dicts(Dataset[Any]):
    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"x": torch.full((4,), float(index)), "mask": index % CLASSES, "idx": index + 100}


def test_dict_batches_and_loaders_that_are_not_watched(experiment: Experiment) -> None:
    script = Script()
    wl.watch_or_edit(Dicts(), "dicts", flag="data", batch_size=4)
    asked = wl.request_evaluation("dicts")
    assert wl.run_pending_evaluation()
    assert asked.means["loss"] > 0
    asked = wl.request_evaluation("val")
    bare = DataLoader(data(1), batch_size=8)
    assert wl.run_pending_evaluation({"val": bare}, model=script.model, device="cpu")
    assert (asked.state, asked.done) == ("done", 3)
    assert asked.means["loss"] == pytest.approx(expected_loss(script.model, data(1)))
    assert not wl.run_pending_evaluation([script.val])


def test_a_metric_that_computes_gives_its_own_result(experiment: Experiment) -> None:
    script = Script()
    metric: Any = wl.watch_or_edit(
        torchmetrics.classification.MulticlassF1Score(num_classes=CLASSES),
        flag="metric",
        signal_name="f1",
    )
    metric(torch.eye(CLASSES), torch.arange(CLASSES))
    asked = wl.request_evaluation("val")
    assert wl.run_pending_evaluation()
    script.model.eval()
    fresh = torchmetrics.classification.MulticlassF1Score(num_classes=CLASSES)
    with torch.no_grad():
        fresh.update(script.model(data(1).tensors[0]), data(1).tensors[1])
    assert asked.means["f1"] == pytest.approx(float(fresh.compute()))
    assert float(metric.compute()) == 1.0


def test_a_loss_that_cannot_take_part_is_left_out(
    script: Script, experiment: Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    experiment.strict = False
    wl.watch_or_edit(lambda only_one: only_one, flag="metric", signal_name="odd")
    asked = wl.request_evaluation("val")
    assert wl.run_pending_evaluation()
    assert list(asked.means) == ["loss"]
    assert caplog.text.count("leaves out 'odd'") == 1


def test_closing_cancels_what_runs(running: Script, experiment: Experiment) -> None:
    @wl.eval_fn
    def endless(loader: Any) -> None:
        while True:
            for _ in loader:
                time.sleep(0.001)

    asked = experiment.evaluations.request("val", source="page")
    while asked.state != "running":
        time.sleep(0.001)
    experiment.evaluations.close()
    assert ended(asked).state == "cancelled"

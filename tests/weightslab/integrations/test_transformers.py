from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import Dataset

import weightslab as wl
from weightslab.experiment import Experiment

transformers = pytest.importorskip("transformers")
from weightslab.integrations.transformers import LedgerCallback  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


class Rows(Dataset[dict[str, Any]]):
    def __len__(self) -> int:
        return 24

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"x": torch.full((3,), index / 24), "labels": torch.tensor(index % 2)}


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, x: Any, labels: Any) -> dict[str, Any]:
        logits = self.layer(x)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


def train(folder: Path, epochs: int = 2, resume: str | None = None, **options: Any) -> Any:
    arguments = transformers.TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=epochs,
        per_device_train_batch_size=4,
        logging_steps=1,
        eval_strategy="epoch",
        use_cpu=True,
        report_to="none",
        disable_tqdm=True,
        **{"save_strategy": "no", **options},
    )
    trainer = transformers.Trainer(
        model=Net(),
        args=arguments,
        train_dataset=Rows(),
        eval_dataset=Rows(),
        callbacks=[LedgerCallback()],
    )
    trainer.train(resume_from_checkpoint=resume)
    return trainer


def steps(experiment: Experiment, name: str) -> list[int]:
    experiment.flush()
    rows = experiment.history.reader.global_rows(signals=[name])
    return rows["step"].to_pylist()  # type: ignore[no-any-return]


def test_steps_are_counted_once_and_values_come_once(
    experiment: Experiment, tmp_path: Path
) -> None:
    trainer = train(tmp_path)
    assert trainer.model.get_age() == experiment.step == trainer.state.global_step == 12
    assert steps(experiment, "loss") == list(range(1, 13))
    assert steps(experiment, "eval_loss") == [6, 12]
    assert steps(experiment, "epoch") == []


def test_accumulated_gradients_are_one_step(experiment: Experiment, tmp_path: Path) -> None:
    trainer = train(tmp_path, gradient_accumulation_steps=3)
    assert experiment.step == trainer.state.global_step == 4
    assert steps(experiment, "loss") == [1, 2, 3, 4]


def test_a_checkpoint_holds_optimizer_and_scheduler(experiment: Experiment, tmp_path: Path) -> None:
    trainer = train(tmp_path)
    (scheduler,) = experiment.companions["optimizer"]
    assert scheduler is getattr(trainer.lr_scheduler, "scheduler", trainer.lr_scheduler)
    held = scheduler.state_dict()["last_epoch"]
    wl.save_checkpoint()
    scheduler.step()
    wl.load_checkpoint()
    assert scheduler.state_dict()["last_epoch"] == held
    assert experiment.hyperparameters is not None
    assert experiment.hyperparameters["learning_rate"] == pytest.approx(5e-5)


def test_going_on_from_the_trainers_checkpoint_keeps_the_age(
    experiment: Experiment, tmp_path: Path
) -> None:
    train(tmp_path, save_strategy="epoch")
    experiment.step = 0  # as in a new process
    trainer = train(tmp_path, 3, str(tmp_path / "checkpoint-12"))
    assert experiment.step == trainer.state.global_step == 18

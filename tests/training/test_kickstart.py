from pathlib import Path

import numpy as np
import pytest
import torch

from app.models.model_config import DynamicModelConfig
from app.training.checkpoints import load_trainer, save_trainer
from app.training.hyperparameters import Hyperparameters
from app.training.loss import advice_loss
from app.training.metrics import RecentGames, training_update
from app.training.ppo_trainer import PPOTrainer
from tests.training.run_folders import QUICK

SMALL = DynamicModelConfig(d_model=16, n_heads=2, n_layers=1, n_experts=2)
TAUGHT = {**QUICK, "kickstart_moves": 30_000, "td_moves": 12_288, "anneal": False}


def trainer(total_steps: int = 2560, seed: int = 0, **changes: object) -> PPOTrainer:
    settings = Hyperparameters.from_values({**TAUGHT, **changes})
    return PPOTrainer(SMALL, hyperparameters=settings, total_steps=total_steps, seed=seed)


def test_advice_is_cross_entropy_over_the_legal_moves() -> None:
    logits = torch.tensor([[1.0, 2.0, 9.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    masks = torch.tensor([[True, True, False, True], [True, False, False, True]])
    advice = torch.tensor([[0.5, 0.5, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    first = np.log(np.exp([1.0, 2.0, 0.0]).sum()) - 1.5
    expected = (first + np.log(2)) / 2
    assert advice_loss(logits, masks, advice).item() == pytest.approx(expected, rel=1e-5)
    assert advice_loss(logits, masks, advice * 3).item() == pytest.approx(3 * expected, rel=1e-5)


def test_without_a_teacher_nothing_is_told_of_one() -> None:
    assert trainer(kickstart_moves=0).update().kickstart is None


def test_the_teacher_learns_first_and_its_advice_fades() -> None:
    learner = trainer(kickstart_share=0.5, kickstart_coef=2.0)
    waiting = [learner.update() for _ in range(3)]
    assert learner.step == 0
    assert [report.kickstart.loss for report in waiting if report.kickstart] == [None] * 3
    assert not any(report.finished for report in waiting)
    weights = []
    while not learner.complete:
        report = learner.update().kickstart
        assert report is not None
        assert report.teacher_score is not None
        assert (report.loss is None) == (report.weight == 0)
        weights.append(report.weight)
    assert weights == pytest.approx([max(0.0, 2 - 4 * at / 20) for at in range(20)])


def test_a_message_may_tell_of_both_phases() -> None:
    learner = trainer(kickstart_share=1.0)
    reports = [learner.update() for _ in range(4)]
    message = training_update(
        reports,
        RecentGames(),
        step=1,
        update=4,
        steps_per_second=1.0,
        algorithm=learner.algorithm,
        progress={},
    )
    assert message["loss"]["value"] is not None


def test_a_network_comes_to_play_as_it_is_told() -> None:
    more = {"n_envs": 32, "minibatch": 128, "learning_rate": 0.003}
    learner = trainer(10**9, kickstart_coef=10.0, **more)
    reports = [learner.update().kickstart for _ in range(33)]
    losses = [report.loss for report in reports if report and report.loss is not None]
    assert np.mean(losses[-8:]) < 0.97 * np.mean(losses[:8])


@pytest.mark.parametrize("before", [1, 4])
def test_a_resumed_training_goes_on_bit_for_bit(tmp_path: Path, before: int) -> None:
    """In the middle of the teacher's learning, and while it advises."""
    straight, recent = trainer(), RecentGames()
    for _ in range(before):
        recent.add(straight.update().finished)
    info = save_trainer(tmp_path, straight, recent, {})
    resumed = trainer(seed=7)
    load_trainer(info.path, resumed, RecentGames())
    reports = [[learner.update() for _ in range(5)] for learner in (straight, resumed)]
    assert reports[0] == reports[1]
    for one, other in zip(straight.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_checkpoint_without_a_teacher_can_get_one(tmp_path: Path) -> None:
    alone, recent = trainer(kickstart_moves=0), RecentGames()
    recent.add(alone.update().finished)
    info = save_trainer(tmp_path, alone, recent, {})
    taught = trainer()
    load_trainer(info.path, taught, RecentGames())
    assert taught.step == alone.step
    assert taught.kickstart.teaching

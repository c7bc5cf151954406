import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from app.environment.rewards import SCORE_UNIT
from app.models.game_transformer import GameTransformer
from app.models.model_config import DynamicModelConfig
from app.training.checkpoints import load_trainer, save_trainer
from app.training.guard import NonFiniteError
from app.training.hyperparameters import Hyperparameters
from app.training.metrics import RecentGames
from app.training.ppo_trainer import PPOTrainer
from app.training.rollout import FinishedGame, Rollout
from tests.training.run_folders import QUICK, make_run, make_trainer
from weightslab.checkpoints import CheckpointDamagedError

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "short_training.json"
SMALL = DynamicModelConfig(d_model=16, n_heads=2, n_layers=1, n_experts=2)


def small_trainer(**changes: object) -> PPOTrainer:
    return PPOTrainer(SMALL, hyperparameters=Hyperparameters.from_values({**QUICK, **changes}))


def weights_of(trainer: PPOTrainer) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in trainer.model.state_dict().items()}


def same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(left[name], right[name]) for name in left)


def test_the_losses_of_a_short_training_are_the_golden_ones(tmp_path: Path) -> None:
    """`MODEL_STUDIO_WRITE_GOLDEN=1 pytest <this file>` writes them anew; explain the difference."""
    trainer = make_trainer(make_run(tmp_path))
    rows = []
    for _ in range(6):
        report = trainer.update()
        losses = (report.policy_loss, report.value_loss, report.entropy, report.aux_loss)
        rows.append([*losses, trainer.rollout.boards_SNC.sum().item()])
    if os.environ.get("MODEL_STUDIO_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps({"columns": "policy value entropy aux boards", "rows": rows}))
    golden = json.loads(GOLDEN.read_text())["rows"]
    np.testing.assert_allclose(rows, golden, atol=1e-5, rtol=1e-5)


@pytest.mark.slow
def test_it_learns_to_score_more_than_random_play() -> None:
    trainer = PPOTrainer(
        SMALL,
        hyperparameters=Hyperparameters.from_values(
            {"n_envs": 64, "n_steps": 16, "minibatch": 256, "anneal": False, "warmup_steps": 0}
        ),
    )
    scores: list[int] = []
    for _ in range(70):
        scores += [game.score for game in trainer.update().finished]
    assert np.mean(scores[:100]) < 1400
    assert np.mean(scores[-100:]) > 1500


def test_the_config_alone_makes_a_trainer() -> None:
    trainer = PPOTrainer(config=SMALL)
    assert trainer.model.moe_layers()
    assert trainer.total_steps == 2_000_000


@pytest.mark.parametrize("template", ["residual-experts", "everything"])
def test_a_resumed_training_goes_on_bit_for_bit(tmp_path: Path, template: str) -> None:
    folder = make_run(tmp_path, template=template)
    straight, recent = make_trainer(folder), RecentGames()
    for _ in range(2):
        recent.add(straight.update().finished)
    info = save_trainer(tmp_path / "checkpoints", straight, recent, {})
    reports = [straight.update() for _ in range(3)]

    torch.manual_seed(99)
    resumed, recent_again = make_trainer(folder), RecentGames()
    resumed.update()
    load_trainer(info.path, resumed, recent_again)
    assert [resumed.update() for _ in range(3)] == reports
    assert (resumed.step, resumed.update_count) == (straight.step, straight.update_count)
    assert same(weights_of(resumed), weights_of(straight))
    assert recent_again.as_document() == recent.as_document()


def test_another_number_of_games_keeps_weights_and_begins_new_games(tmp_path: Path) -> None:
    trainer, recent = small_trainer(), RecentGames()
    trainer.update()
    info = save_trainer(tmp_path, trainer, recent, {})
    other = small_trainer(n_envs=4)
    load_trainer(info.path, other, recent)
    assert same(weights_of(trainer), weights_of(other))
    other.update()


def test_a_damaged_checkpoint_changes_nothing(tmp_path: Path) -> None:
    trainer = small_trainer()
    info = save_trainer(tmp_path, trainer, RecentGames(), {})
    file = info.path / "optimizer.safetensors"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    other = small_trainer()
    other.update()
    before = weights_of(other)
    with pytest.raises(CheckpointDamagedError, match=r"optimizer\.safetensors"):
        load_trainer(info.path, other, RecentGames())
    assert same(weights_of(other), before)


@pytest.mark.parametrize("poison", [math.nan, math.inf])
def test_a_weight_that_is_no_number_is_never_saved(tmp_path: Path, poison: float) -> None:
    trainer = small_trainer()
    with torch.no_grad():
        next(iter(trainer.model.parameters()))[0, 0] = poison
    with pytest.raises(NonFiniteError):
        save_trainer(tmp_path, trainer, RecentGames(), {})
    assert not list(tmp_path.iterdir())


def test_an_answer_that_is_no_number_ends_the_play() -> None:
    trainer = small_trainer()
    before = weights_of(trainer)
    head = trainer.model.action.head
    assert isinstance(head, nn.Linear)
    with torch.no_grad():
        head.bias[0] = math.nan
    with pytest.raises(NonFiniteError, match="policy_logits"):
        trainer.update()
    with torch.no_grad():
        head.bias[0] = 0.0
    assert same(weights_of(trainer), before)
    trainer.update()


def played(rollout: Rollout, model: GameTransformer) -> list[FinishedGame]:
    model.eval()
    finished = [game for step in range(rollout.n_steps) for game in rollout.play(step, model)]
    rollout.judge(model)
    return finished


def poison_gradient(name: str) -> Callable[[PPOTrainer], None]:
    def poison(trainer: PPOTrainer) -> None:
        parameter = dict(trainer.model.named_parameters())[name]
        parameter.register_hook(lambda gradient: gradient * math.nan)

    return poison


def poison_returns(trainer: PPOTrainer) -> None:
    rollout, estimate = trainer.rollout, trainer.rollout.estimate

    def poisoned(gamma: float, gae_lambda: float) -> None:
        estimate(gamma, gae_lambda)
        rollout.returns_SN[:] = math.inf

    rollout.estimate = poisoned  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("poison", "tensor"),
    [
        (poison_gradient("attend.0.qkv.weight"), "attend.0.qkv.weight.grad"),
        (poison_returns, "value"),
    ],
)
def test_a_step_that_is_no_number_is_not_applied(
    poison: Callable[[PPOTrainer], None], tensor: str
) -> None:
    trainer = small_trainer()
    poison(trainer)
    before = weights_of(trainer)
    with pytest.raises(NonFiniteError) as caught:
        trainer.update()
    assert caught.value.tensor == tensor
    assert same(weights_of(trainer), before)


def test_the_learning_rate_falls_to_zero_and_may_change() -> None:
    settings = Hyperparameters.from_values({**QUICK, "learning_rate": 0.01})
    trainer = PPOTrainer(SMALL, hyperparameters=settings, total_steps=4 * 128)
    rates = [trainer.update().learning_rate for _ in range(3)]
    trainer.hyperparameters = settings.changed({"anneal": False, "learning_rate": 0.5})
    rates.append(trainer.update().learning_rate)
    assert rates == pytest.approx([0.01, 0.0075, 0.005, 0.5])
    assert trainer.complete


def test_truncated_games_are_valued_on_their_last_board() -> None:
    trainer = small_trainer()
    rollout = Rollout(8, 16, seed=0, reward_scale=0.1, max_game_steps=5)
    played(rollout, trainer.model)
    assert rollout.truncated_SN.sum() == 8 * 3
    assert not rollout.terminated_SN.any()
    assert (rollout.final_values_SN[rollout.truncated_SN] != 0).all()


def test_a_check_in_may_end_an_update_and_training_goes_on() -> None:
    class EnoughError(Exception):
        pass

    trainer, calls = small_trainer(), 0

    def check_in() -> None:
        nonlocal calls
        calls += 1
        if calls in (5, 22):
            raise EnoughError

    for _ in range(2):
        with pytest.raises(EnoughError):
            trainer.update(check_in)
    trainer.update()


def test_auxiliary_heads_are_told_each_and_learn(tmp_path: Path) -> None:
    trainer = make_trainer(make_run(tmp_path, template="everything"))
    heads = trainer.model.aux_heads()
    assert heads
    reports = [trainer.update() for _ in range(8)]
    for report in reports:
        assert report.aux_by_component.keys() == heads.keys()
        balancing = -report.lb_reward  # of the last minibatch
        told = sum(report.aux_by_component.values())
        assert report.aux_loss == pytest.approx(told + balancing, abs=0.02)
    for component in heads:
        first, last = (reports[at].aux_by_component[component] for at in (0, -1))
        assert last < first


def test_an_auxiliary_loss_that_is_no_number_is_not_applied(tmp_path: Path) -> None:
    trainer = make_trainer(make_run(tmp_path, template="everything"))
    head = next(iter(trainer.model.aux_heads().values()))
    with torch.no_grad():
        head.head.bias[0] = math.nan
    before = [weight.detach().clone().nan_to_num() for weight in trainer.model.parameters()]
    with pytest.raises(NonFiniteError) as caught:
        trainer.update()
    assert caught.value.tensor == "aux"
    after = [weight.detach().nan_to_num() for weight in trainer.model.parameters()]
    assert all(torch.equal(old, new) for old, new in zip(before, after, strict=True))


def test_usage_and_balance_are_told() -> None:
    report = small_trainer().update()
    (usage,) = report.expert_usage.values()
    assert sum(usage) == pytest.approx(1.0)
    assert -0.03 < report.lb_reward <= -0.0099


def test_the_learning_rate_rises_first() -> None:
    trainer = small_trainer(warmup_steps=512, anneal=False, learning_rate=0.01)
    rates = [trainer.update().learning_rate for _ in range(5)]
    assert rates == pytest.approx([0.0025, 0.005, 0.0075, 0.01, 0.01])


@pytest.mark.parametrize("kind", ["log2", "score"])
def test_a_rollout_rewards_moves_as_it_is_told(kind: str) -> None:
    rollout = Rollout(4, 64, seed=0, reward_scale=0.5, reward=kind)
    score = 0.0
    finished = played(rollout, small_trainer().model)
    for rewards_N in rollout.rewards_SN / 0.5:
        merged_N = 2.0**rewards_N if kind == "log2" else rewards_N * SCORE_UNIT
        score += float(merged_N[rewards_N > 0].sum())
    scores = [*rollout.games.arrays.scores, *(game.score for game in finished)]
    assert score == pytest.approx(sum(scores), rel=1e-5)

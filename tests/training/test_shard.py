from pathlib import Path

import pytest
import torch

from app.models.model_config import DynamicModelConfig
from app.training import ppo_trainer
from app.training.hyperparameters import Hyperparameters
from app.training.ppo_trainer import PPOTrainer
from app.training.trainer import UpdateReport
from tests.training.run_folders import QUICK, make_run, make_trainer

SETTINGS = {**QUICK, "minibatch": 50, "epochs": 2}  # the last minibatch of 128 boards is smaller


def trained(trainer: PPOTrainer, updates: int = 3) -> tuple[list[UpdateReport], torch.Tensor]:
    reports = [trainer.update() for _ in range(updates)]
    return reports, trainer.flat.values_W.detach().clone()


@pytest.mark.parametrize("template", ["residual-experts", "everything"])
def test_cores_do_not_change_what_is_learnt(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for cores in (1, 2):
        monkeypatch.setattr(ppo_trainer, "usable_cores", lambda cores=cores: cores)
        trainer = make_trainer(
            make_run(tmp_path / str(cores), template=template, hyperparameters=SETTINGS)
        )
        # What draws random numbers does so in one process, whatever the cores.
        assert trainer.crew.apart == (template != "everything" and cores == 2)
        results.append(trained(trainer))
    assert results[0][0] == results[1][0]
    assert torch.equal(results[0][1], results[1][1])


def test_two_shards_learn_what_one_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    config = DynamicModelConfig(d_model=16, n_heads=2, n_layers=1)
    results = []
    for shards in (1, 2, 3):
        monkeypatch.setattr(ppo_trainer, "SHARDS", shards)
        trainer = PPOTrainer(config, hyperparameters=Hyperparameters.from_values(SETTINGS))
        assert len(trainer.shards) == shards
        results.append(trained(trainer, updates=1))
    for reports, weights in results[1:]:
        assert reports[0].policy_loss == pytest.approx(results[0][0][0].policy_loss, abs=1e-5)
        assert reports[0].value_loss == pytest.approx(results[0][0][0].value_loss, abs=1e-5)
        assert reports[0].grad_norm == pytest.approx(results[0][0][0].grad_norm, rel=1e-3)
        torch.testing.assert_close(weights, results[0][1], atol=2e-4, rtol=0)


def test_a_minibatch_of_one_board_is_learnt() -> None:
    config = DynamicModelConfig(d_model=8, n_heads=1)
    settings = Hyperparameters.from_values({**QUICK, "n_envs": 1, "n_steps": 17, "minibatch": 16})
    trainer = PPOTrainer(config, hyperparameters=settings)
    assert trainer.update().policy_loss is not None
    assert trainer.gradient_steps == 2


def test_shards_count_experts_together_and_share_their_biases() -> None:
    trainer = PPOTrainer(
        DynamicModelConfig(d_model=8, n_heads=1, n_experts=3),
        hyperparameters=Hyperparameters.from_values(QUICK),
    )
    layers = [shard.model.moe_layers()["experts"] for shard in trainer.shards]
    for layer, bias, count in zip(layers, (0.25, 0.75), (1, 2), strict=True):
        layer.balance_bias_E = torch.full((3,), bias)
        layer._routed_E = torch.tensor([count, count, 0])
    trainer.model.absorb([shard.model for shard in trainer.shards[1:]])
    assert [
        layer.balance_bias_E.tolist() for layer in layers if layer.balance_bias_E is not None
    ] == [[0.5] * 3] * 2
    assert layers[0]._routed_E.tolist() == [3, 3, 0]
    assert layers[1]._routed_E.tolist() == [0, 0, 0]


def test_both_forms_of_the_loss_leave_the_same_gradient() -> None:
    trainer = PPOTrainer(
        DynamicModelConfig(d_model=8, n_heads=1, n_layers=1, n_experts=2),
        hyperparameters=Hyperparameters.from_values(QUICK),
    )
    trainer.update()
    shard, batch = trainer.shards[0], trainer.shards[0].batch_P
    gradients, numbers = [], []
    for add in (shard._add_on_cpu, shard._add_on_gpu):
        shard.flat.gradient_W.zero_()
        logits_MA, values_M = shard.model(batch["boards"].long())
        others = torch.stack([shard.model.latest_lb_loss, shard.model.latest_aux_loss])
        numbers.append(add(logits_MA, values_M, others, batch, 0.5, trainer.hyperparameters))
        gradients.append(shard.flat.gradient_W.clone())
    assert float(gradients[0].norm()) > 0.01
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-6, rtol=1e-4)
    assert numbers[0] == pytest.approx(numbers[1], abs=1e-5)

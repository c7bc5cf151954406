import pytest
import torch

from app.models.model_config import DynamicModelConfig
from app.training.compute import Compute, NoSuchDeviceError
from app.training.hyperparameters import Hyperparameters
from app.training.ppo_trainer import PPOTrainer
from tests.training.run_folders import QUICK

SMALL = DynamicModelConfig(d_model=16, n_heads=2, n_layers=1, n_experts=2)
GPU = torch.cuda.is_available()


def trained(**settings: object) -> PPOTrainer:
    trainer = PPOTrainer(SMALL, hyperparameters=Hyperparameters.from_values(QUICK | settings))
    trainer.update()
    return trainer


def test_auto_is_a_gpu_with_half_precision_or_a_cpu_with_full() -> None:
    chosen = Compute.chosen("auto", "auto")
    assert chosen.device.type == ("cuda" if GPU else "cpu")
    assert chosen.dtype is (torch.bfloat16 if GPU else torch.float32)
    assert Compute.chosen("cpu", "bfloat16").dtype is torch.bfloat16


@pytest.mark.skipif(GPU, reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_told() -> None:
    with pytest.raises(NoSuchDeviceError, match="no GPU"):
        Compute.chosen("cuda", "auto")


def test_half_precision_learns_nearly_the_same() -> None:
    exact, half = trained(device="cpu"), trained(device="cpu", precision="bfloat16")
    assert half.flat.values_W.dtype is torch.float32
    difference = (exact.flat.values_W - half.flat.values_W).detach().abs().max()
    assert 0 < float(difference) < 0.02


@pytest.mark.skipif(not GPU, reason="there is no GPU")
def test_a_gpu_trains_and_goes_on_from_a_checkpoint() -> None:
    trainer = trained(device="cuda")
    other = PPOTrainer(SMALL, hyperparameters=trainer.hyperparameters)
    other.model.load_state_dict(trainer.model.state_dict())
    other.restore(trainer.state())
    assert other.update().policy_loss == pytest.approx(trainer.update().policy_loss, abs=1e-2)
    assert trainer.flat.values_W.device.type == "cuda"

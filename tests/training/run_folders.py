"""Run folders as the server prepares them, for tests of the worker and of exports."""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch

from app.designs.codegen import generate_model_code
from app.training.checkpoints import save_trainer
from app.training.metrics import RecentGames
from app.training.ppo_trainer import PPOTrainer
from app.training.run_folder import read_run

TEMPLATES = Path(__file__).resolve().parents[2] / "spec" / "templates"
QUICK: dict[str, Any] = {
    **{"n_envs": 8, "n_steps": 16, "minibatch": 64, "epochs": 1, "warmup_steps": 0},
    "entropy_floor": 0.0,  # so little play soon makes the network sure of itself
}


def template_design(template: str) -> dict[str, Any]:
    design: dict[str, Any] = json.loads((TEMPLATES / f"{template}.json").read_text())["design"]
    return {"id": "0" * 32, **design}


def make_run(
    folder: Path,
    *,
    template: str = "starter-moe",
    total_steps: int = 10_000_000,
    minutes: float | None = None,
    hyperparameters: dict[str, Any] | None = None,
    resume_from: Path | None = None,
) -> Path:
    design = template_design(template)
    generated = generate_model_code(design)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.py").write_text(generated.source)
    order = {
        "run_id": folder.name,
        "design_id": design["id"],
        "design": design,
        "source_sha256": hashlib.sha256(generated.source.encode()).hexdigest(),
        "config": generated.config,
        "total_steps": total_steps,
        "minutes": minutes,
        "seed": 3,
        "hyperparameters": QUICK | (hyperparameters or {}),
        "resume_from": {"path": str(resume_from)} if resume_from else None,
    }
    (folder / "run.json").write_text(json.dumps(order))
    return folder


def make_trainer(folder: Path) -> PPOTrainer:
    run = read_run(folder)
    torch.manual_seed(run.seed)
    return PPOTrainer(
        run.model_config(),
        run.build_model(),
        run.hyperparameters,
        total_steps=run.total_steps,
        seed=run.seed,
    )


def train_in_place(folder: Path, *, updates: int) -> str:
    """Train a little in this process; return the name of the checkpoint."""
    trainer, recent = make_trainer(folder), RecentGames()
    for _ in range(updates):
        recent.add(trainer.update().finished)
    config = read_run(folder).config
    return save_trainer(folder / "checkpoints", trainer, recent, config).name

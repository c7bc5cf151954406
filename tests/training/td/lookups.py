"""A small design whose value is looked up, and its learner."""

from pathlib import Path

import torch

from app.designs.codegen import generate_model_code
from app.models.game_transformer import GameTransformer
from app.models.loader import load_model_class
from app.training.hyperparameters import Hyperparameters
from app.training.td.lookup_trainer import LookupTrainer
from tests.training.run_folders import template_design

QUICK = {"n_envs": 4, "td_moves": 1024}


def lookup_model(
    folder: Path, seed: int = 0, orientation: str = "as_is", **props: object
) -> GameTransformer:
    """The n-tuple template with other props."""
    design = template_design("n-tuple")
    design["components"][0]["props"]["orientation"] = orientation
    design["components"][1]["props"] |= {"tile_values": 6, **props}
    code = generate_model_code(design)
    path = folder / "lookup.py"
    path.write_text(code.source)
    torch.manual_seed(seed)
    model: GameTransformer = load_model_class(path, None)(**code.config)
    return model


def lookup_trainer(folder: Path, seed: int = 5, **props: object) -> LookupTrainer:
    """Its learner."""
    model = lookup_model(folder, **props)
    settings = Hyperparameters.from_values(QUICK)
    return LookupTrainer(model.config, model, settings, total_steps=10**9, seed=seed)

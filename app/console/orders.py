"""The order of a run as the console gives it: a new run folder, or one to go on with."""

from __future__ import annotations

import json
import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.console.designs import read_design
from app.console.run_folders import TrainedRun
from app.designs import generate_model_code
from app.errors import CommandError, RunRequestError, StudioError
from app.json_values import JsonObject
from app.services.checkpoint_files import find_checkpoint
from app.services.generated_files import sha256_of
from app.services.run_request import RunNumbers, RunWish, check_teaching, check_wish
from app.services.teacher_files import copy_teacher
from app.training.training_manager import ExternalTrainer
from weightslab.atomic_files import write_file

RUNS = Path("runs")


@dataclass(frozen=True)
class Order:
    """What to train, in which folder, from which checkpoint (None: from the start)."""

    folder: Path
    trainer: ExternalTrainer
    checkpoint: Path | None


def new_order(
    given: str, wish: RunWish, out: Path | None, teacher: TrainedRun | None = None
) -> Order:
    """Compile a design into a new run folder.

    Args:
        teacher: a checkpoint to learn from at first.

    Raises:
        CommandError: the design, a number, the teacher or the folder cannot be used.
    """
    design = read_design(given)
    numbers = _checked(wish)
    if teacher is not None:
        _check_teaching(numbers, design)
    generated = generate_model_code(design)
    folder = (out or _new_folder(str(design["name"]))).resolve()
    if (folder / "run.json").exists():
        raise CommandError(f"{folder} holds a run: give another --out, or --resume {folder}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / "model.py", generated.source.encode())
    except OSError as error:
        raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
    if teacher is not None:
        _copy_teacher(teacher, folder)
    design["id"] = design["id"] or uuid.uuid4().hex
    trainer = ExternalTrainer(
        run_id=uuid.uuid4().hex,
        design_id=str(design["id"]),
        design=design,
        source_sha256=sha256_of(generated.source),
        config=generated.config,
        **vars(numbers),
    )
    return Order(folder, trainer, None)


def resumed_order(folder: Path, wish: RunWish) -> Order:
    """Go on with the run in a folder; what the wish leaves open stays as it was.

    Raises:
        CommandError: there is no run in it, or a number cannot be used.
    """
    folder = folder.resolve()
    before = ExternalTrainer(**_read_order(folder))
    parent = RunNumbers(before.total_steps, before.minutes, before.seed, before.hyperparameters)
    trainer = replace(before, **vars(_checked(wish, parent)))
    checkpoint = find_checkpoint(folder, None)
    return Order(folder, trainer, checkpoint.path if checkpoint else None)


def read_settings_given(given: Sequence[str]) -> JsonObject:
    """`NAME=VALUE` pairs; values are JSON, and text where they are not.

    Raises:
        CommandError: one of them has no `=`.
    """
    settings: dict[str, Any] = {}
    for pair in given:
        name, separator, text = pair.partition("=")
        if not separator:
            raise CommandError(f"--set {pair} has no value: write --set {pair}=VALUE.")
        try:
            settings[name] = json.loads(text)
        except ValueError:
            settings[name] = text
    return settings


def _checked(wish: RunWish, parent: RunNumbers | None = None) -> RunNumbers:
    try:
        return check_wish(wish, parent)
    except RunRequestError as error:
        raise CommandError(" ".join(error.members["errors"])) from error


def _check_teaching(numbers: RunNumbers, design: JsonObject) -> None:
    try:
        check_teaching(numbers.hyperparameters, design)
    except RunRequestError as error:
        raise CommandError(str(error)) from error


def _copy_teacher(teacher: TrainedRun, folder: Path) -> None:
    try:
        copy_teacher(teacher.folder, teacher.checkpoint, folder)
    except StudioError as error:
        raise CommandError(f"{teacher.folder} cannot teach: {error}") from error


def _read_order(folder: Path) -> JsonObject:
    known = {field.name for field in fields(ExternalTrainer)}
    try:
        order = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        return {name: value for name, value in order.items() if name in known}
    except (OSError, ValueError, AttributeError) as error:
        raise CommandError(f"{folder} holds no run: it has no readable run.json.") from error


def _new_folder(name: str) -> Path:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "design"
    return RUNS / f"{slug}-{datetime.now():%Y%m%d-%H%M%S}"

"""Writes a checkpoint as a file to take away, in a process of its own.

`python -m app.models.export --run-dir DIR --checkpoint step_000000010240 --fmt onnx --out FILE`
ends with one line of JSON: {"ok": true, "sha256", "max_abs_diff"} or {"ok": false, "code",
"message"}. The file appears whole or not at all; an ONNX file only after it agreed with torch.
"""

import argparse
import json
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from app.models.blocks import MoELayer
from app.models.game_transformer import GameTransformer
from app.models.loader import ModelSourceError, load_model_class
from weightslab.atomic_files import replaced_file
from weightslab.checkpoints import (
    CheckpointDamagedError,
    CheckpointInfo,
    file_sha256,
    verify_checkpoint,
)

ONNX_OPSET = 17
TOLERANCE = 1e-4
ROUNDING_MARGIN = 1e-5  # experts whose probabilities are closer may be chosen either way
CHECKED_BATCHES = (1, 5, 64)
MODEL_FILE = "model.safetensors"


class ExportError(Exception):
    """The file cannot be made; `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Exportable:
    """What a file is made of."""

    run: Mapping[str, Any]  # run.json
    source: Path
    weights: Path
    checkpoint: CheckpointInfo

    def load_model(self) -> GameTransformer:
        """The model with the checkpoint's weights, in the form that ONNX can express."""
        model = load_model_class(self.source, self.run["source_sha256"])(**self.run["config"])
        model.load_state_dict(load_file(self.weights))
        return model.use_export_form()

    def design_json(self) -> str:
        """The design as it was trained."""
        return json.dumps(self.run["design"], ensure_ascii=False)

    def labels(self) -> dict[str, str]:
        """What a file says of itself; all text, as ONNX and safetensors have it."""
        return {
            "producer": "Model Studio",
            "design": self.design_json(),
            "config": json.dumps(self.run["config"], ensure_ascii=False),
            "step": str(self.checkpoint.step),
            "source_sha256": self.run["source_sha256"],
        }


def open_exportable(run_dir: Path, checkpoint: str) -> Exportable:
    """Read what one checkpoint of a run needs.

    Raises:
        ExportError: run.json cannot be read.
        CheckpointDamagedError: a digest differs.
    """
    try:
        run = json.loads((run_dir / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError("export.run", "The run's order cannot be read.") from error
    folder = run_dir / "checkpoints" / Path(checkpoint).name
    info = verify_checkpoint(folder)
    return Exportable(run, run_dir / "model.py", folder / MODEL_FILE, info)


def export(exportable: Exportable, fmt: str, out: Path) -> float | None:
    """Write `out`; return the largest difference between ONNX and torch, None for other formats.

    Raises:
        ExportError: the ONNX file disagrees with torch.
        OSError: the disk is full or refuses; nothing is left at `out`.
    """
    with replaced_file(out) as temporary:
        return _WRITERS[fmt](exportable, temporary)


def _write_py(exportable: Exportable, path: Path) -> None:
    load_model_class(exportable.source, exportable.run["source_sha256"])  # checks the digest
    shutil.copyfile(exportable.source, path)


def _write_safetensors(exportable: Exportable, path: Path) -> None:
    save_file(load_file(exportable.weights), path, metadata=exportable.labels())


def _write_pt(exportable: Exportable, path: Path) -> None:
    """A plain dictionary: `torch.load(path, weights_only=True)` reads it."""
    content = {
        "model_state_dict": load_file(exportable.weights),
        "config": dict(exportable.run["config"]),
        "design": exportable.design_json(),
        "step": exportable.checkpoint.step,
    }
    torch.save(content, path)


def _write_onnx(exportable: Exportable, path: Path) -> float:
    return write_onnx(exportable.load_model(), path, exportable.labels())


def write_onnx(model: GameTransformer, path: Path, labels: Mapping[str, str]) -> float:
    """Write a model in its export form; return how far the file is from torch at most.

    Raises:
        ExportError: see compare_with_torch.
    """
    example = _random_boards(2, seed=0)
    with warnings.catch_warnings():
        # torch prefers its newer exporter; docs/adr says why this one is used.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (example,),
            str(path),
            input_names=["board"],
            output_names=["policy_logits", "value"],
            dynamic_axes={name: {0: "batch"} for name in ("board", "policy_logits", "value")},
            opset_version=ONNX_OPSET,
            dynamo=False,
        )
    _label_onnx(path, labels)
    return compare_with_torch(model, path)


def _label_onnx(path: Path, labels: Mapping[str, str]) -> None:
    file = onnx.load(path)
    onnx.helper.set_model_props(file, dict(labels))
    onnx.checker.check_model(file, full_check=True)
    onnx.save(file, path)


@torch.inference_mode()
def compare_with_torch(model: GameTransformer, onnx_path: Path) -> float:
    """The largest absolute difference over random boards, in batches of several sizes.

    Boards on which two experts are as likely as rounding errors allow are left out: there both
    runtimes are right.

    Raises:
        ExportError: it is more than TOLERANCE, or not a number.
    """
    session = onnxruntime.InferenceSession(str(onnx_path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for batch in CHECKED_BATCHES:
        boards_BT = _random_boards(batch, seed=batch)
        with _routing_margins(model) as margins:
            logits_BA, values_B = model(boards_BT)
        # A design that plays by afterstates routes four boards for each one that it is asked for.
        by_board = [margin.reshape(batch, -1).amin(1) for margin in margins]
        clear_B = torch.stack([torch.ones(batch), *by_board]).amin(0) > ROUNDING_MARGIN
        answers = session.run(["policy_logits", "value"], {"board": boards_BT.numpy()})
        for ours, theirs in zip((logits_BA, values_B), answers, strict=True):
            difference = (ours - torch.from_numpy(theirs))[clear_B].abs()
            worst = max(worst, float(difference.amax()) if len(difference) else 0.0)
            if not bool((difference <= TOLERANCE).all()):
                raise ExportError(
                    "export.disagrees", f"The ONNX file differs from torch by {worst:.2g}."
                )
    return worst


@contextmanager
def _routing_margins(model: GameTransformer) -> Iterator[list[Tensor]]:
    """Collects every MoE block's routing margin [B] during a forward pass."""
    margins: list[Tensor] = []

    def note_margin(block: MoELayer, inputs: tuple[Tensor, ...]) -> None:
        margins.append(block.routing_margin(inputs[0]))

    hooks = [b.register_forward_pre_hook(note_margin) for b in model.moe_layers().values()]
    try:
        yield margins
    finally:
        for hook in hooks:
            hook.remove()


def _random_boards(batch: int, seed: int) -> Tensor:
    """Boards int64 [B, 16] with every exponent from 0 to 17."""
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 18, size=(batch, 16)))


_WRITERS: Mapping[str, Callable[[Exportable, Path], float | None]] = {
    "onnx": _write_onnx,
    "pt": _write_pt,
    "py": _write_py,
    "safetensors": _write_safetensors,
}


def main(arguments: Sequence[str]) -> int:
    """Export and print one line of JSON; 0 when the file is there."""
    options = _options(arguments)
    try:
        exportable = open_exportable(options.run_dir, options.checkpoint)
        difference = export(exportable, options.fmt, options.out)
        answer: dict[str, Any] = {"ok": True, "sha256": file_sha256(options.out)}
        answer["max_abs_diff"] = difference
    except (ExportError, ModelSourceError) as error:
        answer = {"ok": False, "code": error.code, "message": str(error)}
    except CheckpointDamagedError as error:
        answer = {"ok": False, "code": "checkpoint.damaged", "message": f"{error}."}
    except OSError as error:
        message = f"{options.out.name} could not be written: {error.strerror or error}."
        answer = {"ok": False, "code": "export.disk", "message": message}
    except (RuntimeError, MemoryError) as error:
        message = f"The model could not be exported: {str(error).splitlines()[0][:300]}"
        answer = {"ok": False, "code": "export.failed", "message": message}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if answer["ok"] else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.models.export", description=__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="folder with run.json")
    parser.add_argument("--checkpoint", required=True, help="name of the checkpoint's folder")
    parser.add_argument("--fmt", choices=sorted(_WRITERS), required=True)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

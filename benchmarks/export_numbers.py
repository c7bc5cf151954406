"""The size of an exported file and the time of a move against what the estimate says.

`python benchmarks/export_numbers.py` exports the designs of benchmarks/memory.py with random
weights and runs each on one board and one thread. A phone is taken to be WASM_FACTOR x PHONE_FACTOR
times as slow as this process (docs/adr has why); 1 where a size is off by over 5 % and 4 kB.
"""

import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from memory import designs

from app.designs import generate_model_code
from app.designs.validate import validate_document
from app.models.export import write_onnx
from app.models.game_transformer import GameTransformer
from app.models.loader import load_model_class

WASM_FACTOR = 5  # onnxruntime-web on one thread against this package, both on one machine
PHONE_FACTOR = 3  # a phone's core against a server's
MOVES = 300


def build(design: dict[str, Any], folder: Path) -> GameTransformer:
    """The design's model with weights that differ, as after a training."""
    code = generate_model_code(design)
    path = folder / "model.py"
    path.write_text(code.source)
    digest = hashlib.sha256(code.source.encode()).hexdigest()
    model = load_model_class(path, digest)(**code.config)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.05)
    return model


def seconds_per_move(path: Path) -> float:
    """The fastest of many single moves: what disturbs is left out."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    board = np.random.default_rng(0).integers(0, 11, (1, 16))
    best = np.inf
    for _ in range(MOVES):
        started = time.perf_counter()
        session.run(None, {"board": board})
        best = min(best, time.perf_counter() - started)
    return float(best)


def main() -> int:
    """Print a line per design."""
    off = 0
    print(f"{'design':44} {'file':>12} {'estimate':>12}   {'phone ms':>8} {'estimate':>8}")
    for name, design in designs():
        numbers = validate_document(design).estimate
        if numbers.onnx_params > 10_000_000:
            continue  # minutes of waiting for nothing new
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            model = build(design, Path(folder))
            write_onnx(model.use_export_form(), path, {"design": json.dumps(design)})
            size, seconds = path.stat().st_size, seconds_per_move(path)
        off += abs(numbers.onnx_bytes - size) > max(0.05 * size, 4000)
        phone_ms = seconds * 1000 * WASM_FACTOR * PHONE_FACTOR
        print(
            f"{name:44} {size:12,} {numbers.onnx_bytes:12,}   {phone_ms:8.2f}"
            f" {numbers.phone_us_per_move / 1000:8.2f}",
            flush=True,
        )
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())

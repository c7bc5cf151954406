"""The memory that a training takes against what the estimate says, in the real worker process.

`python benchmarks/memory.py [--seconds 5] [--only NAME ...] [--json]` trains every template and a
number of other designs one after another with the default hyperparameters, reads the peak of each
process from the kernel and prints it beside the estimate; 1 where one is not within 20 %.
"""

import argparse
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from app.designs import generate_model_code, templates
from app.designs.estimate import Estimate
from app.designs.validate import validate_document

ROOT = Path(__file__).resolve().parents[1]
TOLERANCE = 0.2
Design = dict[str, Any]
Link = tuple[str, Mapping[str, Any]]


class Measured(NamedTuple):
    """One design's numbers; megabytes of a million bytes, as the estimate has them."""

    name: str
    params: int
    estimated_mb: int
    measured_mb: float
    updates: int

    @property
    def ratio(self) -> float:
        """Estimate over measurement."""
        return self.estimated_mb / self.measured_mb


def chain(*links: Link) -> Design:
    """A design without branches, the policy at its end."""
    blocks = [("board_input", {}), *links, ("action_output", {"pool": "mean"})]
    return {
        "name": "memory",
        "version": 1,
        "meta": {"d_model": 128, "n_heads": 4, "n_experts": 4},
        "components": [
            {"id": f"n{at}", "type": kind, "props": dict(props)}
            for at, (kind, props) in enumerate(blocks)
        ],
        "edges": [[f"n{at}", f"n{at + 1}"] for at in range(len(blocks) - 1)],
    }


def designs() -> Iterator[tuple[str, Design]]:
    """Every template, then designs in which one kind of block rules."""
    for slug, template in templates().items():
        yield slug, dict(template.architecture)
    embed: Link = ("embedding", {"d_model": 128})
    attend: Link = ("transformer_layer", {"d_model": 128, "n_heads": 4})
    pool: Link = ("pool", {"mode": "flatten"})
    yield "attention, 6 layers", chain(embed, *[attend] * 6)
    yield (
        "attention, 6 layers, checkpointed",
        chain(embed, ("grad_checkpoint", {"blocks": 6}), *[attend] * 6),
    )
    after: Link = (
        "transformer_layer",
        {"d_model": 128, "n_heads": 8, "norm_first": False, "dropout": 0.1},
    )
    yield "attention, norm after it, dropout", chain(embed, *[after] * 4)
    yield (
        "wide attention",
        chain(
            ("embedding", {"d_model": 512}),
            *[("transformer_layer", {"d_model": 512, "n_heads": 8, "ff_ratio": 4})] * 3,
        ),
    )
    yield (
        "convolutions",
        chain(embed, *[("conv2d", {"channels": 128, "kernel": 3, "activation": "gelu"})] * 6),
    )
    yield (
        "even convolutions, shrinking",
        chain(
            embed,
            ("conv2d", {"channels": 256, "kernel": 2}),
            ("conv2d", {"channels": 256, "kernel": 2, "padding": "valid"}),
            ("conv2d", {"channels": 512, "kernel": 2, "padding": "valid"}),
        ),
    )
    yield (
        "deep MLP of cells",
        chain(embed, *[("mlp", {"hidden": 512, "layers": 4, "out_features": 128})] * 3),
    )
    yield (
        "deep MLP of the board",
        chain(embed, pool, *[("mlp", {"hidden": 1024, "layers": 8, "out_features": 1024})] * 2),
    )
    yield (
        "n-tuples, large table",
        chain(
            ("ntuple", {"tuples": "rectangles", "features": 8, "tile_values": 12}),
            ("mlp", {"hidden": 128, "out_features": 64}),
        ),
    )
    yield (
        "n-tuples, a table each",
        chain(
            ("ntuple", {"tuples": "linesquares", "features": 16, "shared": False}),
            pool,
            ("linear", {"out_features": 256, "activation": "relu"}),
        ),
    )
    yield (
        "experts, 8, two per cell",
        chain(
            embed,
            *[("moe_layer", {"d_model": 128, "n_experts": 8, "top_k": 2, "ff_ratio": 4})] * 4,
        ),
    )
    yield (
        "experts, shared, by bias",
        chain(
            embed,
            ("load_balance_router", {"balance": "bias"}),
            *[("moe_layer", {"d_model": 128, "n_experts": 4, "shared_expert": True})] * 4,
        ),
    )
    thinned: list[Link] = [
        ("linear", {"out_features": 256, "activation": "silu"}),
        ("layer_norm", {}),
        ("dropout", {"rate": 0.1}),
    ]
    yield "linear, norm, dropout", chain(embed, *thinned * 5)


def measure(name: str, design: Design, seconds: float) -> Measured:
    """Train a design for a while in a worker of its own."""
    verdict = validate_document(design)
    if not verdict.valid:
        raise SystemExit(f"{name}: {'; '.join(verdict.errors)}")
    with tempfile.TemporaryDirectory() as folder:
        peak_mb, updates = _run_worker(_prepare(Path(folder), design), seconds)
    estimate: Estimate = verdict.estimate
    return Measured(name, estimate.param_count, estimate.memory_mb, peak_mb, updates)


def _prepare(folder: Path, design: Design) -> Path:
    code = generate_model_code(design)
    (folder / "model.py").write_text(code.source)
    order = {
        "run_id": "f" * 32,
        "design_id": "0" * 32,
        "design": design,
        "source_sha256": hashlib.sha256(code.source.encode()).hexdigest(),
        "config": code.config,
        "total_steps": 10**9,
        "seed": 0,
        "hyperparameters": {},
        "resume_from": None,
    }
    (folder / "run.json").write_text(json.dumps(order))
    return folder


def _run_worker(run_dir: Path, seconds: float) -> tuple[float, int]:
    """Peak resident megabytes of the process and how many updates it did."""
    ours, theirs = socket.socketpair()
    command = ["-m", "app.training.worker", "--run-dir", str(run_dir), "--channel-fd"]
    with ours, theirs:
        worker = subprocess.Popen(
            [sys.executable, *command, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
        )
        theirs.close()
        updates = _listen(ours, worker, time.monotonic() + seconds)
        _, status, usage = os.wait4(worker.pid, 0)
    worker.returncode = os.waitstatus_to_exitcode(status)
    if worker.returncode != 0:
        raise SystemExit(f"The worker ended with {worker.returncode}.")
    return usage.ru_maxrss * 1024 / 1e6, updates


def _listen(channel: socket.socket, worker: subprocess.Popen[bytes], deadline: float) -> int:
    """Read until the worker is done; ask it to stop after the deadline, updates permitting."""
    updates, asked, pending = 0, False, b""
    while chunk := channel.recv(1 << 16):
        pending += chunk
        *lines, pending = pending.split(b"\n")
        for line in lines:
            message = json.loads(line)
            if message["type"] == "failed":
                raise SystemExit(f"The worker failed: {message['reason']}")
            updates = max(updates, message.get("update", 0))
        if not asked and updates >= 1 and time.monotonic() > deadline:
            worker.terminate()  # it writes a final checkpoint first
            asked = True
    return updates


def main() -> int:
    """Measure and print; 1 where an estimate is off."""
    options = _options()
    chosen = [(n, d) for n, d in designs() if not options.only or n in options.only]
    rows = []
    if not options.json:
        print(f"{'design':44} {'params':>11} {'estimate':>9} {'measured':>9} {'ratio':>6}")
    for name, design in chosen:
        row = measure(name, design, options.seconds)
        rows.append(row)
        if not options.json:
            print(
                f"{name:44} {row.params:11,} {row.estimated_mb:6,} MB {row.measured_mb:6,.0f} MB"
                f" {row.ratio:6.2f}   {row.updates} updates",
                flush=True,
            )
    if options.json:
        print(json.dumps([row._asdict() | {"ratio": row.ratio} for row in rows]))
    return 0 if all(abs(row.ratio - 1) <= TOLERANCE for row in rows) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each training, at least")
    parser.add_argument("--only", nargs="*", default=[], help="names of designs")
    parser.add_argument("--json", action="store_true", help="one line of JSON at the end only")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

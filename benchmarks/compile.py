"""How long Compile takes: the HTTP call on a real server, for designs of 10, 100 and 512 blocks.

Usage: python -m benchmarks.compile [--rounds 15]. Every round saves a changed design, so that
nothing is answered from memory. The promise is 1 s for 100 blocks.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.server import StudioServer, running

SIZES = (10, 100, 512)
LIMIT_MS = 1_000


def deep_design(blocks: int, name: str) -> dict[str, Any]:
    """A chain of attention, experts, norms and residuals of `blocks` blocks."""
    components = [_component("board", "board_input"), _component("embed", "embedding", d_model=64)]
    edges = [["board", "embed"]]
    at = "embed"
    kinds = ("layer_norm", "transformer_layer", "moe_layer", "linear", "add")
    while len(components) < blocks - 2:
        kind = kinds[len(components) % len(kinds)]
        component_id = f"b{len(components)}"
        props = {"out_features": 64} if kind == "linear" else {}
        components.append(_component(component_id, kind, **props))
        edges.append([at, component_id])
        if kind == "add":
            edges.append(["embed", component_id])
        at = component_id
    for head in ("action_output", "value_output"):
        components.append(_component(head, head))
        edges.append([at, head])
    meta = {"d_model": 64, "n_heads": 4, "n_experts": 4}
    return {"name": name, "version": 1, "meta": meta, "components": components, "edges": edges}


def _component(component_id: str, kind: str, **props: Any) -> dict[str, Any]:
    return {"id": component_id, "type": kind, "props": props}


def compile_ms(server: StudioServer, blocks: int, rounds: int) -> list[float]:
    """Milliseconds of each compile of a design that was just changed."""
    design_id = server.client.post("/api/designs").json()["id"]
    path, etag, times = f"/api/designs/{design_id}", '"1"', []
    for number in range(rounds):
        design = deep_design(blocks, f"Round {number}")
        saved = server.client.put(path, json=design, headers={"if-match": etag})
        saved.raise_for_status()
        etag = saved.headers["etag"]
        started = time.perf_counter()
        server.client.post(f"{path}/compile").raise_for_status()
        times.append((time.perf_counter() - started) * 1000)
    return times


def main() -> None:
    """Prints a line per size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as server:
        for blocks in SIZES:
            times = compile_ms(server, blocks, rounds)
            median = statistics.median(times)
            print(
                f"{blocks:4} blocks: median {median:6.1f} ms, worst {max(times):6.1f} ms, "
                f"{median / LIMIT_MS:.3f} of the limit"
            )


if __name__ == "__main__":
    main()

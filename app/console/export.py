"""`model-studio export`: a checkpoint as a file, written by the exporter's own process."""

from __future__ import annotations

import argparse
import json
import subprocess

from app.console.output import say, say_json
from app.console.run_folders import find_trained
from app.errors import CommandError
from app.training.worker_process import child_environment, module_command


def run(options: argparse.Namespace) -> int:
    """Writes the file; 1 where the exporter could not."""
    trained = find_trained(options.run)
    out = options.out.resolve()
    if not out.parent.is_dir():
        raise CommandError(f"There is no folder {out.parent}: make it, or choose another --out.")
    command = module_command(
        "app.models.export",
        *("--run-dir", str(trained.folder), "--checkpoint", trained.checkpoint.name),
        *("--fmt", options.fmt, "--out", str(out)),
    )
    done = subprocess.run(
        command, env=dict(child_environment()), capture_output=True, text=True, check=False
    )
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        answer = {"ok": False, "code": "export.failed", "message": f"The exporter said: {last}"}
    if options.json:
        say_json(answer | {"file": str(out), "step": trained.checkpoint.step})
    elif answer["ok"]:
        checked = ""
        if answer["max_abs_diff"] is not None:
            checked = f", within {answer['max_abs_diff']:.1e} of torch"
        size = out.stat().st_size
        say(f"{out}: {size:,} bytes, step {trained.checkpoint.step:,}{checked}")
    else:
        say(f"Not exported: {answer['message']}")
    return 0 if answer["ok"] else 1

"""Hands out what was learnt, as a file that other programs read."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
import unicodedata
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from app.errors import ExportFailedError, NoCheckpointError, RunNotFoundError
from app.json_values import JsonObject
from app.paths import DataFolder
from app.process_guard import guarded_command
from app.services.checkpoint_files import find_checkpoint
from app.services.designs_service import DesignsService
from app.services.runs_service import RunsService
from app.training.worker_process import child_environment, module_command
from weightslab.checkpoints import CheckpointInfo

log = logging.getLogger(__name__)

ExportFormat = Literal["pt", "onnx", "safetensors", "py"]
MEDIA_TYPES: dict[ExportFormat, str] = {
    "pt": "application/octet-stream",
    "onnx": "application/octet-stream",
    "safetensors": "application/octet-stream",
    "py": "text/x-python",
}
_AT_ONCE = 2


@dataclass(frozen=True)
class ExportedFile:
    """A file to hand out and then delete."""

    path: Path
    filename: str
    media_type: str


@dataclass(frozen=True)
class ExportService:
    """Exports run in a child process: the server imports neither torch nor generated code."""

    designs: DesignsService
    runs: RunsService
    folder: DataFolder
    timeout_s: float
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def export(
        self, design_id: str, fmt: ExportFormat, run_id: str | None, step: int | None
    ) -> ExportedFile:
        """The file of a design's checkpoint: the latest one, unless another is named.

        Raises DesignNotFoundError, RunNotFoundError, NoCheckpointError, ExportFailedError.
        """
        design = await self.designs.get(design_id)
        async with self._turns:
            while True:
                chosen_run, checkpoint = await self._choose(design_id, run_id, step)
                path = self.folder.exports / f"{uuid.uuid4().hex}.{fmt}"
                try:
                    await self._run_child(self.folder.run(chosen_run), checkpoint.name, fmt, path)
                    break
                except ExportFailedError:
                    path.unlink(missing_ok=True)
                    if find_checkpoint(self.folder.run(chosen_run), checkpoint.step) is not None:
                        raise
                    # Its run goes on and put a newer one in its place: take that.
        filename = f"{ascii_name(design.name)}-step{checkpoint.step}.{fmt}"
        return ExportedFile(path, filename, MEDIA_TYPES[fmt])

    async def _choose(
        self, design_id: str, run_id: str | None, step: int | None
    ) -> tuple[str, CheckpointInfo]:
        if run_id is not None:
            run = await self.runs.get(run_id)
            if run["design_id"] != design_id:
                raise RunNotFoundError("This design has no run with this id.")
            candidates: list[JsonObject] = [run]
        else:
            page = await self.runs.page(200, None, design_id)
            candidates = list(page.items)
        for run in candidates:
            checkpoint = find_checkpoint(self.folder.run(run["id"]), step)
            if checkpoint is not None:
                return run["id"], checkpoint
        raise NoCheckpointError(
            "There is no such checkpoint."
            if step is not None and candidates
            else "There is no checkpoint yet. Train the design first, then export."
        )

    async def _run_child(
        self, run_folder: Path, checkpoint: str, fmt: ExportFormat, path: Path
    ) -> None:
        command = module_command(
            "app.models.export",
            *("--run-dir", str(run_folder), "--checkpoint", checkpoint),
            *("--fmt", fmt, "--out", str(path)),
        )
        process = await asyncio.create_subprocess_exec(
            *guarded_command(command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=child_environment(),
            cwd=run_folder,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            async with asyncio.timeout(self.timeout_s):
                out, err = await asyncio.gather(process.stdout.read(), process.stderr.read())
                code = await process.wait()
        except TimeoutError as error:
            raise ExportFailedError("The export took too long and was ended.") from error
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
        answer = _last_json_line(out)
        if code == 0 and answer.get("ok") is True:
            return
        log.error("export ended with %s: %s", code, err.decode("utf-8", "replace")[-2000:])
        message = str(answer.get("message") or "The export process ended without a file.")
        raise ExportFailedError(message)


def ascii_name(name: str) -> str:
    """A design's name as a file name that every system takes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:60] or "model"


def _last_json_line(output: bytes) -> JsonObject:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    try:
        answer = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}

"""Supervises the training of one run in its own child process.

The names are the reference's: a manager adopts a trainer, is reset to a fresh model and started.
The trainer itself lives in the child (`app.training.worker`); here it is an order, as data, so that
neither torch nor generated code is ever imported by the server.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from app.json_values import JsonObject, dumps
from app.training.run_states import RunState, next_state
from app.training.worker_process import WorkerProcess, describe_exit, launch_worker

log = logging.getLogger(__name__)

LEAVE_SECONDS = 5.0
"""Time between a worker's last message and its exit."""
_REWARDS_KEPT = 1_000
_NO_MOE: JsonObject = {
    "expert_usage": [],
    "expert_usage_by_component": {},
    "lb_reward": None,
    "entropy_by_component": {},
    "dead_by_component": {},
}

Launch = Callable[[Path], Awaitable[WorkerProcess]]


class RunLog(Protocol):
    """Where a run's story is written; never fails."""

    def emit(self, event: str, data: JsonObject) -> JsonObject:
        """Gives the event its number and time and keeps it."""
        ...


@dataclass(frozen=True)
class ExternalTrainer:
    """What a worker needs to build its PPOTrainer: the order of a run."""

    run_id: str
    design_id: str
    design: JsonObject
    source_sha256: str
    config: JsonObject
    total_steps: int
    minutes: float | None
    seed: int
    hyperparameters: JsonObject
    resume_from: JsonObject | None = None


@dataclass(frozen=True)
class Patience:
    """How long a worker may take, in seconds."""

    start_s: float
    stop_s: float


class TrainingManager:
    """One run from `queued` to its end (or to an interruption)."""

    def __init__(
        self,
        folder: Path,
        log_: RunLog,
        *,
        state: RunState = RunState.QUEUED,
        patience: Patience,
        launch: Launch = launch_worker,
    ) -> None:
        self.folder = folder
        self.state = state
        self.trainer: ExternalTrainer | None = None
        self._log = log_
        self._patience = patience
        self._launch = launch
        self._worker: WorkerProcess | None = None
        self._ending: tuple[str, str | None] | None = None
        self._stop_asked = False
        self._server_ends = False
        self._killed_because: str | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._load_balancing_metrics: deque[float] = deque(maxlen=_REWARDS_KEPT)

    def adopt_external_trainer(self, trainer: ExternalTrainer) -> None:
        """Takes the order of what to train."""
        self.trainer = trainer

    def reset_to_fresh_model(self) -> None:
        """Makes the order start from untrained weights."""
        assert self.trainer is not None
        self.trainer = replace(self.trainer, resume_from=None)

    def continue_from(self, checkpoint: Path) -> None:
        """Makes the order start from a checkpoint's weights, optimizer and random numbers."""
        assert self.trainer is not None
        self.trainer = replace(self.trainer, resume_from={"path": str(checkpoint)})

    def start(self) -> asyncio.Task[None]:
        """Starts the worker without waiting; the task ends with the run."""
        assert self.trainer is not None
        self._change("launch")
        return asyncio.create_task(self._supervise(), name=f"run {self.trainer.run_id}")

    def request_pause(self) -> None:
        """Asks the worker to write a checkpoint and wait."""
        self._send({"type": "pause"})

    def request_resume(self) -> None:
        """Asks the worker to go on."""
        self._send({"type": "resume"})

    def request_stop(self) -> None:
        """Asks the worker for a final checkpoint; kills it when that takes too long."""
        if self.state is RunState.STOPPING:
            return
        self._stop_asked = True
        has_trained = self.state is not RunState.STARTING
        self._change("ask_stop")
        self._ask_to_end(has_trained, self._patience.stop_s)

    def set_hyperparameters(self, values: JsonObject) -> None:
        """Asks the worker to use other values from the next update on."""
        self._send({"type": "set_hyperparameters", "values": values})

    def end_with_server(self, grace_s: float) -> None:
        """Asks for a final checkpoint because the server ends; the run can be resumed later."""
        self._server_ends = True
        self._ask_to_end(self.state is not RunState.STARTING, grace_s)

    def build_metrics(self, message: JsonObject) -> JsonObject:
        """The `training_update` of a worker's message, with `moe` in any case."""
        metrics = {key: value for key, value in message.items() if key != "type"}
        moe = {**_NO_MOE, **(metrics.get("moe") or {})}
        if moe["lb_reward"] is not None:
            self._load_balancing_metrics.append(moe["lb_reward"])
        reward = self._load_balancing_metrics[-1] if self._load_balancing_metrics else None
        metrics["moe"] = {**moe, "lb_reward": reward}
        return metrics

    async def _supervise(self) -> None:
        try:
            self._write_order()
            worker = await self._launch(self.folder)
        except OSError as error:
            self._change("fail", f"The training process could not be started: {error.strerror}.")
            return
        self._worker = worker
        if self._stop_asked or self._server_ends:
            worker.kill()
        else:
            self._give(self._patience.start_s, "it did not start in time")
        try:
            while (message := await worker.channel.receive()) is not None:
                self._handle(message)
            if self._deadline is None:
                self._give(LEAVE_SECONDS, "it did not end by itself")
            code = await worker.wait()
        finally:
            self._take_back()
            worker.channel.close()
            worker.kill()
        self._conclude(code, worker)

    def _write_order(self) -> None:
        assert self.trainer is not None
        (self.folder / "run.json").write_bytes(dumps(asdict(self.trainer)))

    def _handle(self, message: JsonObject) -> None:
        handler = self._HANDLERS.get(message["type"])
        if handler is None:
            log.warning("a worker sent an unknown message %r", message["type"][:40])
            return
        handler(self, message)

    def _on_started(self, _message: JsonObject) -> None:
        if self.state is RunState.STARTING:
            self._take_back()
            self._change("worker_started")

    def _on_paused(self, _message: JsonObject) -> None:
        if self.state in (RunState.STARTING, RunState.RUNNING):
            self._change("worker_paused")

    def _on_resumed(self, _message: JsonObject) -> None:
        if self.state is RunState.PAUSED:
            self._change("worker_resumed")

    def _on_update(self, message: JsonObject) -> None:
        self._log.emit("training_update", self.build_metrics(message))

    def _on_evaluation(self, message: JsonObject) -> None:
        self._log.emit("evaluation", {key: v for key, v in message.items() if key != "type"})

    def _on_checkpoint(self, message: JsonObject) -> None:
        fields = ("step", "update", "path", "score", "bytes")
        self._log.emit("checkpoint", {field: message.get(field) for field in fields})

    def _on_alert(self, message: JsonObject) -> None:
        fields = ("severity", "code", "message", "step", "details")
        self._log.emit("alert", {field: message.get(field) for field in fields})

    def _on_hyperparameters(self, message: JsonObject) -> None:
        fields = ("values", "step")
        self._log.emit("hyperparameters", {field: message.get(field) for field in fields})

    def _on_finished(self, message: JsonObject) -> None:
        completed = message.get("outcome") == "completed"
        self._ending = ("complete" if completed else "worker_stopped", message.get("reason"))

    def _on_failed(self, message: JsonObject) -> None:
        self._ending = ("fail", str(message.get("reason") or "The training failed."))

    _HANDLERS: Mapping[str, Callable[[TrainingManager, JsonObject], None]] = {
        "started": _on_started,
        "paused": _on_paused,
        "resumed": _on_resumed,
        "training_update": _on_update,
        "evaluation": _on_evaluation,
        "checkpoint": _on_checkpoint,
        "alert": _on_alert,
        "hyperparameters": _on_hyperparameters,
        "finished": _on_finished,
        "failed": _on_failed,
    }

    def _conclude(self, code: int, worker: WorkerProcess) -> None:
        transition, reason = self._ending or self._sudden_ending(code, worker)
        if transition == "worker_stopped" and self._server_ends and not self._stop_asked:
            transition, reason = "interrupt", "The server was ended. Resume to go on."
        self._change(transition, reason)

    def _sudden_ending(self, code: int, worker: WorkerProcess) -> tuple[str, str | None]:
        why = self._killed_because
        if self._stop_asked:
            return "worker_stopped", f"The training process was killed: {why}." if why else None
        if self._server_ends:
            return "worker_stopped", None
        if why:
            return "fail", f"The training process was killed: {why}."
        return "fail", describe_exit(code, worker.stderr_tail)

    def _change(self, transition: str, reason: str | None = None) -> None:
        previous, self.state = self.state, next_state(self.state, transition)
        self._log.emit("run_state", run_state_data(self.state, previous, reason))

    def _ask_to_end(self, has_trained: bool, patience_s: float) -> None:
        if not has_trained:  # there is nothing to keep
            if self._worker is not None:
                self._worker.kill()
            return
        self._send({"type": "stop"})
        self._give(patience_s, "it did not stop in time")

    def _send(self, message: JsonObject) -> None:
        if self._worker is not None:
            self._worker.channel.send(message)

    def _give(self, seconds: float, otherwise: str) -> None:
        self._take_back()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._kill, otherwise)

    def _take_back(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _kill(self, because: str) -> None:
        self._killed_because = because
        if self._worker is not None:
            self._worker.kill()


def run_state_data(state: RunState, previous: RunState | None, reason: str | None) -> JsonObject:
    """The data of a `run_state` event."""
    before: Any = str(previous) if previous else None
    return {"state": str(state), "previous": before, "reason": reason}

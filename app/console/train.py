"""`model-studio train`: one run in a child process, exactly as the server trains it."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import signal
from collections.abc import Callable
from pathlib import Path

from app.clock import utc_now
from app.console.display import Display, open_display
from app.console.orders import Order, new_order, read_settings_given, resumed_order
from app.console.output import say, say_json
from app.console.run_folders import find_trained
from app.errors import CommandError
from app.json_values import JsonObject
from app.services.run_request import RunWish
from app.services.spool import Spool
from app.settings import Settings, read_settings
from app.training.run_states import RunState
from app.training.training_manager import Patience, TrainingManager


def run(options: argparse.Namespace) -> int:
    """Trains, evaluates, says where the result lies; 1 where the training failed."""
    settings = read_settings()
    order = _order(options)
    display = open_display(order, as_json=options.json)
    with display:
        state, reason = asyncio.run(_train(order, display, settings))
    if state is RunState.FAILED:
        return _failed(order.folder, reason, as_json=options.json)
    result = _result(order.folder, state, reason, options.games)
    if options.json:
        say_json({"event": "result", "data": result})
        return 0
    for line in _closing_lines(result):
        say(line)
    return 0


def _order(options: argparse.Namespace) -> Order:
    wish = RunWish(
        total_steps=options.steps,
        minutes=options.minutes,
        seed=options.seed,
        hyperparameters=read_settings_given(options.settings),
    )
    if options.games < 0:
        raise CommandError("--games must not be negative.")
    if options.resume is not None:
        if options.teacher is not None:
            raise CommandError("--resume goes on with the teacher of its run: leave --teacher out.")
        if options.design is not None:
            raise CommandError("--resume goes on with the design of its run: leave DESIGN out.")
        return resumed_order(options.resume, wish)
    if options.design is None:
        raise CommandError("Name a design file or template:NAME, or a run with --resume.")
    teacher = find_trained(options.teacher) if options.teacher is not None else None
    return new_order(options.design, wish, options.out, teacher)


class ConsoleLog:
    """The run's events on disk, as the server keeps them, and on the terminal."""

    def __init__(self, folder: Path, show: Callable[[JsonObject], None]) -> None:
        self._spool = Spool(folder / "events.jsonl")
        self._show = show
        self.reason: str | None = None

    def emit(self, event: str, data: JsonObject) -> JsonObject:
        """Numbers and keeps an event, then shows it."""
        kept = {"seq": self._spool.last_seq + 1, "time": utc_now(), "event": event, "data": data}
        self._spool.append(kept)
        if event == "run_state":
            self.reason = data["reason"]
        self._show(kept)
        return kept


async def _train(order: Order, display: Display, settings: Settings) -> tuple[RunState, str | None]:
    log = ConsoleLog(order.folder, display.show)
    patience = Patience(settings.start_timeout_s, settings.stop_grace_s)
    manager = TrainingManager(order.folder, log, patience=patience)
    manager.adopt_external_trainer(order.trainer)
    if order.checkpoint is not None:
        manager.continue_from(order.checkpoint)
    running = manager.start()

    def stop() -> None:
        if manager.state is RunState.STOPPING:
            running.cancel()  # asked twice: without the final checkpoint
        elif manager.state.is_live:
            display.stopping()
            manager.request_stop()

    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop)
    await asyncio.wait([running])
    if running.cancelled():
        return RunState.STOPPED, "The training process was killed before its final checkpoint."
    running.result()
    return manager.state, log.reason


def _failed(folder: Path, reason: str | None, *, as_json: bool) -> int:
    if as_json:
        say_json({"event": "result", "data": {"folder": str(folder), "state": "failed"}})
    else:
        say(f"The training failed: {reason}")
        say(f"What its process wrote: {folder / 'worker.log'}")
    return 1


def _result(folder: Path, state: RunState, reason: str | None, games: int) -> JsonObject:
    from app.console.evaluate import evaluate_greedy  # torch takes two seconds to load
    from app.services.checkpoint_files import checkpoints_of

    checkpoints = checkpoints_of(folder)
    evaluation = evaluate_greedy(folder, games) if checkpoints and games else None
    return {
        "folder": str(folder),
        "state": str(state),
        "reason": reason,
        "step": checkpoints[-1].step if checkpoints else 0,
        "checkpoint": str(checkpoints[-1].path) if checkpoints else None,
        "evaluation": evaluation.as_document() if evaluation else None,
    }


def _closing_lines(result: JsonObject) -> list[str]:
    lines = [f"{result['state'].capitalize()} at step {result['step']:,}."]
    if result["reason"]:
        lines.append(result["reason"])
    if result["evaluation"]:
        from app.console.figures import evaluation_lines

        lines += evaluation_lines(result["evaluation"])
    folder = shlex.quote(result["folder"])
    lines.append(f"The run lies in {result['folder']}")
    if result["state"] == "stopped":
        lines.append(f"Go on with:  model-studio train --resume {folder}")
    if result["checkpoint"]:
        lines.append(f"Watch it:    model-studio play {folder}")
        lines.append(f"Take it:     model-studio export {folder} --out model.onnx")
    return lines

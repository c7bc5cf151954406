"""One run's training loop: train, answer the server, keep checkpoints."""

import math
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict
from types import FrameType
from typing import Any

import torch

from app.models.blocks import GradCheckpoint
from app.play.network import NotFiniteAnswerError
from app.training.allocator import return_large_blocks
from app.training.budget import Budget
from app.training.checkpoint_keeper import CheckpointKeeper
from app.training.checkpoints import load_trainer
from app.training.divergence import DivergenceGuard
from app.training.evaluating import Evaluated, Evaluator, evaluation_message
from app.training.experts import ExpertWatch
from app.training.game_files import write_games
from app.training.guard import NonFiniteError
from app.training.hyperparameters import HyperparameterError, Hyperparameters
from app.training.loaded_teacher import load_teacher
from app.training.make_trainer import make_trainer
from app.training.metrics import RecentGames, training_update
from app.training.run_folder import RunSpec, starting_checkpoint
from app.training.trainer import Trainer, UpdateReport
from app.training.worker_channel import ChannelClosedError, Message, WorkerChannel
from weightslab.atomic_files import remove_leftovers
from weightslab.retention import finish_pruning

EMIT_SECONDS = 0.5  # at most two training_update messages a second
PATIENCE_SECONDS = 2.0  # a pause or stop waits so long for the end of the update, then cuts it off
PAUSED_POLL_SECONDS = 0.5


class _CutOffError(Exception):
    """A pause or stop has waited long enough: end the update or the evaluation here."""


class TrainingLoop:
    """One run's training loop.

    Args:
        run: what to train.
        channel: to the server.

    Raises:
        ModelSourceError: the model cannot be loaded.
        CheckpointDamagedError: the checkpoint that a branch starts from is damaged.
    """

    def __init__(self, run: RunSpec, channel: WorkerChannel) -> None:
        self._run, self._channel = run, channel
        self._recent = RecentGames()
        self._reports: list[UpdateReport] = []
        self._paused = self._pause_asked = self._stopping = False
        self._asked_at: float | None = None  # when the unanswered pause or stop came
        self._settings_asked: dict[str, object] = {}
        self._suspect = False  # the last update met NaN: the weights are no good checkpoint
        self._kickstarted = False
        self._budget = Budget(run.total_steps, run.minutes)
        self._evaluator = Evaluator()
        self._guard, self._experts = DivergenceGuard(), ExpertWatch()
        self._trainer = self._make_trainer()
        self._keeper = CheckpointKeeper(run, self._trainer, channel)
        self._interval_start, self._interval_step = time.monotonic(), self._trainer.step

    def train(self) -> None:
        """Train until the run is complete, stopped, or the server is gone."""
        self._channel.send({"type": "started", **self._place()})
        self._budget.resume()
        self._begin_interval()
        while not self._stopping:
            self._listen(PAUSED_POLL_SECONDS if self._paused else 0.0)
            self._change_settings()
            if self._pause_asked:
                self._pause()
            elif self._paused or self._stopping:
                continue
            elif self._evaluation_is_due():
                self._evaluate()
            elif self._is_complete():
                break
            else:
                self._update()
        self._emit()
        self._save()
        complete = self._is_complete()
        self._channel.send(
            {
                "type": "finished",
                "outcome": "completed" if complete else "stopped",
                "reason": self._evaluator.ending(self._settings) if complete else None,
                "step": self._trainer.step,
            }
        )

    def stop(self, _signal: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        """Write a final checkpoint and end; a signal handler too."""
        self._stopping = True
        self._asked_at = self._asked_at or time.monotonic()

    def _make_trainer(self) -> Trainer:
        run = self._run
        torch.manual_seed(run.seed)
        model = run.build_model()
        if any(isinstance(block, GradCheckpoint) for block in model.children()):
            return_large_blocks()  # what a gradient checkpoint frees, the process shall not keep
        if "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(1)  # cores are shared among shards, not within a matrix
        trainer = make_trainer(
            run.model_config(),
            model,
            run.hyperparameters,
            total_steps=run.total_steps,
            seed=run.seed,
            teacher=load_teacher(run.teacher) if run.teacher is not None else None,
        )
        remove_leftovers(run.checkpoints)
        finish_pruning(run.checkpoints)
        path, damaged = starting_checkpoint(run)
        if path is not None:
            self._remember(load_trainer(path, trainer, self._recent))
        for sentence in damaged:
            message = f"{sentence}. It was set aside; training goes on from step {trainer.step}."
            self._channel.alert("warning", "checkpoint.damaged", message, trainer.step)
        return trainer

    def _remember(self, memory: Mapping[str, Any]) -> None:
        """Go on as the loop that wrote the checkpoint; a branch starts with its own budget."""
        self._kickstarted = memory.get("kickstarted", False)
        if memory.get("run_id") != self._run.run_id:
            return
        self._budget.restore(memory["elapsed_s"])
        self._evaluator = Evaluator.from_document(memory["evaluator"])
        self._guard.restore(memory["guard"])

    def _memory(self) -> dict[str, Any]:
        return {
            "run_id": self._run.run_id,
            "elapsed_s": self._budget.elapsed_s,
            "evaluator": asdict(self._evaluator),
            "guard": self._guard.as_document(),
            "kickstarted": self._kickstarted,
        }

    def _update(self) -> None:
        self._trainer.time_used = self._budget.time_used
        try:
            report = self._trainer.update(self._check_in)
        except _CutOffError:
            return
        except NonFiniteError as error:
            self._pause_for(error)
            return
        self._suspect = False
        self._kickstarted |= report.kickstart is not None
        self._recent.add(report.finished)
        self._reports.append(report)
        if alarm := self._guard.check(report, self._settings):
            self._pause_because(alarm.code, alarm.message, alarm.details)
        if time.monotonic() - self._interval_start >= EMIT_SECONDS:
            self._emit()
        if self._keeper.is_due:
            self._save()

    def _check_in(self) -> None:
        self._listen()
        if self._keeper.is_overdue:
            self._save()  # a large network: the end of the update is too far away
        if self._asked_at is not None and time.monotonic() - self._asked_at > PATIENCE_SECONDS:
            raise _CutOffError

    def _is_complete(self) -> bool:
        spent = self._budget.is_spent(self._trainer.step)
        return spent or self._evaluator.ending(self._settings) is not None

    def _evaluation_is_due(self) -> bool:
        evaluator, step = self._evaluator, self._trainer.step
        if self._suspect or step == evaluator.last_step or not self._settings.evaluate_seconds:
            return False
        return self._is_complete() or evaluator.is_due(self._settings, self._budget.elapsed_s)

    def _evaluate(self) -> None:
        """Of what is on disk, so that the best checkpoint is the one that was measured."""
        self._emit()
        self._save()
        if self._pause_asked:
            return
        elapsed_s, step = self._budget.elapsed_s, self._trainer.step
        span_s = elapsed_s if self._is_complete() else elapsed_s - self._evaluator.last_at_s
        game_steps, speed = self._recent.mean_steps(), self._budget.speed()
        guess_s = game_steps / speed if game_steps and speed else None
        games = self._evaluator.games(self._settings, span_s, guess_s)
        try:
            evaluated = self._evaluator.play(self._trainer.model, games, self._check_in_game)
        except _CutOffError:
            return
        except NotFiniteAnswerError:
            self._pause_for(NonFiniteError("policy_logits"))
            return
        self._evaluator.add(evaluated, step, self._budget.elapsed_s)
        self._tell_evaluation(evaluated)
        self._begin_interval()

    def _check_in_game(self) -> None:
        self._listen()
        if self._pause_asked or self._stopping:
            raise _CutOffError

    def _tell_evaluation(self, evaluated: Evaluated) -> None:
        elapsed_s = self._budget.elapsed_s
        message = evaluation_message(
            evaluated, **self._place(), elapsed_s=elapsed_s, kickstarted=self._kickstarted
        )
        self._channel.send(message)
        self._keeper.rate(evaluated.summary.mean)
        told = {"update": self._trainer.update_count, "mode": evaluated.summary.mode}
        games = {kind: told | game.as_document() for kind, game in evaluated.recordings.items()}
        step, best_step = self._trainer.step, self._evaluator.best_step
        try:
            write_games(self._run.folder, step, games, best_step=best_step)
        except OSError as error:
            text = f"The games of step {step} could not be kept ({error.strerror}): make room."
            self._channel.alert("warning", "games.failed", text, step)

    def _listen(self, timeout_s: float = 0.0) -> None:
        try:
            messages = self._channel.receive(timeout_s)
        except ChannelClosedError:
            self.stop()
            return
        for message in messages:
            self._obey(message)

    def _obey(self, message: Message) -> None:
        match message["type"]:
            case "pause":
                self._pause_asked = True
                self._asked_at = self._asked_at or time.monotonic()
            case "resume":
                self._resume()
            case "stop":
                self.stop()
            case "set_hyperparameters":
                self._settings_asked.update(message["values"])

    def _pause(self) -> None:
        self._emit()
        self._save()
        self._budget.pause()
        self._paused, self._pause_asked, self._asked_at = True, False, None
        self._channel.send({"type": "paused"})

    def _resume(self) -> None:
        if self._pause_asked and not self._paused:
            self._pause_asked, self._asked_at = False, None
        elif self._paused:
            self._paused = False
            self._budget.resume()
            self._begin_interval()
            self._channel.send({"type": "resumed"})

    def _pause_for(self, error: NonFiniteError) -> None:
        """Not a number: nothing of it was applied, and nothing of it is saved."""
        self._suspect = True
        message = (
            f"{error.tensor} was not a finite number at step {self._trainer.step}. That change was "
            "not applied and the run is paused: lower the learning rate and resume, or go back to "
            "a checkpoint."
        )
        self._pause_because("training.non_finite", message, {"tensor": error.tensor})

    def _pause_because(self, code: str, message: str, details: Mapping[str, Any]) -> None:
        details = {**details, "update": self._trainer.update_count}
        self._channel.alert("error", code, message, self._trainer.step, details)
        self._pause_asked, self._asked_at = True, -math.inf  # at once

    def _change_settings(self) -> None:
        """Between two updates, so that one update has one set of settings."""
        if not self._settings_asked:
            return
        values, self._settings_asked = self._settings_asked, {}
        try:
            self._trainer.hyperparameters = self._trainer.hyperparameters.changed(values)
        except HyperparameterError as error:
            self._channel.alert("error", "hyperparameters.refused", str(error), self._trainer.step)
            return
        self._channel.send(
            {"type": "hyperparameters", "values": values, "step": self._trainer.step}
        )

    def _save(self) -> None:
        if self._suspect:
            self._keeper.skip()
            return
        try:
            self._keeper.save(self._recent, self._memory())
        except NonFiniteError as error:
            self._pause_for(error)

    @property
    def _settings(self) -> Hyperparameters:
        return self._trainer.hyperparameters

    def _emit(self) -> None:
        if not self._reports:
            return
        interval_s = time.monotonic() - self._interval_start
        steps = self._trainer.step - self._interval_step
        elapsed_s = self._budget.elapsed_s
        message = training_update(
            self._reports,
            self._recent,
            **self._place(),
            steps_per_second=steps / interval_s,
            algorithm=self._trainer.algorithm,
            progress=self._budget.progress(self._trainer.step, self._evaluator.last_seconds),
        )
        self._channel.send(message)
        self._warn_of_experts(self._experts.look(message["moe"]["dead_by_component"], elapsed_s))
        self._reports.clear()
        self._begin_interval()

    def _begin_interval(self) -> None:
        self._interval_start = time.monotonic()
        self._interval_step = self._trainer.step

    def _place(self) -> dict[str, int]:
        return {"step": self._trainer.step, "update": self._trainer.update_count}

    def _warn_of_experts(self, dead_by_component: Mapping[str, list[int]]) -> None:
        for component, dead in dead_by_component.items():
            numbers = ", ".join(str(expert + 1) for expert in dead)
            message = (
                f"Experts of {component} get next to no work for a minute: number {numbers}. Give "
                "the block more balancing, or fewer experts."
            )
            details = {"component_id": component, "experts": dead}
            step = self._trainer.step
            self._channel.alert("warning", "moe.dead_experts", message, step, details)

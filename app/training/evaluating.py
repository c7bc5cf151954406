"""Measures the network while it trains: greedy games on the same seeds, between two updates.

Nothing here touches the random numbers of the training: the games have their own, and the moves
need none.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from app.environment.board import I64, U8, Bool
from app.models.game_transformer import GameTransformer
from app.play.evaluation import Evaluation, evaluate_games
from app.play.games import play_games
from app.play.policies import greedy_policy
from app.play.recording import Recording, model_digest, recording_of
from app.training.game_files import Kind
from app.training.hyperparameters import Hyperparameters

FIRST_SEED = 1_000_000
"""Game i of every evaluation is that of seed FIRST_SEED + i."""
TIME_SHARE = 0.05
"""Of the training's time, which evaluations shall not exceed."""
FEWEST_GAMES = 16


@dataclass(frozen=True)
class Evaluated:
    """What one evaluation gave."""

    summary: Evaluation
    recordings: Mapping[Kind, Recording]
    seconds: float


@dataclass
class Evaluator:
    """When to evaluate, with how many games, and what the evaluations say of the run.

    The fields are what a checkpoint keeps of it.
    """

    last_step: int = -1
    last_at_s: float = 0.0  # of training
    last_seconds: float = 0.0
    last_mean: float = 0.0
    seconds_per_game: float | None = None
    best_step: int = -1
    best_mean: float = 0.0
    bar: float = -1.0
    """A mean above it is progress: the upper bound of the last evaluation that was progress."""
    without_progress: int = 0

    def is_due(self, settings: Hyperparameters, elapsed_s: float) -> bool:
        """Whether it is time for the next one."""
        if settings.evaluate_seconds == 0:
            return False
        least_s = self.last_seconds * (1 / TIME_SHARE - 1)
        return elapsed_s - self.last_at_s >= max(settings.evaluate_seconds, least_s)

    def games(self, settings: Hyperparameters, span_s: float, guess_s: float | None) -> int:
        """How many games may be played.

        Args:
            span_s: seconds of training that pay for them.
            guess_s: seconds that a game takes in training, for the first evaluation; None where no
                game ended yet.
        """
        per_game_s = self.seconds_per_game or guess_s
        affordable = int(TIME_SHARE * span_s / per_game_s) if per_game_s else FEWEST_GAMES
        return min(settings.evaluate_games, max(FEWEST_GAMES, affordable))

    def play(self, model: GameTransformer, games: int, check_in: Callable[[], None]) -> Evaluated:
        """Play the games; nothing is remembered of them before `add`.

        Args:
            check_in: called before every move. What it raises ends the evaluation.

        Raises:
            NotFiniteAnswerError: see app.play.network.
        """
        started = time.monotonic()
        policy = greedy_policy(model)

        def choose(boards: U8, masks: Bool) -> I64:
            check_in()
            return policy(boards, masks)

        played = play_games(choose, range(FIRST_SEED, FIRST_SEED + games))
        digest = model_digest(model)
        order = np.argsort(played.scores_N, kind="stable")
        chosen: dict[Kind, int] = {
            "best": int(order[-1]),
            "median": int(order[len(order) // 2]),
            "worst": int(order[0]),
        }
        recordings = {kind: recording_of(played, game, digest) for kind, game in chosen.items()}
        seconds = time.monotonic() - started
        return Evaluated(evaluate_games(played, "greedy"), recordings, seconds)

    def add(self, evaluated: Evaluated, step: int, elapsed_s: float) -> None:
        """Take in an evaluation that was played to its end."""
        summary = evaluated.summary
        self.last_step, self.last_at_s = step, elapsed_s
        self.last_seconds, self.last_mean = evaluated.seconds, summary.mean
        self.seconds_per_game = evaluated.seconds / summary.games
        if summary.mean >= self.best_mean:
            self.best_mean, self.best_step = summary.mean, step
        self.without_progress += 1
        if summary.mean > self.bar:
            self.without_progress = 0
            self.bar = summary.mean if summary.high is None else summary.high

    def ending(self, settings: Hyperparameters) -> str | None:
        """Why the run is complete before its budget is used; None where it is not."""
        if self.last_step < 0:
            return None
        if 0 < settings.target_score <= self.last_mean:
            return f"The evaluation reached the target score of {settings.target_score:,}."
        if 0 < settings.early_stop_evaluations <= self.without_progress:
            return (
                f"Stopped early: {self.without_progress} evaluations in a row were no better than "
                "the interval of an earlier one."
            )
        return None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Evaluator":
        """As a checkpoint kept it (`dataclasses.asdict`)."""
        known = [field.name for field in fields(cls)]
        return cls(**{name: document[name] for name in known if name in document})


def evaluation_message(
    evaluated: Evaluated, *, step: int, update: int, elapsed_s: float, kickstarted: bool
) -> dict[str, Any]:
    """What the server is told."""
    summary = evaluated.summary
    return {
        "type": "evaluation",
        "step": step,
        "update": update,
        "elapsed_s": elapsed_s,
        "games": summary.games,
        "mode": summary.mode,
        "score": {
            "mean": summary.mean,
            "median": summary.median,
            "sem": summary.stderr,
            "ci95": [summary.low, summary.high],
        },
        "tile_rates": dict(summary.reached),
        "max_tile": summary.max_tile,
        "seconds": evaluated.seconds,
        "kickstarted": kickstarted,
    }

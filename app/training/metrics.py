"""What a training says about itself: the `training_update` message, without run and clock."""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from statistics import fmean, median
from typing import Any

from app.training.experts import dead_experts, usage_entropy
from app.training.rollout import FinishedGame
from app.training.trainer import UpdateReport

WINDOW_GAMES = 256  # scores are those of the last so many finished games
TILES_ALWAYS_TOLD = (512, 1024, 2048)


class RecentGames:
    """The last finished games and the counts of all."""

    def __init__(self) -> None:
        self._window: deque[FinishedGame] = deque(maxlen=WINDOW_GAMES)
        self.episodes = 0
        self.max_exponent = 0

    def add(self, games: Iterable[FinishedGame]) -> None:
        """Take in games that ended."""
        for game in games:
            self._window.append(game)
            self.episodes += 1
            self.max_exponent = max(self.max_exponent, game.max_exponent)

    def mean_score(self) -> float | None:
        """Mean score of the window, None before the first game ended."""
        return fmean(game.score for game in self._window) if self._window else None

    def mean_steps(self) -> float | None:
        """Mean length of the window's games, None before the first one ended."""
        return fmean(game.steps for game in self._window) if self._window else None

    def score(self) -> dict[str, float | None]:
        """{mean, max, median} of the window's scores; nulls before the first game ended."""
        scores = [game.score for game in self._window]
        if not scores:
            return {"mean": None, "max": None, "median": None}
        return {"mean": fmean(scores), "max": max(scores), "median": median(scores)}

    def max_tile(self) -> int | None:
        """The largest tile of all finished games; None before the first one ended."""
        return 1 << self.max_exponent if self.episodes else None

    def tile_rates(self) -> dict[str, float]:
        """Share of the window's games that reached 512, 1024, 2048, and more where some did."""
        if not self._window:
            return {}
        best = max(game.max_exponent for game in self._window)
        tiles = {*TILES_ALWAYS_TOLD, *(1 << e for e in range(12, best + 1))}
        return {
            str(tile): fmean((1 << game.max_exponent) >= tile for game in self._window)
            for tile in sorted(tiles)
        }

    def as_document(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {
            "window": [list(game) for game in self._window],
            "episodes": self.episodes,
            "max_exponent": self.max_exponent,
        }

    def restore(self, document: Mapping[str, Any]) -> None:
        """From a checkpoint."""
        self._window.clear()
        self._window.extend(FinishedGame(*game) for game in document["window"])
        self.episodes = document["episodes"]
        self.max_exponent = document["max_exponent"]


def training_update(
    reports: Sequence[UpdateReport],
    recent: RecentGames,
    *,
    step: int,
    update: int,
    steps_per_second: float,
    algorithm: str,
    progress: Mapping[str, Any],
) -> dict[str, Any]:
    """Build the message of the updates since the last one; `reports` holds at least one.

    Losses and expert usage are means over the reports; every number is finite or null.
    """
    message = {
        "type": "training_update",
        "update": update,
        "step": step,
        "score": recent.score(),
        "max_tile": recent.max_tile(),
        "tile_rates": recent.tile_rates(),
        "episodes": recent.episodes,
        "loss": {
            "policy": _mean(report.policy_loss for report in reports),
            "value": _mean(report.value_loss for report in reports),
            "entropy": _mean(report.entropy for report in reports),
            "aux": _mean(report.aux_loss for report in reports),
            **_aux_losses(reports),
        },
        "health": {
            "approx_kl": _mean(report.approx_kl for report in reports),
            "clip_fraction": _mean(report.clip_fraction for report in reports),
            "explained_variance": _mean(report.explained_variance for report in reports),
            "grad_norm": _mean(report.grad_norm for report in reports),
            "relative_entropy": _mean(report.relative_entropy for report in reports),
        },
        "learning_rate": reports[-1].learning_rate,
        "steps_per_second": steps_per_second,
        "moe": moe_metrics(reports),
        "algorithm": algorithm,
        "kickstart": asdict(teacher) if (teacher := reports[-1].kickstart) else None,
        "progress": dict(progress),
    }
    return {name: _finite(value) for name, value in message.items()}


def _mean(numbers: Iterable[float | None]) -> float | None:
    """Mean of those that are there; None where none is."""
    there = [number for number in numbers if number is not None]
    return fmean(there) if there else None


def _aux_losses(reports: Sequence[UpdateReport]) -> dict[str, dict[str, float]]:
    """Each auxiliary head's loss by component id; nothing for a design without such heads."""
    by_component = {
        component: fmean(report.aux_by_component[component] for report in reports)
        for component in reports[-1].aux_by_component
    }
    return {"aux_by_component": by_component} if by_component else {}


def moe_metrics(reports: Sequence[UpdateReport]) -> dict[str, Any]:
    """Shares of the work per expert: of the first MoE block, and of each by component id.

    With the entropy of the shares (1 is balanced) and the experts that get next to nothing.
    """
    by_component = {
        component: [
            fmean(report.expert_usage[component][expert] for report in reports)
            for expert in range(len(usage))
        ]
        for component, usage in reports[-1].expert_usage.items()
    }
    return {
        "expert_usage": next(iter(by_component.values()), []),
        "expert_usage_by_component": by_component,
        "lb_reward": fmean(report.lb_reward for report in reports) if by_component else None,
        "entropy_by_component": {c: usage_entropy(usage) for c, usage in by_component.items()},
        "dead_by_component": {c: dead_experts(usage) for c, usage in by_component.items()},
    }


def _finite(value: Any) -> Any:
    """NaN never reaches JSON: null in its place."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

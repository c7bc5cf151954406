"""How well a policy plays, from whole games, with what chance may have added."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import exp, log, sqrt
from typing import Any

import numpy as np

from app.play.games import PlayedGames

TILES_ALWAYS_TOLD = (512, 1024, 2048, 4096)
TWO_SIDED_95 = 1.96


@dataclass(frozen=True)
class Evaluation:
    """Figures of N games of one policy.

    `stderr` is the standard error of the mean; `low` and `high` bound the mean with 95 %
    confidence: mean ± 1.96 standard errors. Scores are skewed, but the mean of 32 games and more is
    close to normal, and a bootstrap gives much the same bounds and needs a seed. All three are
    None for a single game.
    """

    mode: str  # of play: greedy, sampled, symmetric, search, ...
    games: int
    seed: int  # of the first game
    mean: float
    median: float
    stderr: float | None
    low: float | None
    high: float | None
    reached: Mapping[str, float]  # share of games that reached a tile: {"512": 0.8, ...}
    max_tile: int
    mean_moves: float

    def as_document(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Gain:
    """How many times the mean score of one evaluation is that of another; 95 % bounds."""

    ratio: float
    low: float | None
    high: float | None


def evaluate_games(played: PlayedGames, mode: str) -> Evaluation:
    """Sum up games."""
    scores_N = played.scores_N.astype(np.float64)
    mean = float(scores_N.mean())
    stderr = float(scores_N.std(ddof=1)) / sqrt(len(played)) if len(played) > 1 else None
    best_N = played.max_exponents_N
    tiles = {*TILES_ALWAYS_TOLD, *(1 << e for e in range(13, int(best_N.max()) + 1))}
    return Evaluation(
        mode=mode,
        games=len(played),
        seed=int(played.seeds_N[0]),
        mean=mean,
        median=float(np.median(scores_N)),
        stderr=stderr,
        low=None if stderr is None else mean - TWO_SIDED_95 * stderr,
        high=None if stderr is None else mean + TWO_SIDED_95 * stderr,
        reached={str(tile): float(((1 << best_N) >= tile).mean()) for tile in sorted(tiles)},
        max_tile=1 << int(best_N.max()),
        mean_moves=float(played.steps_N.mean()),
    )


def gain(better: Evaluation, base: Evaluation) -> Gain | None:
    """The ratio of two means; None where the base scored nothing.

    The bounds are those of the logarithm of the ratio by the delta method:
    log(better / base) ± 1.96 sqrt((s1 / m1)^2 + (s2 / m2)^2). Games of the same seed part after a
    few moves, so the two means are taken as independent.
    """
    if base.mean <= 0 or better.mean <= 0:
        return None
    ratio = better.mean / base.mean
    if better.stderr is None or base.stderr is None:
        return Gain(ratio, None, None)
    spread = TWO_SIDED_95 * sqrt(
        (better.stderr / better.mean) ** 2 + (base.stderr / base.mean) ** 2
    )
    return Gain(ratio, exp(log(ratio) - spread), exp(log(ratio) + spread))

"""The recorded games of a run: its best, median and worst of each evaluation, as small JSON files.

The worker writes `games/<step>-<kind>.json`, the server reads them. No torch here.
"""

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from weightslab.atomic_files import write_file

FOLDER = "games"
KINDS = ("best", "median", "worst")
KEPT_EVALUATIONS = 20
"""Games of so many newest evaluations stay, beside those of the best one."""
GAME_ID = r"[0-9]{12}-(best|median|worst)"
_NAME = re.compile(GAME_ID)

Kind = Literal["best", "median", "worst"]
Document = dict[str, Any]


def write_games(
    run_folder: Path, step: int, games: Mapping[Kind, Document], *, best_step: int
) -> None:
    """Keep the games of one evaluation and let the oldest ones go.

    Args:
        games: what else than `id`, `step` and `kind` is to be told of each.
        best_step: where the best evaluation was.

    Raises:
        OSError: the disk is full or refuses.
    """
    folder = run_folder / FOLDER
    folder.mkdir(exist_ok=True)
    for kind, game in games.items():
        name = f"{step:012d}-{kind}"
        document = {"id": name, "step": step, "kind": kind, **game}
        write_file(folder / f"{name}.json", json.dumps(document, allow_nan=False).encode())
    steps = sorted({int(path.name[:12]) for path in folder.glob("*.json")})
    _drop(folder, set(steps[:-KEPT_EVALUATIONS]) - {best_step})


def list_games(run_folder: Path) -> list[Document]:
    """The kept games without their moves, oldest step first."""
    found = (read_game(run_folder, path.stem) for path in (run_folder / FOLDER).glob("*.json"))
    games = [{n: v for n, v in game.items() if n != "moves"} for game in found if game is not None]
    return sorted(games, key=lambda game: (game["step"], KINDS.index(game["kind"])))


def read_game(run_folder: Path, game_id: str) -> Document | None:
    """One game with its moves; None where there is none of this id, or none that can be read."""
    if not _NAME.fullmatch(game_id):
        return None
    try:
        game = json.loads((run_folder / FOLDER / f"{game_id}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return game if isinstance(game, dict) else None


def _drop(folder: Path, steps: Collection[int]) -> None:
    for step in steps:
        for kind in KINDS:
            (folder / f"{step:012d}-{kind}.json").unlink(missing_ok=True)

from pathlib import Path
from typing import Any

from app.training.game_files import KEPT_EVALUATIONS, Kind, list_games, read_game, write_games

GAMES: dict[Kind, dict[str, Any]] = {
    "best": {"seed": 5, "score": 900, "moves": "AAAA"},
    "median": {"seed": 6, "score": 500, "moves": "BBBB"},
    "worst": {"seed": 7, "score": 100, "moves": "CCCC"},
}


def test_games_are_listed_without_their_moves_and_read_with_them(tmp_path: Path) -> None:
    assert list_games(tmp_path) == []
    write_games(tmp_path, 128, GAMES, best_step=128)
    best, median, worst = list_games(tmp_path)
    assert [best["id"], median["kind"], worst["score"]] == ["000000000128-best", "median", 100]
    assert "moves" not in best
    found = read_game(tmp_path, best["id"])
    assert found == {**best, "moves": "AAAA"}


def test_the_number_of_games_is_bounded_and_those_of_the_best_evaluation_stay(
    tmp_path: Path,
) -> None:
    for step in range(KEPT_EVALUATIONS + 5):
        write_games(tmp_path, step, GAMES, best_step=2)
    steps = list(dict.fromkeys(game["step"] for game in list_games(tmp_path)))
    assert steps == [2, *range(5, KEPT_EVALUATIONS + 5)]


def test_what_is_no_game_is_none(tmp_path: Path) -> None:
    write_games(tmp_path, 1, GAMES, best_step=1)
    (tmp_path / "games" / "000000000001-best.json").write_text("{")
    assert len(list_games(tmp_path)) == 2
    (tmp_path / "run.json").write_text("{}")
    for odd in ("000000000001-best", "000000000009-best", "../run", "", "1-best", "x" * 500):
        assert read_game(tmp_path, odd) is None

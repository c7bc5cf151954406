import io

import pytest
from rich.console import Console

from app.console.games_line import games_line, line_of
from app.play.games import GamesSoFar, play_games
from app.play.policies import random_policy


def test_many_games_tell_how_many_ended_and_how_long_it_takes() -> None:
    so_far = GamesSoFar(games=16, ended=4, moves=2000, mean_score=1234.5, best_score=3000)
    assert line_of("Search play", so_far, 100.0) == (
        "Search play: 4 of 16 games ended, mean score so far 1,234, 2,000 moves, "
        "1 min 40 s gone, about 5 min 00 s left"
    )


def test_one_game_tells_its_score_and_promises_nothing() -> None:
    so_far = GamesSoFar(games=1, ended=0, moves=0, mean_score=0.0, best_score=0)
    assert line_of("The game", so_far, 0.0) == "The game: score 0, 0 moves, 0 s gone"


def test_a_terminal_sees_the_line_while_games_are_played() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120)
    with games_line("Random play", as_json=False, console=console) as watch:
        play_games(random_policy(0), range(4), watch=watch)
    assert "Random play: 0 of 4 games ended" in out.getvalue()


def test_what_is_no_terminal_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with games_line("Random play", as_json=False) as watch:
        play_games(random_policy(0), range(4), watch=watch)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")

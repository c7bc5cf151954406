"""The golden games of `spec/vectors/games.json`, which the page plays too, by the slow rules."""

import json

import pytest

from app.play.recording import read_recording
from app.spec import spec_folder
from tests.environment.slow_2048 import SlowGame

VECTORS = json.loads((spec_folder() / "vectors" / "games.json").read_text(encoding="utf-8"))


def board_of(text: str) -> list[int]:
    return [int(digit, 18) for digit in text]


@pytest.mark.parametrize("row", VECTORS["random"], ids=lambda row: str(row["seed"]))
def test_random_numbers(row) -> None:
    game = SlowGame(row["seed"])
    game.state = row["seed"]
    game.state = game.next_random()
    assert [f"{game.next_random():016x}" for _ in row["draws"]] == row["draws"]


@pytest.mark.parametrize("row", VECTORS["moves"], ids=lambda row: row["board"])
def test_moves(row) -> None:
    game = SlowGame(0)
    cells = board_of(row["board"])
    game.rows = [cells[first : first + 4] for first in (0, 4, 8, 12)]
    assert game.legal() == row["legal"]
    for action, expected in enumerate(row["after"]):
        rows, points = game.after(action)
        assert [tile for one in rows for tile in one] == board_of(expected["board"])
        assert points == expected["points"]


@pytest.mark.parametrize("row", VECTORS["games"], ids=lambda row: str(row["recording"]["seed"]))
def test_games(row) -> None:
    recording = read_recording(row["recording"])
    game = SlowGame(recording.seed)
    assert game.board() == board_of(row["boards"][0])
    for action, expected in zip(recording.moves, row["boards"][1:], strict=True):
        game.step(int(action))
        assert game.board() == board_of(expected)
    assert game.score == recording.score
    assert not any(game.legal())

import json
from typing import Any

import numpy as np
import pytest
import torch

from app.models.game_transformer import GameTransformer
from app.play.games import play_games
from app.play.policies import random_policy
from app.play.recording import (
    RecordingError,
    model_digest,
    read_recording,
    recording_of,
    replay,
)
from tests.environment.slow_2048 import SlowGame


def recorded_document() -> dict[str, Any]:
    played = play_games(random_policy(2), [11])
    return recording_of(played, 0, "a" * 64).as_document()


def test_a_recording_replays_every_board_exactly() -> None:
    played = play_games(random_policy(2), range(8))
    for game in range(8):
        text = json.dumps(recording_of(played, game).as_document())
        recording = read_recording(json.loads(text))
        boards = replay(recording)
        slow = SlowGame(recording.seed)
        assert boards[0].tolist() == slow.board()
        for board, action in zip(boards[1:], recording.moves, strict=True):
            slow.step(int(action))
            assert board.tolist() == slow.board()
        assert recording.score == slow.score == played.scores_N[game]


def test_fifteen_hundred_moves_take_less_than_a_kilobyte() -> None:
    played = play_games(random_policy(2), [11])
    long_game = recording_of(played, 0, "a" * 64)
    longer = type(long_game)(11, np.resize(long_game.moves, 1500), 20_000, 2048, "a" * 64)
    assert len(json.dumps(longer.as_document())) < 700
    back = read_recording(longer.as_document())
    assert back.moves.tolist() == longer.moves.tolist()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"seed": -1},
        {"seed": 2**64},
        {"seed": True},
        {"steps": 3},
        {"steps": 10**9},
        {"moves": "not base64!"},
        {"moves": None},
        {"score": "many"},
        {"model": 3},
    ],
)
def test_what_is_no_recording_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RecordingError):
        read_recording(recorded_document() | change)


@pytest.mark.parametrize("document", [None, [], "game", {}])
def test_other_json_is_refused(document: object) -> None:
    with pytest.raises(RecordingError):
        read_recording(document)


@pytest.mark.parametrize("change", [{"score": 4}, {"max_tile": 131072}, {"seed": 12}])
def test_moves_that_do_not_lead_to_the_score_are_told(change: dict[str, Any]) -> None:
    with pytest.raises(RecordingError):
        replay(read_recording(recorded_document() | change))


def test_a_models_digest_changes_with_any_weight(model: GameTransformer) -> None:
    before = model_digest(model)
    assert model_digest(model.eval()) == before
    with torch.no_grad():
        next(iter(model.parameters())).view(-1)[0] += 1e-6
    assert model_digest(model) != before

"""A recorded game: its seed and its moves, from which every board follows.

The JSON form takes a third of a byte per move: `{"version", "seed", "moves", "steps", "score",
"max_tile", "model"}`, the moves as two bits each, the first in the lowest bits of the first byte,
in base64.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from app.environment.board import CELLS, U8
from app.environment.games import Games
from app.play.games import PlayedGames

_VERSION = 1
_MOST_MOVES = 200_000  # a game that makes every tile it can make takes fewer
_SHIFTS = np.array([0, 2, 4, 6], np.uint8)


class RecordingError(Exception):
    """The recording cannot be read, or its moves do not lead to its score."""

    code = "recording.broken"


@dataclass(frozen=True)
class Recording:
    """One game. `model` is the digest of the weights that played it, None where it is unknown."""

    seed: int
    moves: U8  # [M] actions
    score: int
    max_tile: int
    model: str | None = None

    def as_document(self) -> dict[str, Any]:
        """For JSON: about 600 bytes for 1,500 moves."""
        padded = np.zeros(-(-len(self.moves) // 4) * 4, np.uint8)
        padded[: len(self.moves)] = self.moves
        packed = np.bitwise_or.reduce(padded.reshape(-1, 4) << _SHIFTS, axis=1)
        return {
            "version": _VERSION,
            "seed": self.seed,
            "moves": base64.b64encode(packed.astype(np.uint8).tobytes()).decode(),
            "steps": len(self.moves),
            "score": self.score,
            "max_tile": self.max_tile,
            "model": self.model,
        }


def recording_of(played: PlayedGames, game: int, model: str | None = None) -> Recording:
    """The recording of one of the games that were played."""
    return Recording(
        seed=int(played.seeds_N[game]),
        moves=played.moves[game],
        score=int(played.scores_N[game]),
        max_tile=1 << int(played.max_exponents_N[game]),
        model=model,
    )


def read_recording(document: object) -> Recording:
    """A recording from its JSON form.

    Raises:
        RecordingError: it is not one, or of a newer version.
    """
    if not isinstance(document, Mapping) or document.get("version") != _VERSION:
        raise RecordingError(f"This is no recorded game of version {_VERSION}.")
    for name in ("seed", "steps", "score", "max_tile"):
        if type(document.get(name)) is not int or document[name] < 0:
            raise RecordingError(f"The recording's {name} is not a whole number.")
    steps, text, model = document["steps"], document.get("moves"), document.get("model")
    if steps > _MOST_MOVES or document["seed"] >= 2**64:
        raise RecordingError("The recording's steps or seed are out of range.")
    if not isinstance(text, str) or not (model is None or isinstance(model, str)):
        raise RecordingError("The recording's moves or model are not text.")
    try:
        packed = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError) as error:
        raise RecordingError("The recording's moves are not base64.") from error
    if len(packed) != -(-steps // 4):
        raise RecordingError(f"The recording does not hold {steps} moves.")
    moves: U8 = ((packed[:, None] >> _SHIFTS) & np.uint8(3)).reshape(-1)[:steps]
    return Recording(document["seed"], moves, document["score"], document["max_tile"], model)


def replay(recording: Recording) -> U8:
    """Every board of the game [M + 1, 16], from the first two tiles to the last move.

    Raises:
        RecordingError: a move is illegal, or score or largest tile are not what was recorded.
    """
    boards = np.empty((len(recording.moves) + 1, CELLS), np.uint8)
    games = Games(1, restart=False)
    games.seed(np.array([recording.seed], np.uint64))
    games.start()
    boards[0] = games.arrays.boards[0]
    for number, action in enumerate(recording.moves):
        after = games.step(np.array([action], np.int64))
        if after.illegal[0]:
            raise RecordingError(f"Move {number + 1} of the recording changes nothing.")
        boards[number + 1] = after.boards[0]
    score, max_tile = int(games.arrays.scores[0]), 1 << int(boards[-1].max())
    if (score, max_tile) != (recording.score, recording.max_tile):
        raise RecordingError(
            f"The moves lead to a score of {score} and a {max_tile}, "
            f"not to {recording.score} and a {recording.max_tile}."
        )
    return boards


def model_digest(model: nn.Module) -> str:
    """Hexadecimal SHA-256 of a model's weights and buffers, by name, on any device."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().reshape(-1).contiguous().view(torch.uint8).numpy().data)
    return digest.hexdigest()

"""The compiled loop against TD learning as slowly and obviously as possible."""

from pathlib import Path

import numpy as np
import pytest
import torch

from app.models.blocks import NTuple
from app.training.td.kernel import play_and_learn
from app.training.td.lookup import build_slides, lookup_of, lookup_parts, no_errors
from app.training.td.lookup_learner import LookupLearner, new_games, room_for
from tests.environment.slow_2048 import SlowGame, slide
from tests.training.td.lookups import lookup_model


class SlowLearner:
    """TC learning of one game after the other on dictionaries."""

    def __init__(self, ntuple: NTuple, sign: float, rate: float) -> None:
        cells = ntuple.cells_S.reshape(-1, ntuple.size).tolist()
        self.tuples = list(zip(cells, ntuple.offsets_T.tolist(), strict=True))
        self.largest, self.base = ntuple.config.tile_values - 1, ntuple.config.tile_values
        self.entries: list[float] = ntuple.table.weight.flatten().tolist()
        self.sums = [0.0] * len(self.entries)
        self.sizes = [0.0] * len(self.entries)
        self.sign, self.rate = sign, rate

    def rows(self, board: list[int]) -> list[int]:
        found = []
        for cells, offset in self.tuples:
            number = 0
            for cell in cells:
                number = number * self.base + min(board[cell], self.largest)
            found.append(offset + number)
        return found

    def value(self, board: list[int]) -> float:
        rows = self.rows(board)
        return self.sign * sum(self.entries[row] for row in rows) / len(rows)

    def learn(self, board: list[int], target: float) -> None:
        error = target - self.value(board)
        for row in self.rows(board):
            own = abs(self.sums[row]) / self.sizes[row] if self.sizes[row] else 1.0
            self.entries[row] += self.rate * own * error / self.sign
            self.sums[row] += error
            self.sizes[row] += abs(error)

    def move(self, game: SlowGame, before: list[int] | None) -> list[int] | None:
        """Play and learn one move; the afterstate, None where the game was over."""
        choices = []
        for action, legal in enumerate(game.legal()):
            if legal:
                rows, merged = game.after(action)
                after = [tile for row in rows for tile in row]
                choices.append((merged / 1000 + self.value(after), -action, after))
        worth, action, after = max(choices, default=(0.0, 0, None))
        if before is not None:
            self.learn(before, worth)
        if after is not None:
            game.step(-action)
        return after


@pytest.mark.parametrize("props", [{"shared": True}, {"tuples": "sixes", "tile_values": 4}])
def test_it_learns_what_the_slow_one_learns(tmp_path: Path, props: dict[str, object]) -> None:
    model = lookup_model(tmp_path, **props)
    ntuple, head = lookup_parts(model)
    errors = no_errors(ntuple)
    lookup = lookup_of(ntuple, *errors, weight=head.weight.item(), bias=0.0)
    slow = SlowLearner(ntuple, lookup.weight, rate=0.5)
    games = new_games(3, ntuple.tuple_count, seed=1)
    slow_games, before = [], [None] * 3
    for game in range(3):
        slow_game = SlowGame(0)
        slow_game.state = int(games.states[game])
        slow_game.rows = games.boards[game].reshape(4, 4).tolist()
        slow_games.append(slow_game)
    ended, sums = room_for(games, 300), np.zeros(5)
    count = play_and_learn(build_slides(), lookup, games, ended, sums, 300, 0.5)

    scores = []
    for _ in range(300):
        for at, game in enumerate(slow_games):
            before[at] = slow.move(game, before[at])
            if before[at] is None:
                scores.append(game.score)
                game.start()
    assert count == len(scores) > 3
    assert ended.scores[:count].tolist() == scores
    assert games.boards.tolist() == [game.board() for game in slow_games]
    np.testing.assert_allclose(ntuple.table.weight.flatten().tolist(), slow.entries, atol=1e-4)
    np.testing.assert_allclose(errors[1], slow.sizes, rtol=1e-3, atol=1e-4)
    assert sums[0] == 900 - 3 - len(scores)  # all but the first move of every game


def test_lines_slide_as_in_the_slow_game() -> None:
    slides = build_slides()
    for index in np.random.default_rng(0).integers(0, 18**4, size=3000):
        line = tuple(int(index) // 18**power % 18 for power in (3, 2, 1, 0))
        moved, merged = slide(line)
        assert tuple(slides.moved[index].tolist()) == moved
        assert slides.points[index] == merged
        assert slides.changes[index] == (moved != line)


def test_its_value_is_the_models(tmp_path: Path) -> None:
    model = lookup_model(tmp_path, tile_values=12)
    tables, head = lookup_parts(model)
    with torch.no_grad():
        head.bias.fill_(0.3)
    learner = LookupLearner(tables, 20, seed=2, weight=head.weight.item(), bias=0.3)
    learner.learn(4000, 1.0, lambda: None)
    boards = np.concatenate([learner.games.boards, np.zeros((1, 16), np.uint8)])
    logits, values = model(torch.from_numpy(boards.astype(np.int64)))
    worth = learner.judge(boards)
    legal = np.isfinite(worth)
    assert legal.any(1).tolist() == [True] * 20 + [False]
    np.testing.assert_allclose(worth.max(1)[:-1], values[:-1].detach(), rtol=1e-4)
    behind = worth[:-1] - worth[:-1].max(1, keepdims=True)
    found = logits[:-1].detach().numpy()
    np.testing.assert_allclose(found[legal[:-1]], behind[legal[:-1]], atol=1e-4)
    assert values.abs().mean() > 0.1

from pathlib import Path

import numpy as np
import pytest

from app.training.td.teacher import Teacher


def play(teacher: Teacher, moves: int) -> None:
    teacher.learn(moves, lambda: None)


def test_it_learns_from_so_many_moves_and_no_more() -> None:
    teacher = Teacher(total_moves=20_000, seed=1)
    play(teacher, 8192)
    assert not teacher.ready
    play(teacher, 1_000_000)
    assert teacher.ready
    assert 20_000 <= teacher.learner.moves < 20_000 + 64
    assert teacher.score is not None


def test_its_advice_follows_what_moves_are_worth() -> None:
    teacher = Teacher(total_moves=30_000, seed=1)
    play(teacher, 30_000)
    boards = teacher.learner.games.boards
    worth, advice = teacher.learner.judge(boards), teacher.advise(boards)
    np.testing.assert_allclose(advice.sum(1), 1, rtol=1e-5)
    assert (advice.argmax(1) == worth.argmax(1)).all()
    assert (advice[~np.isfinite(worth)] == 0).all()


@pytest.mark.parametrize("before", [8192, 30_000])
def test_it_goes_on_bit_for_bit(tmp_path: Path, before: int) -> None:
    straight = Teacher(total_moves=30_000, seed=1)
    play(straight, before)
    resumed = Teacher(total_moves=30_000, seed=2)
    resumed.restore(straight.tensors(), straight.document())
    for teacher in (straight, resumed):
        while not teacher.ready:
            play(teacher, 8192)
    boards = straight.learner.games.boards
    assert np.array_equal(straight.learner.judge(boards), resumed.learner.judge(boards))
    assert straight.score == resumed.score

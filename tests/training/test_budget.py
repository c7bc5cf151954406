import pytest

from app.training.budget import Budget


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_pause_and_the_time_between_two_workers_cost_nothing() -> None:
    clock = Clock()
    budget = Budget(10**12, minutes=10, clock=clock)
    clock.now += 60  # until the model is loaded
    assert budget.elapsed_s == 0
    budget.resume()
    clock.now += 60
    budget.pause()
    clock.now += 3600
    budget.pause()
    assert budget.elapsed_s == 60
    assert budget.time_used == pytest.approx(0.1)
    budget.resume()
    clock.now += 60
    budget.resume()
    assert budget.elapsed_s == 120
    resumed = Budget(10**12, minutes=10, clock=Clock())
    resumed.restore(budget.elapsed_s)
    assert resumed.time_used == pytest.approx(0.2)
    clock.now += 480
    assert budget.is_spent(5)
    assert not resumed.is_spent(5)


def test_steps_end_a_run_without_minutes() -> None:
    budget = Budget(100, None, clock=Clock())
    assert budget.time_used == 0.0
    assert not budget.is_spent(99)
    assert budget.is_spent(100)


def test_the_time_left_is_that_of_the_recent_speed() -> None:
    clock = Clock()
    budget = Budget(100_000, None, clock=clock)
    budget.resume()
    told = budget.progress(0, 0.0)
    assert told == {"fraction": 0.0, "elapsed_s": 0.0, "seconds_left": None}
    clock.now += 4
    assert budget.progress(4_000, 0.0)["seconds_left"] is None
    clock.now += 6
    assert budget.progress(10_000, 0.0)["seconds_left"] == pytest.approx(90)
    for _ in range(40):  # ten times slower, for longer than the memory
        clock.now += 5
        step = 10_000 + int((clock.now - 1010) * 100)
        told = budget.progress(step, 7.0)
    assert told["seconds_left"] == pytest.approx((100_000 - step) / 100 + 7.0)
    assert told["fraction"] == pytest.approx(step / 100_000)
    assert budget.progress(200_000, 0.0)["fraction"] == 1.0
    assert budget.progress(200_000, 0.0)["seconds_left"] == 0.0


def test_of_two_limits_the_nearer_one_counts() -> None:
    clock = Clock()
    budget = Budget(1_000, minutes=1, clock=clock)
    budget.resume()
    assert budget.progress(0, 0.0)["seconds_left"] == 60.0
    clock.now += 10
    told = budget.progress(500, 0.0)
    assert told["seconds_left"] == pytest.approx(10.0)
    assert told["fraction"] == 0.5
    clock.now += 35
    assert budget.progress(510, 0.0)["fraction"] == 0.75

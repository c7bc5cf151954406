import threading
import time

from weightslab.hyperparameters.background import TOGETHER_S, Background


def test_it_works_at_its_interval_until_it_is_stopped() -> None:
    third = threading.Event()
    calls: list[float] = []

    def work() -> None:
        calls.append(time.monotonic())
        if len(calls) == 3:
            third.set()

    background = Background(work, "test")
    background.interval = 0.01
    background.wake()
    assert third.wait(5)
    background.stop()
    count = len(calls)
    time.sleep(0.05)
    assert len(calls) == count


def test_wishes_that_follow_each_other_closely_are_one() -> None:
    calls: list[float] = []
    done = threading.Event()
    background = Background(lambda: (calls.append(time.monotonic()), done.set())[0], "test")
    for _ in range(50):
        background.wake()
    assert done.wait(5)
    time.sleep(2 * TOGETHER_S)
    assert len(calls) == 1
    background.stop()
    background.wake()
    assert len(calls) == 1


def test_no_thread_until_there_is_something_to_do() -> None:
    before = threading.active_count()
    background = Background(lambda: None, "test")
    assert threading.active_count() == before
    background.stop()

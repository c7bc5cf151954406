import _thread
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import weightslab as wl
from weightslab.control.control import Control
from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment


class Training:
    """A training in a thread of its own: one step is `experiment.step += 1`, then a boundary."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.stop = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self.stop:
            self.experiment.step += 1
            self.experiment.control.boundary()
            time.sleep(0.0002)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self.stop = True
        self.experiment.control.resume()
        self._thread.join(5)
        assert not self._thread.is_alive()


@contextmanager
def training(experiment: Experiment) -> Iterator[Control]:
    run = Training(experiment)
    run.begin()
    try:
        yield experiment.control
    finally:
        run.end()


def moves_on(experiment: Experiment) -> bool:
    step, end = experiment.step, time.monotonic() + 2
    while experiment.step == step and time.monotonic() < end:
        time.sleep(0.001)
    return experiment.step > step


def test_training_waits_while_paused_says_so_once_and_goes_on(
    experiment: Experiment, capfd: pytest.CaptureFixture[str]
) -> None:
    with training(experiment) as control:
        assert moves_on(experiment)
        control.pause()
        control.pause()
        assert control.wait_until_waiting(2)
        step = experiment.step
        time.sleep(0.05)
        assert experiment.step == step
        assert control.paused
        assert control.waiting
        said = capfd.readouterr().err
        assert said.count("\n") == 1
        assert f"waits at step {step}" in said
        assert "wl.resume()" in said
        control.resume()
        assert moves_on(experiment)
        assert not control.paused


def test_a_resumed_training_goes_on_within_50_ms(experiment: Experiment) -> None:
    with training(experiment) as control:
        took = []
        for _ in range(5):
            control.pause()
            assert control.wait_until_waiting(2)
            step, began = experiment.step, time.monotonic()
            control.resume()
            while experiment.step == step:
                time.sleep(0.0002)
            took.append(time.monotonic() - began)
    assert sorted(took)[2] < 0.05


def test_waiting_burns_no_processor_time(experiment: Experiment) -> None:
    with training(experiment) as control:
        control.pause()
        assert control.wait_until_waiting(2)
        began = time.process_time()
        time.sleep(0.5)
        assert time.process_time() - began < 0.05


def test_it_pauses_at_the_step_asked_for(experiment: Experiment) -> None:
    control = experiment.control
    control.pause_at_step(40)
    with training(experiment):
        assert control.wait_until_waiting(5)
        assert experiment.step == 40
        control.resume()
        assert moves_on(experiment)
        with pytest.raises(ArgumentError, match="is over"):
            control.pause_at_step(40)
    control.pause_at_step(experiment.step + 1)
    control.pause_at_step(None)
    experiment.step += 1
    control.boundary()


@pytest.mark.parametrize("step", [-1, 1.5, True, "10"])
def test_a_step_to_pause_at_is_a_whole_number_to_come(experiment: Experiment, step: object) -> None:
    with pytest.raises(ArgumentError):
        wl.pause_at_step(step)  # type: ignore[arg-type]


def test_ctrl_c_ends_a_wait_and_the_pause_stays(experiment: Experiment) -> None:
    wl.pause()
    timer = threading.Timer(0.1, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        experiment.control.boundary()
    timer.join()
    assert experiment.control.paused
    assert not experiment.control.waiting


def test_a_testing_guard_never_waits(experiment: Experiment) -> None:
    wl.pause()
    with wl.guard_testing_context:
        experiment.control.boundary()


def test_a_thread_that_evaluates_is_not_taken_for_the_one_that_trains(
    experiment: Experiment,
) -> None:
    control = experiment.control
    control.boundary()

    def evaluate() -> None:
        with wl.guard_testing_context:
            control.boundary()

    other = threading.Thread(target=evaluate)
    other.start()
    other.join()
    assert control.between_steps()


def test_a_finished_experiment_holds_nobody(experiment: Experiment) -> None:
    calls: list[int] = []
    experiment.control.on_boundary(calls.append, at=0)
    wl.pause()
    experiment.close()
    experiment.control.boundary()
    assert calls == []


def test_everybody_at_once(experiment: Experiment) -> None:
    """Pauses, resumes, edits and modes from four threads: nothing hangs, no edit is lost."""
    hp = wl.watch_or_edit({"a": 0, "b": 0, "c": 0, "d": 0}, flag="hyperparameters")

    def disturb(name: str) -> None:
        for value in range(1, 26):
            wl.pause()
            hp.set_from_page(name, value)
            wl.set_mode("audit" if value % 2 else "train")
            wl.resume()

    with training(experiment):
        threads = [threading.Thread(target=disturb, args=(name,)) for name in hp]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        wl.resume()
        assert moves_on(experiment)
        assert hp.wanted() == {"a": 25, "b": 25, "c": 25, "d": 25}
        end = time.monotonic() + 2
        while hp != hp.wanted() and time.monotonic() < end:
            time.sleep(0.001)
        assert hp == {"a": 25, "b": 25, "c": 25, "d": 25}


def test_callbacks_come_at_their_step_and_when_asked_for(experiment: Experiment) -> None:
    control, calls = experiment.control, []

    def every_ten(step: int) -> int:
        calls.append(step)
        return step + 10

    control.on_boundary(every_ten, at=10)
    for step in range(1, 36):
        experiment.step = step
        control.boundary()
    assert calls == [10, 20, 30]
    control.attend()
    control.boundary()
    control.boundary()
    assert calls == [10, 20, 30, 35]


def test_a_callback_is_called_while_training_waits(experiment: Experiment) -> None:
    called = threading.Event()
    with training(experiment) as control:
        control.pause()
        assert control.wait_until_waiting(2)

        def callback(step: int) -> None:
            called.set()

        control.on_boundary(callback)
        assert not called.is_set()
        control.attend()
        assert called.wait(1)
        assert control.waiting


def test_start_training_releases_a_script_that_was_told_to_wait(experiment: Experiment) -> None:
    wl.pause()
    wl.start_training()
    experiment.control.boundary()
    assert not experiment.control.paused


def test_start_training_holds_for_its_timeout(
    experiment: Experiment, capfd: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    wl.start_training(timeout=0.2)
    assert 0.15 < time.monotonic() - began < 1.5
    assert not experiment.control.paused
    assert "training starts in 0.2 s" in capfd.readouterr().err


def test_a_resume_ends_the_hold_and_a_pause_outlasts_it(experiment: Experiment) -> None:
    timer = threading.Timer(0.05, wl.resume)
    timer.start()
    began = time.monotonic()
    wl.start_training(timeout=10)
    assert time.monotonic() - began < 5
    timer.join()

    timer = threading.Timer(0.05, wl.pause)
    timer.start()
    wl.start_training(timeout=0.2)
    timer.join()
    assert experiment.control.paused


@pytest.mark.parametrize("timeout", [-1, "3", float("nan"), True])
def test_a_timeout_is_a_number_of_seconds(experiment: Experiment, timeout: object) -> None:
    with pytest.raises(ArgumentError, match="timeout"):
        wl.start_training(timeout=timeout)  # type: ignore[arg-type]


def test_the_mode_is_one_of_two(experiment: Experiment) -> None:
    assert experiment.control.mode == "train"
    with pytest.raises(ArgumentError, match="audit"):
        wl.set_mode("test")  # type: ignore[arg-type]
    assert experiment.control.mode == "train"


def test_a_mode_asked_for_by_another_thread_holds_from_the_next_boundary_on(
    experiment: Experiment,
) -> None:
    control = experiment.control
    control.boundary()
    other = threading.Thread(target=control.set_mode, args=("audit",))
    other.start()
    other.join()
    assert control.mode == "audit"
    assert not control.auditing
    control.boundary()
    assert control.auditing


def test_a_training_thread_that_ended_is_waited_for_no_more(experiment: Experiment) -> None:
    with training(experiment) as control:
        assert moves_on(experiment)
        assert not control.between_steps()
        assert not control.wait_until_quiet(0.01)
    assert control.between_steps()
    assert control.wait_until_quiet(0.01)


def test_a_standstill_holds_training_though_it_is_resumed(
    experiment: Experiment, capfd: pytest.CaptureFixture[str]
) -> None:
    with training(experiment) as control:
        assert moves_on(experiment)
        with control.standstill():
            assert control.wait_until_quiet(2)
            step = experiment.step
            control.resume()
            time.sleep(0.02)
            assert experiment.step == step
            assert not control.paused
        assert moves_on(experiment)
        with control.standstill():
            assert control.wait_until_quiet(2)
            control.pause()
        assert not capfd.readouterr().out
        step = experiment.step
        time.sleep(0.02)
        assert experiment.step == step
        control.resume()
        assert moves_on(experiment)

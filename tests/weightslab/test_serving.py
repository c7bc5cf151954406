import _thread
import threading
import time

import pytest

import weightslab as wl
from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment


def test_it_stays_for_the_timeout(experiment: Experiment) -> None:
    began = time.monotonic()
    wl.keep_serving(timeout=0.2)
    assert 0.15 < time.monotonic() - began < 2


def test_ctrl_c_ends_it_and_the_script_goes_on(experiment: Experiment) -> None:
    threading.Timer(0.1, _thread.interrupt_main).start()
    wl.keep_serving()


def test_what_is_asked_for_meanwhile_is_done(experiment: Experiment) -> None:
    hp = wl.watch_or_edit({"lr": 0.1}, flag="hyperparameters")
    experiment.control.boundary()
    timer = threading.Timer(0.05, hp.set_from_page, ("lr", 0.5))
    timer.start()
    wl.keep_serving(timeout=0.5)
    timer.join()
    assert hp["lr"] == 0.5


def test_its_timeout_is_a_number(experiment: Experiment) -> None:
    with pytest.raises(ArgumentError, match="timeout"):
        wl.keep_serving(timeout="1")  # type: ignore[arg-type]

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.training.crew import ORDER_BYTES, Crew, HelperLostError
from app.training.guard import NonFiniteError
from app.training.shared_memory import shared_zeros

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="helpers are forks")


class Counter:
    """Counts in shared memory; a job may wait until every member has begun it."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.begun = shared_zeros(2, "int64")
        self.twin = self

    def count(self, amount: int) -> tuple[int, int]:
        self.begun[0] += amount
        return self.at, int(self.begun[0])

    def meet(self) -> int:
        self.begun[1] = 1
        deadline = time.monotonic() + 30
        while not self.twin.begun[1]:
            assert time.monotonic() < deadline
        return os.getpid()

    def fail(self, *members: int) -> None:
        if self.at in members:
            raise NonFiniteError(f"weight {self.at}")

    def meet_and_fail(self) -> None:
        if self.meet() != PARENT:
            raise NonFiniteError("value")

    def die(self) -> None:
        if self.meet() != PARENT:
            os.kill(os.getpid(), signal.SIGKILL)


PARENT = os.getpid()


def pair(*, apart: bool = True) -> Crew[Counter]:
    members = [Counter(0), Counter(1)]
    members[0].twin, members[1].twin = members[1], members[0]
    return Crew(members, apart=apart)


@pytest.mark.parametrize("apart", [False, True])
def test_a_crew_answers_in_order_and_what_it_does_lasts(apart: bool) -> None:
    crew = pair(apart=apart)
    for done in range(1, 200):
        assert crew.run(Counter.count, 3) == [(0, 3 * done), (1, 3 * done)]
    assert [int(member.begun[0]) for member in crew.members] == [3 * 199] * 2


def test_members_work_at_the_same_time_in_two_processes() -> None:
    crew = pair()
    first, second = crew.run(Counter.meet)
    assert first == PARENT
    assert second != PARENT


@pytest.mark.parametrize("apart", [False, True])
def test_the_first_members_error_is_raised_and_the_crew_goes_on(apart: bool) -> None:
    crew = pair(apart=apart)
    for failing, named in [((1,), "weight 1"), ((0, 1), "weight 0")]:
        with pytest.raises(NonFiniteError) as caught:
            crew.run(Counter.fail, *failing)
        assert caught.value.tensor == named
    assert crew.run(Counter.count, 1)[1][0] == 1


def test_a_helpers_error_tells_where_it_happened() -> None:
    error = pickle.loads(pickle.dumps(NonFiniteError("value")))
    assert (str(error), error.tensor) == ("value is not finite", "value")
    with pytest.raises(NonFiniteError) as caught:
        pair().run(Counter.meet_and_fail)
    assert "in meet_and_fail" in caught.value.__notes__[0]


def test_a_helper_that_is_killed_at_work_is_told_and_replaced() -> None:
    crew = pair()
    with pytest.raises(HelperLostError, match="signal 9"):
        crew.run(Counter.die)
    for member in crew.members:
        member.begun[1] = 0
    assert len(set(crew.run(Counter.meet))) == 2


def test_no_helper_outlives_its_crew() -> None:
    crew = pair()
    _, helper = crew.run(Counter.meet)
    assert is_alive(helper)
    del crew
    assert not is_alive(helper)


SCRIPT = """
import os, signal, sys
from tests.training.test_crew import Counter, pair
crew = pair()
print(crew.run(Counter.meet)[1], flush=True)
sys.stdin.read(1)
"""


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_no_helper_outlives_its_parent(end: signal.Signals | None) -> None:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdin is not None
        helper = int(parent.stdout.readline())
        assert is_alive(helper)
        if end is None:
            parent.stdin.close()  # it ends in order
        else:
            parent.send_signal(end)
        parent.wait(timeout=30)
    deadline = time.monotonic() + 10
    while is_alive(helper) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(helper)


def test_an_order_that_is_too_long_is_refused() -> None:
    with pytest.raises(AssertionError):
        pair().run(Counter.fail, *range(ORDER_BYTES))


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"

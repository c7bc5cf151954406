"""Several members do one job at the same time, each but the first in a process of its own.

A helper is a fork of this process, made when there is something to do for the first time. So it has
all that its member refers to and starts in milliseconds. What lasts of a member lies in shared
memory (shared_memory.py), so it makes no difference which process does its jobs, and a job that its
helper has not begun is taken back by whoever waits for it: on a busy machine nobody waits for a
helper that gets no core.

Processes, because threads of one interpreter wait for each other between any two short operations.
"""

import contextlib
import gc
import os
import pickle
import select
import signal
import sys
import traceback
import warnings
import weakref
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, Pipe
from time import perf_counter
from typing import Any, Concatenate, Generic, NoReturn, ParamSpec, TypeVar

import torch

from app.process_guard import die_with_parent

SPIN_SECONDS = 200e-6
"""Whoever waits asks again and again for so long before it sleeps: waking up takes as long as a
short job."""
ORDER_BYTES = select.PIPE_BUF  # so much of a pipe is written, and read, as one

Member = TypeVar("Member")
Answer = TypeVar("Answer")
Given = ParamSpec("Given")


class HelperLostError(RuntimeError):
    """A helper process ended by itself; what it was computing is lost."""


class Crew(Generic[Member]):
    """Lets all members do a job.

    Args:
        members: the first works in this process.
        apart: whether the others get processes; otherwise all work here, one after the other.
            Outside Linux they always do: other systems' libraries do not survive a fork.
    """

    def __init__(self, members: Sequence[Member], *, apart: bool) -> None:
        self.members = members
        self.apart = apart and len(members) > 1 and sys.platform == "linux"
        self._helpers: list[_Helper] = []

    def run(
        self,
        job: Callable[Concatenate[Member, Given], Answer],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> list[Answer]:
        """The members' answers in order, when all have ended.

        Args:
            job: a method of the members' class, or a function of a module.
            args: small things that can be pickled, as the answer.

        Raises:
            Exception: what the job raised; of several members' errors, the first one's.
            HelperLostError: see there.
        """
        if not self.apart:
            return [job(member, *args, **kwargs) for member in self.members]
        if not self._helpers:
            self._helpers = [_Helper(member) for member in self.members[1:]]
        order = pickle.dumps((job, args, kwargs))
        for helper in self._helpers:
            helper.send(order)
        answers: list[Any] = [None] * len(self.members)
        try:
            for at, member in enumerate(self.members):
                if at == 0 or self._helpers[at - 1].take_back():
                    answers[at] = job(member, *args, **kwargs)
        finally:
            told = self._told()
        for at, answer in told.items():
            if isinstance(answer, Exception):
                raise answer
            answers[at] = answer
        return answers

    def _told(self) -> dict[int, Any]:
        """What the helpers that began the job say, by member; nobody works any more then."""
        try:
            return {
                at: helper.receive()
                for at, helper in enumerate(self._helpers, 1)
                if helper.ordered and not helper.take_back()
            }
        except BaseException:  # Ctrl-C too: a late answer would be taken for the next one
            self._helpers = []
            raise


class _Helper:
    """A fork of this process that works for one member.

    Attributes:
        ordered: whether there is an order that was neither answered nor taken back.
    """

    def __init__(self, member: object) -> None:
        self.ordered = False
        self._orders, self._to_helper = os.pipe()
        os.set_blocking(self._orders, False)
        self._answers, answers = Pipe(duplex=False)
        parent_pid = os.getpid()
        with warnings.catch_warnings():
            # From Python 3.12 on a fork warns where there are threads, as numpy's: one of them may
            # hold a lock for ever. The helper computes with one thread and waits for no other.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            os.close(self._to_helper)
            self._answers.close()
            _serve(member, self._orders, answers, parent_pid)
        answers.close()
        self._end = weakref.finalize(self, _end, pid, parent_pid, self._orders, self._to_helper)

    def send(self, order: bytes) -> None:
        """Order a job."""
        assert len(order) <= ORDER_BYTES
        os.write(self._to_helper, order)
        self.ordered = True

    def take_back(self) -> bool:
        """Whether the helper has not begun what was ordered; now it never will."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._orders, ORDER_BYTES)
            self.ordered = False
        return not self.ordered

    def receive(self) -> Any:
        """What the member answered, or the exception that it raised."""
        try:
            _wait(self._answers.fileno())
            answer = pickle.loads(self._answers.recv_bytes())  # noqa: S301  from our own fork
        except EOFError:
            raise HelperLostError(_last_words(self._end())) from None
        self.ordered = False
        return answer


def _wait(file: int) -> None:
    """Until there is something to read, or the other end is gone."""
    poller = select.poll()
    poller.register(file, select.POLLIN)
    deadline = perf_counter() + SPIN_SECONDS
    while perf_counter() < deadline:
        if poller.poll(0):
            return
    poller.poll()


def _serve(member: object, orders: int, answers: Connection, parent_pid: int) -> NoReturn:
    """The helper's whole life. It leaves without the exit handlers, which are its parent's."""
    try:
        die_with_parent(parent_pid)
        for ignored in (signal.SIGINT, signal.SIGTERM):  # the parent says when it is over
            signal.signal(ignored, signal.SIG_IGN)
        torch.set_num_threads(1)
        gc.freeze()  # collecting what is the parent's would copy the memory that it lies in
        while True:
            _wait(orders)
            try:
                order = os.read(orders, ORDER_BYTES)
            except BlockingIOError:  # taken back
                continue
            if not order:  # the parent is gone
                os._exit(0)
            answers.send_bytes(_answer(member, *pickle.loads(order)))  # noqa: S301
    except BaseException:  # noqa: BLE001  the top level of a process
        traceback.print_exc()
    finally:
        os._exit(1)


def _answer(
    member: object, job: Callable[..., object], args: Sequence[Any], kwargs: dict[str, Any]
) -> bytes:
    try:
        return pickle.dumps(job(member, *args, **kwargs))
    except Exception as error:  # noqa: BLE001  the caller gets it, whatever it is
        error.add_note(f"In a helper process:\n{traceback.format_exc()}")
        return pickle.dumps(error)


def _end(pid: int, parent_pid: int, *files: int) -> int | None:
    """Kill a helper and take its exit code; in a fork of its parent, which has none, nothing."""
    if os.getpid() != parent_pid:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    for file in files:
        os.close(file)
    return os.waitstatus_to_exitcode(status)


def _last_words(code: int | None) -> str:
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return f"A helper process of the training ended by itself ({how})."

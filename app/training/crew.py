"""Several jobs at once in threads of one process, where there are cores for them.

torch and the compiled kernels let go of the interpreter while they compute, so two threads with
matrices of their own keep two cores busy. How many there are changes when a job runs, never what
it computes.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import torch

Answer = TypeVar("Answer")


class Crew:
    """Runs jobs in `threads` threads, the caller's among them; with one, one after the other."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._others = (
            # torch keeps this number per thread; more would share each small matrix among cores.
            ThreadPoolExecutor(threads - 1, initializer=torch.set_num_threads, initargs=(1,))
            if threads > 1
            else None
        )

    def run(self, jobs: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """The jobs' answers in order, when all have ended; the first runs in this thread.

        Raises:
            Exception: what a job raised; of several, the first job's.
        """
        if self._others is None:
            return [job() for job in jobs]
        others = [self._others.submit(job) for job in jobs[1:]]
        try:
            first = jobs[0]()
        finally:
            wait(others)
        return [first, *(other.result() for other in others)]

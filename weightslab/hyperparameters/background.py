"""A daemon thread that does some work now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable

TOGETHER_S = 0.2


class Background:
    """Calls `work` every `interval` seconds, and soon after `wake`.

    Attributes:
        interval: None: only after `wake`; wishes that follow each other closely are one.
    """

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self.interval: float | None = None
        self._work, self._name = work, name
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Have the work done soon; begins the thread if need be. After `stop`: does nothing."""
        self._wake.set()
        if self._thread is None and not self._stop.is_set():
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; work under way is finished first."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(self.interval)
            self._stop.wait(TOGETHER_S if self._wake.is_set() else 0)
            self._wake.clear()
            if not self._stop.is_set():
                self._work()

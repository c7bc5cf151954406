"""What one training script registered: the ledger that every public function works on.

A process has one current experiment. Its parts are made when they are first needed, so that a
script pays only for what it uses and `import weightslab` stays cheap.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from weightslab.errors import StoreClosedError, StoreError
from weightslab.logs import configure, logger
from weightslab.settings import Settings, settings

if TYPE_CHECKING:
    from weightslab.checkpointing.keeper import CheckpointKeeper
    from weightslab.control.control import Control
    from weightslab.evaluation.evaluations import Evaluations
    from weightslab.hyperparameters.handle import Hyperparameters
    from weightslab.ranks.ranks import Ranks
    from weightslab.samples.samples import Samples
    from weightslab.signals.recorder import Recorder
    from weightslab.signals.registry import SignalRegistry
    from weightslab.store.history_store import HistoryStore
    from weightslab.store.journal import Journal
    from weightslab.watched.data import Batch

Part = TypeVar("Part")


class Experiment:
    """The parts of one experiment, and what was registered by name.

    Attributes:
        name: shown to people; from the hyperparameters' `experiment_name`.
        step: the model's age: completed steps of its optimizer.
        closed: it is finished; nothing is recorded any more.
        strict: errors in the user's signals are raised instead of reported.
        batch: what a watched loader gave last in this process, None before the first.
        models, optimizers, loaders, measures: what is watched, by name; `measures` are the losses
            and metrics.
        companions: schedulers and gradient scalers, by the name of their optimizer.
    """

    def __init__(self, root: Path | str | None = None, *, name: str = "experiment") -> None:
        configure(logger, settings())
        self.name = name
        self.step = 0
        self.strict = settings().strict
        self.batch: Batch | None = None
        self.closed = False
        self.hyperparameters: Hyperparameters | None = None
        self.models: dict[str, Any] = {}
        self.optimizers: dict[str, Any] = {}
        self.companions: dict[str, list[Any]] = {}
        self.loaders: dict[str, Any] = {}
        self.measures: dict[str, Any] = {}
        self.lock = threading.RLock()
        self._root = str(root) if root is not None else None

    @property
    def settings(self) -> Settings:
        """What the environment variables say."""
        return settings()

    @property
    def root(self) -> str:
        """The folder of history, checkpoints and logs: a path, or an address fsspec knows."""
        return self._root if self._root is not None else self.settings.root_log_dir

    @root.setter
    def root(self, root: Path | str) -> None:
        if str(root) != self.root and {"history", "journal"} & self.__dict__.keys():
            raise StoreError(
                f"{self.root} is in use already: name the log folder before anything is recorded."
            )
        self._root = str(root)

    @cached_property
    def control(self) -> Control:
        """Pause, mode and step boundaries."""
        from weightslab.control.control import Control

        return self._made("control", lambda: Control(self))

    @cached_property
    def samples(self) -> Samples:
        """Samples, their tags, discards and latest values."""
        from weightslab.samples.samples import Samples

        return self._made("samples", lambda: Samples(self))

    @cached_property
    def signals(self) -> SignalRegistry:
        """The user's own signals."""
        from weightslab.signals.registry import SignalRegistry

        return SignalRegistry()

    @cached_property
    def recorder(self) -> Recorder:
        """Takes values during training; hands them to samples and history in batches."""
        from weightslab.signals.recorder import Recorder

        return Recorder(self)

    @cached_property
    def history(self) -> HistoryStore:
        """What was recorded, on disk."""
        from weightslab.store.history_store import HistoryStore

        return self._made("history", lambda: HistoryStore(self.root))

    @cached_property
    def journal(self) -> Journal:
        """Every edit, on disk before it is acknowledged."""
        from weightslab.store.journal import Journal

        return self._made("journal", lambda: Journal(self.root))

    @cached_property
    def evaluations(self) -> Evaluations:
        """Evaluation passes: asked for, running, done."""
        from weightslab.evaluation.evaluations import Evaluations

        return Evaluations(self)

    @cached_property
    def checkpoints(self) -> CheckpointKeeper:
        """Saves and loads the state of training; knows the experiment's hash."""
        from weightslab.checkpointing.keeper import CheckpointKeeper

        return self._made("checkpoints", lambda: CheckpointKeeper(self))

    @cached_property
    def ranks(self) -> Ranks | None:
        """The processes of one training, where there are several (torchrun); else None.

        Known at the first watch: watch after `init_process_group`, or start with torchrun.
        """
        from weightslab.ranks.mail import rank_and_size

        rank, size = rank_and_size()
        if size == 1:
            return None
        from weightslab.ranks.ranks import Ranks

        return Ranks(self, rank, size)

    def _made(self, part: str, make: Callable[[], Part]) -> Part:
        """A part, or what a rank of several has in its place."""
        shared: Part | None = None if self.ranks is None else self.ranks.part(part)
        return make() if shared is None else shared

    def uses(self, part: str) -> bool:
        """Whether a part of this name was made already."""
        return part in self.__dict__

    def check_open(self) -> None:
        """Raise where the experiment is finished.

        Raises:
            StoreClosedError: it is; the message says how to begin another.
        """
        if self.closed:
            raise StoreClosedError(f"experiment {self.name!r} is finished: wl.init() begins one.")

    def before_edit(self) -> None:
        """What was recorded until now belongs to the experiment as it was before the edit."""
        if self.uses("recorder") and not self.closed:
            self.recorder.drain()

    def flush(self, *, durable: bool = False) -> None:
        """Hand everything recorded so far to the store; `durable`: and to the disk (fsync).

        Raises:
            OSError: the disk is full or refuses.
        """
        if self.closed:
            return
        if self.uses("recorder"):
            self.recorder.drain()
        if self.ranks is not None and self.ranks.leads:
            self.ranks.collect()
        if self.uses("samples"):
            self.samples.flush(durable=durable)
        if self.uses("history"):
            self.history.flush(durable=durable)

    def close(self) -> None:
        """Write what is left and let go of the folder. Closing twice is no error.

        Raises:
            OSError: the disk is full or refuses.
        """
        if self.closed:
            return
        if self.uses("evaluations"):
            self.evaluations.close()
        if self.uses("recorder"):
            self.recorder.drain()
        if self.ranks is not None:
            self.ranks.finish()
        self.closed = True
        if self.hyperparameters is not None:
            self.hyperparameters.close()
        for part in ("samples", "history", "journal"):
            if self.uses(part):
                getattr(self, part).close()


_current: Experiment | None = None
_lock = threading.Lock()


def current() -> Experiment:
    """The process's experiment, made when first asked for."""
    global _current
    if _current is None:
        with _lock:
            if _current is None:
                _current = Experiment()
                close_first_at_exit()
    return _current


def close_first_at_exit() -> None:
    """Close the current experiment at the process's end, before whatever was loaded until now.

    The last registered exit function runs first: libraries that closing needs, such as h5py, take
    themselves apart in theirs.
    """
    import concurrent.futures.thread  # noqa: F401 - torch needs it, and at the end it is too late

    atexit.unregister(_close_at_exit)
    atexit.register(_close_at_exit)


def _close_at_exit() -> None:
    if _current is not None:
        _current.close()


def use(experiment: Experiment | None) -> Experiment | None:
    """Make another experiment the current one (None: a fresh one at the next call).

    Returns:
        the former one, not closed.
    """
    global _current
    with _lock:
        former, _current = _current, experiment
        close_first_at_exit()
    return former

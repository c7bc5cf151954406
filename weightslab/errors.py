"""Every error the SDK raises on purpose, in one tree; each says what to do.

Each also is the built-in error that a PyTorch user would expect (ValueError, KeyError, OSError),
so neither kind of `except` misses it.
"""


class WeightslabError(Exception):
    """Something the ledger refuses. `code` is stable; the message says what to do."""

    code = "weightslab"


class ArgumentError(WeightslabError, ValueError):
    """An argument is not one of those allowed; nothing was changed."""

    code = "argument"


class MisalignedError(ArgumentError):
    """Lengths that belong together differ, for example of values and sample ids."""

    code = "samples.misaligned"


class SampleIdError(ArgumentError):
    """Sample ids of mixed types, of a type that is no id, or twice in one batch."""

    code = "samples.id"


class UnknownError(WeightslabError, KeyError):
    """Something is asked for by a name or id that nothing has."""

    def __str__(self) -> str:
        return Exception.__str__(self)  # KeyError would put the message in quotes


class UnknownSampleError(UnknownError):
    """A sample id that no watched dataset has and no signal was saved for."""

    code = "samples.unknown"


class UnknownNameError(UnknownError):
    """A signal, tag, loader or column of this name is not registered; the message lists those."""

    code = "name.unknown"


class SignalCycleError(ArgumentError):
    """Signals subscribe to each other in a circle; the one that closes it is not registered."""

    code = "signals.cycle"


class StoreError(WeightslabError, OSError):
    """The folder of the experiment cannot be used as wanted; the message names it."""

    code = "store"


class StoreClosedError(StoreError):
    """The ledger was closed (`wl.finish`); nothing is recorded any more."""

    code = "store.closed"


class StoreLockedError(StoreError):
    """Another process writes to this folder; the message names its number (pid)."""

    code = "store.locked"


class CheckpointRefusedError(ArgumentError):
    """Something else than a checkpoint of the ledger is to be loaded; nothing of it was read."""

    code = "checkpoint.refused"


class CheckpointMismatchError(ArgumentError):
    """A checkpoint is of other models, optimizers or loaders than those watched; the message says
    where. Nothing was changed."""

    code = "checkpoint.mismatch"


class StoreDamagedError(StoreError):
    """A file is not what was written (checksum); the message names it."""

    code = "store.damaged"

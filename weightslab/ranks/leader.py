"""Rank 0: makes the calls that the other ranks asked for, and notes its edits for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from weightslab.samples.identity_log import IdentityLog
from weightslab.samples.samples import Samples
from weightslab.store.history_store import HistoryStore

if TYPE_CHECKING:
    from weightslab.experiment import Experiment
    from weightslab.ranks.ranks import Ranks
    from weightslab.ranks.row_map import RowMap


class LeaderLog(IdentityLog):
    """Writes identities, and keeps them for the other ranks."""

    def __init__(self, root: Path | str) -> None:
        super().__init__(root)
        self._waiting = [bytes(payload) for payload in self.found]

    def append(self, payload: bytes) -> None:
        """Write an entry and keep it."""
        super().append(payload)
        self._waiting.append(payload)

    def take(self) -> list[bytes]:
        """The entries that were not taken yet."""
        taken, self._waiting = self._waiting, []
        return taken


class LeaderHistory(HistoryStore):
    """Looks for the other ranks' values whenever it is told to keep up."""

    def __init__(self, ranks: Ranks, root: Path | str) -> None:
        self._ranks = ranks
        super().__init__(root)

    def keep_up(self) -> bool:
        """Collect, and flush."""
        self._ranks.collect()
        return super().keep_up()


class LeaderSamples(Samples):
    """Notes edits for the other ranks."""

    def edit(self, kind: str, rows: Any = None, **fields: Any) -> None:
        """Write and apply an edit, and note it."""
        super().edit(kind, rows, **fields)
        ranks = self._experiment.ranks
        assert ranks is not None
        ranks.edits.append((kind, rows, fields))


def make(experiment: Experiment, known: RowMap, name: str, args: tuple[Any, ...]) -> None:
    """Make the call of another rank here."""
    history, samples = experiment.history, experiment.samples
    match name:
        case "add_samples":
            suffixed, signal, rows, steps, values = args
            history.add_samples(_own(experiment, suffixed), signal, steps, known.here(rows), values)
        case "add_instances":
            suffixed, signal, rows, steps, annotations, values = args
            own = _own(experiment, suffixed)
            history.add_instances(own, signal, steps, known.here(rows), annotations, values)
        case "edit":
            kind, rows, fields = args
            samples.edit(kind, known.here(rows), **fields)
        case "set_latest" | "set_latest_instances" | "set_objects":
            column, rows, *rest = args
            getattr(samples, name)(column, known.here(rows), *rest)
        case _:
            raise ValueError(f"{name} is no call of another rank")


def _own(experiment: Experiment, suffixed: str) -> str:
    """Rank 0's hash, with the marker of an evaluation pass if there is one."""
    _, mark, number = suffixed.partition("_")
    return experiment.checkpoints.hash + mark + number

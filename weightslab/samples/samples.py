"""The samples of an experiment: the one place that maps ids to rows and keeps what is per sample.

Legend: B samples of a call, N all samples.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.errors import UnknownSampleError
from weightslab.samples import edits
from weightslab.samples.columns import Columns, Floats, Instances
from weightslab.samples.groups import Groups
from weightslab.samples.growing import Growing
from weightslab.samples.identity import NO_ORIGIN, Identity, Int32, runs_of
from weightslab.samples.identity_log import IdentityLog
from weightslab.samples.objects import Objects
from weightslab.samples.sample_ids import as_ids
from weightslab.samples.tags import Tags
from weightslab.signals.runner import inside_signal

if TYPE_CHECKING:
    import pandas

    from weightslab.experiment import Experiment

NEVER = -1


class Samples:
    """Every sample of the experiment, by row.

    Attributes:
        tags: of all samples; change them through `edit`.
        groups: which samples belong together.
        columns, instances: the latest value of each signal, per sample and per instance.
        discarded: [N] whether a sample is left out of training.
        discarded_count: how many are.
        discard_version: another number after every change of `discarded`.
        version: another number after every new dataset and every edit but those of signals.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self.lock = threading.RLock()
        journal = experiment.journal  # first: it refuses a second writer
        self.identity = Identity(_identity_log(experiment))
        self.tags = Tags()
        self.columns = Columns()
        self.instances = Instances()
        self.loaders: dict[str, tuple[str, int]] = {}
        self._discarded = Growing(bool, fill=False)
        self._last_seen = Growing(np.int32, NEVER)
        self.discarded_count = 0
        self.discard_version = 0
        self.version = 0
        self.grow()
        self._told: set[str] = set()
        self._objects_due = 0.0
        self.groups = Groups()
        self._to_restore = bool(self.identity.columns)
        for entry in journal.entries():
            edits.apply(self, entry.kind, entry.fields)

    def __len__(self) -> int:
        return len(self.identity)

    @cached_property
    def objects(self) -> Objects:
        """Predictions and targets, those of former sessions too."""
        from weightslab.samples.objects_file import read_objects

        if not self._experiment.settings.save_predictions:
            return Objects()
        return read_objects(self._experiment.root, self)

    @property
    def discarded(self) -> NDArray[np.bool_]:
        """Per row whether the sample is left out of training."""
        return self._discarded.values

    @property
    def last_seen(self) -> Int32:
        """Per row the last step at which a signal was recorded for it, -1 for never."""
        return self._last_seen.values

    @property
    def nbytes(self) -> int:
        """Memory taken by everything but predictions and targets."""
        parts = (self.identity, self.tags, self.columns, self.instances, self.groups)
        own = self._discarded.nbytes + self._last_seen.nbytes
        return own + sum(part.nbytes for part in parts)

    def add_range(self, loader_name: str, origin: str, count: int, *, grows: bool = False) -> Int32:
        """The rows [count] of a dataset whose samples have no ids; their ids are integers.

        Args:
            grows: it is a stream, known so far to this sample; its length says nothing about it.
        """
        with self.lock:
            rows = self.identity.add_range(loader_name, origin, count)
            if grows:
                self.grow()
            else:
                self.register(loader_name, origin, count)
            return rows

    def add_ids(self, loader_name: str, origin: str, ids: Any) -> Int32:
        """The rows [N of the dataset] of samples that have ids of their own; twice the same id
        gives twice the same row.

        Raises:
            SampleIdError: ids of mixed types or of a type that is no id.
        """
        parsed = as_ids(ids)
        with self.lock:
            rows = self.identity.add_ids(parsed, origin)
            self.register(loader_name, origin, len(rows))
            self.claim(loader_name, rows)
            return rows

    def register(self, loader_name: str, origin: str, count: int) -> None:
        """Tell of a loader of this split, over so many samples."""
        self.version += self.loaders.get(loader_name) != (origin, count)
        self.loaders[loader_name] = (origin, count)
        self.grow()

    def claim(self, loader_name: str, rows: Int32) -> None:
        """Put samples into the loader's split, but not those that another loader has in its own.

        Those are the same samples, as their ids say: a warning tells of them, once per loader.
        """
        origin = self.loaders[loader_name][0]
        codes, names = self.identity.origin_codes
        others = [split for name, (split, _) in self.loaders.items() if name != loader_name]
        taken = [names.index(split) for split in others if split != origin and split in names]
        foreign = np.isin(codes[rows], taken) if taken else np.zeros(len(rows), bool)
        self.identity.set_origin(rows[~foreign], origin)
        if foreign.any() and loader_name not in self._told:
            self._told.add(loader_name)
            first = rows[foreign][:1]
            warnings.warn(
                f"{loader_name}: {int(foreign.sum()):,} samples or more have the ids of samples of"
                f" {self.origin_of(first)[0]!r}, for example {self.ids_of(first)[0]!r}: they are"
                " taken for the same. Give datasets ids that differ.",
                stacklevel=6,
            )

    def rows_of(self, ids: Any, create: bool = False) -> Int32:
        """The rows [B] of ids as a script gives them; an id given twice gives its row twice.

        Args:
            ids: a tensor, array, list or set of integers or texts, or a single one.
            create: unknown ids become samples without an origin.

        Raises:
            SampleIdError: ids of mixed types or of a type that is no id.
            UnknownSampleError: a sample is unknown and not to be created.
        """
        parsed = as_ids(ids)
        with self.lock:
            rows = self.identity.find(parsed)
            unknown = np.flatnonzero(rows < 0)
            if len(unknown) and not create:
                some = ", ".join(repr(str(parsed[i])) for i in unknown[:3].tolist())
                raise UnknownSampleError(f"{len(unknown):,} unknown sample ids, among them {some}.")
            if len(unknown):
                rows = self.identity.add_ids(parsed, NO_ORIGIN)
                self.grow()
        return rows

    def ids_of(self, rows: Int32) -> list[str]:
        """The ids of rows as texts."""
        return self.identity.ids_of(rows)

    def origin_of(self, rows: Int32) -> list[str]:
        """The split of each row; an empty text where nobody said."""
        return self.identity.origins_of(rows)

    def item(self, row: int) -> Any:
        """What a watched dataset gives for the sample; None if none has it."""
        for loader in self._experiment.loaders.values():
            found, item = loader.item_of_row(row)
            if found:
                return item
        return None

    def edit(self, kind: str, rows: Int32 | None = None, **fields: Any) -> None:
        """Write an edit that changes something to the journal, then apply it.

        The caller has checked it.

        Raises:
            StoreClosedError: the ledger is closed.
            OSError: the disk is full or refuses; nothing was changed.
        """
        self._experiment.check_open()
        rows = np.empty(0, np.int32) if rows is None else np.unique(rows)
        if not edits.changes(self, kind, rows, fields):
            return
        if len(rows):
            fields["rows"] = runs_of(rows)
        by_hand = not inside_signal()
        if by_hand:
            self._experiment.before_edit()
        with self.lock:
            self.identity.sync()
            self._experiment.journal.append(kind, **fields)
            edits.apply(self, kind, fields)
            # Signals that tag at every step are no branches of the experiment.
            self.version += by_hand

    def discard(self, rows: Int32, discarded: bool = True) -> None:
        """Leave samples out of training, or take them back.

        Raises:
            OSError: the disk is full or refuses; nothing was changed.
        """
        self.edit(edits.DISCARD, rows, discarded=bool(discarded))

    def mark_discarded(self, rows: Int32, discarded: bool) -> None:
        """What `discard` does after the journal has it; training sees it with its next batch."""
        changed = int((self.discarded[rows] != discarded).sum())
        self.discarded_count += changed if discarded else -changed
        self.discarded[rows] = discarded
        self.discard_version += 1

    def set_latest(
        self, column: str, rows_B: Int32, values_B: Floats, step: int | NDArray[np.int32]
    ) -> None:
        """Keep the newest values of a signal; of a row that is there twice the last counts."""
        with self.lock:
            self.identity.add_column(column, of_instances=False)
            self.columns.set(column, len(self), rows_B, values_B)
            self.last_seen[rows_B] = step

    def set_latest_instances(
        self, column: str, rows_B: Int32, annotations_B: Int32, values_B: Floats, step: int
    ) -> None:
        """The same per instance; annotations count from 1 within a sample."""
        with self.lock:
            self.identity.add_column(column, of_instances=True)
            self.instances.set(column, rows_B, annotations_B, values_B)
            self.last_seen[rows_B] = step

    def set_objects(
        self,
        column: str,
        rows_B: Int32,
        values_B: Sequence[Any] | Any,
        annotations: Int32 | None = None,
    ) -> None:
        """Keep the newest prediction, target or raw prediction of samples, or of instances."""
        with self.lock:
            if annotations is None:
                self.objects.set("samples", column, rows_B, values_B)
            else:
                places = self.instances.places(rows_B, annotations)
                self.objects.set("instances", column, places, values_B)

    def frame(
        self, rows: Int32 | None = None, columns: Sequence[str] | None = None
    ) -> pandas.DataFrame:
        """The samples as a table, index (sample_id, annotation_id).

        Args:
            rows: only these samples, in this order.
            columns: only these, of `column_names`.
        """
        from weightslab.samples.frame import build_frame

        with self.lock:
            self._restore()
            return build_frame(self, rows, columns)

    def column_names(self) -> list[str]:
        """The columns of the table."""
        from weightslab.samples.frame import column_names

        with self.lock:
            self._restore()
            return column_names(self)

    def data_state_hash(self) -> str:
        """A digest of what is trained on: the datasets' sizes, all tags and all discards."""
        from weightslab.samples.state_hash import state_hash

        with self.lock:
            return state_hash(self)

    def flush(self, *, durable: bool = False) -> None:
        """`durable`: wait for all ids to be on the disk, and write predictions.h5 if it is due.

        It is written whole, therefore at most every twenty times as long as that takes.

        Raises:
            OSError: the disk is full or refuses.
        """
        with self.lock:
            if durable:
                self.identity.sync()
                if time.monotonic() >= self._objects_due:
                    self._write_objects()

    def _write_objects(self) -> None:
        keeps = self._experiment.settings.save_predictions
        if keeps and "objects" in self.__dict__ and self.objects.changed:
            from weightslab.samples.objects_file import write_objects

            begin = time.monotonic()
            write_objects(self._experiment.root, self, self.objects)
            self._objects_due = 21 * time.monotonic() - 20 * begin

    def close(self) -> None:
        """Write what is left and let go of the files.

        Raises:
            OSError: the disk is full or refuses.
        """
        for loader in self._experiment.loaders.values():
            loader.release()
        with self.lock:
            self._write_objects()
        if "objects" in self.__dict__:
            self.objects.close()
        self.identity.close()

    def _restore(self) -> None:
        if self._to_restore:
            from weightslab.samples.restore import restore_columns

            self._to_restore = False
            restore_columns(self, self._experiment)

    def grow(self) -> None:
        """Have an entry for every sample in what is kept per sample."""
        self._discarded.grow(len(self))
        self._last_seen.grow(len(self))


def _identity_log(experiment: Experiment) -> IdentityLog:
    if experiment.ranks is not None:
        log: IdentityLog = experiment.ranks.identity_log(experiment.root)
        return log
    return IdentityLog(experiment.root)

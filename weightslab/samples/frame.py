"""The samples as a pandas table.

Columns: discarded, origin, group_id, last_seen, prediction, target and prediction_raw where there
are any, tag:<name>, and one per signal. Rows of instances (annotation_id of 1 and more) stand
behind those of their samples and hold what is theirs; the rest is missing there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weightslab.samples.sorted_runs import Int32

if TYPE_CHECKING:
    from weightslab.samples.samples import Samples

TAG = "tag:"


def column_names(samples: Samples) -> list[str]:
    """The columns of the table, in their order."""
    return [
        *("discarded", "origin", "group_id", "last_seen"),
        *samples.objects.names,
        *(f"{TAG}{name}" for name in samples.tags.names),
        *dict.fromkeys((*samples.columns.names, *samples.instances.columns.names)),
    ]


def build_frame(
    samples: Samples, rows: Int32 | None = None, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """The table of all samples, or of distinct rows in this order; of some columns if asked."""
    layout = _Layout(samples, rows)
    wanted = column_names(samples) if columns is None else columns
    filled = {name: layout.column(name) for name in wanted}
    return pd.DataFrame(filled, index=layout.index(), copy=False)


class _Layout:
    """Which sample or instance stands in which row of the table."""

    def __init__(self, samples: Samples, rows: Int32 | None) -> None:
        self.samples = samples
        count = len(samples)
        chosen = np.arange(count, dtype=np.int32) if rows is None else np.asarray(rows, np.int32)
        instances = samples.instances
        places = np.arange(len(instances), dtype=np.int32)
        if rows is not None and len(instances):
            places = places[np.isin(instances.rows, chosen)]
        self.rows = np.concatenate((chosen, instances.rows[places]))
        self.annotations = np.concatenate(
            (np.zeros(len(chosen), np.int32), instances.annotations[places])
        )
        self.places = np.concatenate((np.full(len(chosen), -1, np.int32), places))
        self.has_instances = bool(len(places))
        self._order = np.arange(len(chosen), dtype=np.int32)
        if self.has_instances:
            rank = np.empty(count, np.int32)
            rank[chosen] = self._order
            order = np.lexsort((self.annotations, rank[self.rows]))
            self.rows, self.annotations, self.places = (
                part[order] for part in (self.rows, self.annotations, self.places)
            )
            self._order = rank[self.rows]
        self.of_instance = self.places >= 0
        self._chosen = chosen
        self._own = samples.identity.array_of(chosen)
        self._ids = pd.array(self._own, dtype="str")

    def groups(self) -> Any:
        """The group of each row's sample."""
        groups = pd.array(self.samples.groups.of(self._chosen, self._own), dtype="str")
        return groups.take(self._order) if self.has_instances else groups

    def index(self) -> pd.MultiIndex:
        """(sample_id, annotation_id), made of what is known: nothing has to be hashed."""
        annotations, codes = np.unique(self.annotations, return_inverse=True)
        levels: list[Any] = [pd.Index(self._ids), pd.Index(annotations)]
        places: list[Any] = [self._order, codes]
        return pd.MultiIndex(
            levels=levels,
            codes=places,
            names=["sample_id", "annotation_id"],
            verify_integrity=False,
        )

    def column(self, name: str) -> Any:
        """A column by its name."""
        samples = self.samples
        if name == "discarded":
            return self.masked(samples.discarded, pd.arrays.BooleanArray)
        if name == "origin":
            codes, names = samples.identity.origin_codes
            return _categorical(codes[self.rows], names)
        if name == "group_id":
            return self.groups()
        if name == "last_seen":
            return self.masked(samples.last_seen, pd.arrays.IntegerArray, missing=-1)
        if name in samples.objects.names:
            return self.objects(name)
        if name.startswith(TAG):
            return self.tag(name.removeprefix(TAG))
        return self.signal(name)

    def masked(self, values: NDArray[Any], kind: Any, missing: int | None = None) -> Any:
        """A nullable column, missing for instances."""
        taken = values[self.rows]
        mask = self.of_instance.copy()
        if missing is not None:
            mask |= taken == missing
        return kind(taken, mask)

    def tag(self, name: str) -> Any:
        """A tag, missing for instances."""
        tags, count = self.samples.tags, len(self.samples)
        if name not in tags.categories:
            return self.masked(tags.marks(name, count), pd.arrays.BooleanArray)
        codes = np.where(self.of_instance, -1, tags.codes(name, count)[self.rows])
        return _categorical(codes, tags.categories[name])

    def signal(self, name: str) -> NDArray[Any]:
        """A signal's newest value per sample and per instance."""
        samples = self.samples
        per_sample = name in samples.columns.names
        if not self.has_instances and per_sample:
            return samples.columns.get(name, len(samples))[self.rows]
        values = np.full(len(self.rows), np.nan, np.float64)
        if per_sample:
            own = samples.columns.get(name, len(samples))
            values = np.where(self.of_instance, np.float32(np.nan), own[self.rows])
        if name in samples.instances.columns.names:
            of = samples.instances.columns.get(name, len(samples.instances))
            values = (
                values.astype(np.promote_types(values.dtype, of.dtype))
                if per_sample
                else (values.astype(of.dtype))
            )
            values[self.of_instance] = of[self.places[self.of_instance]]
        return values

    def objects(self, name: str) -> Any:
        """Predictions or targets: numbers as such, else one object per row."""
        kinds = self.samples.objects.kinds
        of_samples, of_instances = (kinds[kind].get(name) for kind in ("samples", "instances"))
        if not self.has_instances and of_samples is not None:
            return of_samples.get(self.rows)
        found = np.empty(len(self.rows), object)
        for column, here, places in (
            (of_samples, ~self.of_instance, self.rows),
            (of_instances, self.of_instance, self.places),
        ):
            if column is not None:
                found[here] = np.array([*column.get(places[here]), None], object)[:-1]
        return found


def _categorical(codes: NDArray[Any], names: list[str]) -> Any:
    return pd.Categorical.from_codes(codes, pd.Index(names, dtype="str"))

"""`wl.tag_samples`, `wl.discard_samples` and the others that change or ask about samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.errors import ArgumentError
from weightslab.experiment import current
from weightslab.samples import edits

if TYPE_CHECKING:
    import pandas

MODES = ("add", "remove", "set")


def tag_samples(sample_ids: Any, tag: str, mode: str = "add") -> None:
    """Add a tag to samples, or remove it.

    Args:
        sample_ids: integers or texts, or what a watched loader gave; twice the same is no error.
        mode: "add" or "remove"; "set" is the same as "add": it takes the tag from no sample.

    Raises:
        ArgumentError: another mode, or no usable name.
        SampleIdError, UnknownSampleError: see the ids; no sample was tagged.
        OSError: the disk is full or refuses; no sample was tagged.
    """
    if mode not in MODES:
        raise ArgumentError(f"mode {mode!r} is unknown: use one of {', '.join(MODES)}.")
    samples = current().samples
    samples.tags.check_mark(tag)
    samples.edit(edits.TAG, samples.rows_of(sample_ids), tag=tag, present=mode != "remove")


def register_categorical_tag(tag: str, categories: Iterable[str]) -> None:
    """Declare a tag with one of several values per sample, or add values to it.

    Raises:
        ArgumentError: no usable name or values.
        OSError: the disk is full or refuses; nothing was registered.
    """
    if isinstance(categories, str):
        raise ArgumentError(f"tag {tag!r}: give a list of values, not one text.")
    values = list(categories)
    samples = current().samples
    samples.tags.check_values(tag, values)
    samples.edit(edits.CATEGORIES, tag=tag, values=list(dict.fromkeys(values)))


def set_categorical_tag(sample_ids: Any, tag: str, value: str | None) -> None:
    """Give samples one value of a categorical tag; a new value is registered. "" or None clears.

    Raises:
        ArgumentError: no usable name or value (a value has at most 1,024 characters).
        SampleIdError, UnknownSampleError: see the ids; nothing was set.
        OSError: the disk is full or refuses; nothing was set.
    """
    samples = current().samples
    cleared = value is None or value == ""
    samples.tags.check_values(tag, [] if cleared else [value])  # type: ignore[list-item]
    rows = samples.rows_of(sample_ids)
    samples.edit(edits.CATEGORY, rows, tag=tag, value=None if cleared else value)


def discard_samples(sample_ids: Any, discarded: bool = True) -> None:
    """Leave samples out of training from the next batch on; False takes them back.

    Raises:
        SampleIdError, UnknownSampleError: see the ids; nothing was discarded.
        OSError: the disk is full or refuses; nothing was discarded.
    """
    samples = current().samples
    samples.discard(samples.rows_of(sample_ids), bool(discarded))


def get_samples_by_tag(
    tag: str, origin: str | None = "train", limit: int | None = None
) -> list[str]:
    """The ids of samples that bear a tag; of a categorical tag, those with any value.

    Args:
        origin: the split; None: all of them.
        limit: at most so many, in the order of the samples.

    Returns:
        ids as texts; none where nothing was ever tagged so.

    Raises:
        ArgumentError: a negative limit.
    """
    samples = current().samples
    if tag not in samples.tags.names:
        return []
    return _ids_where(samples.tags.marks(tag, len(samples)), origin, limit)


def get_discarded_samples(origin: str | None = "train", limit: int | None = None) -> list[str]:
    """The ids of samples that are left out of training; arguments as `get_samples_by_tag`.

    Raises:
        ArgumentError: a negative limit.
    """
    return _ids_where(current().samples.discarded, origin, limit)


def dataframe() -> pandas.DataFrame:
    """All samples as a table, index (sample_id, annotation_id), with everything recorded so far."""
    experiment = current()
    if experiment.uses("recorder"):
        experiment.recorder.drain()
    return experiment.samples.frame()


def _ids_where(chosen: NDArray[np.bool_], origin: str | None, limit: int | None) -> list[str]:
    if limit is not None and (isinstance(limit, bool) or limit < 0):
        raise ArgumentError(f"limit {limit!r}: give how many at most, or None.")
    samples = current().samples
    rows = np.flatnonzero(chosen).astype(np.int32)
    if origin is not None:
        codes, names = samples.identity.origin_codes
        code = names.index(origin) if origin in names else -1
        rows = rows[codes[rows] == code]
    return samples.ids_of(rows[:limit])

"""A digest of the state of the data, by which branches of an experiment differ."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.samples.identity import runs_of

if TYPE_CHECKING:
    from weightslab.samples.samples import Samples

_UNLEARNED = ("val", "test")


def state_hash(samples: Samples) -> str:
    """The same for the same datasets, tags and discards, in whatever order they were made.

    Datasets of the splits "val" and "test" do not count: nothing is learned from them.
    """
    count, tags = len(samples), samples.tags
    columns: dict[str, NDArray[Any]] = {name: tags.marks(name, count) for name in tags.names}
    columns |= {name: tags.codes(name, count) + 1 for name in tags.categories}
    state = {
        "loaders": {n: known for n, known in samples.loaders.items() if known[0] not in _UNLEARNED},
        "tags": {name: _digest(column) for name, column in columns.items()},
        "categories": tags.categories,
        "discarded": runs_of(np.flatnonzero(samples.discarded).astype(np.int32)),
    }
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _digest(column: NDArray[Any]) -> str:
    """Of the entries that are not 0: samples that were added without a tag change nothing."""
    kept = np.flatnonzero(column)
    return hashlib.sha256(kept.astype("<i8").tobytes() + column[kept].tobytes()).hexdigest()

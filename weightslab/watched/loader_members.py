"""The samples of a watched dataset: index to row and back, ids, and which are left out.

Legend: N samples of the dataset, B of a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from weightslab.samples.sample_ids import Ids
from weightslab.samples.sorted_runs import Int32

if TYPE_CHECKING:
    from weightslab.samples.samples import Samples


class Members:
    """What the ledger knows of a dataset's samples.

    Args:
        rows_N: of the samples; -1 where only loading a sample tells who it is.
        own_ids: the dataset's own, integers or texts by index; None where it has none.
        dropped_N: samples that are there twice and were asked to be dropped.
    """

    def __init__(
        self,
        samples: Samples,
        rows_N: Int32,
        own_ids: Ids | None = None,
        dropped_N: NDArray[np.bool_] | None = None,
    ) -> None:
        self.rows = rows_N
        self.own_ids = own_ids
        self.dropped = dropped_N
        self._samples = samples
        self._count_version = -1
        self._count = 0
        steps = np.diff(rows_N) if len(rows_N) else np.zeros(0)
        known = len(rows_N) > 0 and rows_N[0] >= 0
        self._consecutive = bool(known and (steps == 1).all())
        self._first_id: int | None = None
        if self._consecutive and own_ids is None:
            ends = samples.identity.integers_of(rows_N[[0, -1]])
            if ends is not None and ends[1] - ends[0] == len(rows_N) - 1:
                self._first_id = int(ends[0])

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def version(self) -> int:
        """Another number after every change of what is left out."""
        return self._samples.discard_version

    @property
    def leaves_out(self) -> bool:
        """Whether any sample of the experiment is left out."""
        return self._samples.discarded_count > 0 or self.dropped is not None

    def left_out(self, indices: NDArray[Any]) -> NDArray[np.bool_] | None:
        """Which of these samples are left out; None: surely none."""
        if not self.leaves_out:
            return None
        rows = self.rows[indices]
        out = self._samples.discarded[rows] & (rows >= 0)
        if self.dropped is not None:
            out |= self.dropped[indices]
        return out if out.any() else None

    def count(self) -> int:
        """How many samples are not left out."""
        if self._count_version != self.version:
            out = self.left_out(np.arange(len(self)))
            self._count = len(self) - (0 if out is None else int(out.sum()))
            self._count_version = self.version
        return self._count

    def ids(self, indices: NDArray[Any], rows_B: Int32) -> torch.Tensor | list[str]:
        """The ids of a batch: an int64 tensor, or a list of the dataset's own texts."""
        if self._first_id is not None:
            return torch.from_numpy(indices + self._first_id)
        own = self.own_ids
        if own is None:
            integers = self._samples.identity.integers_of(rows_B)
            return self._samples.ids_of(rows_B) if integers is None else torch.from_numpy(integers)
        if isinstance(own, np.ndarray):
            return torch.from_numpy(own[indices])
        return [own[index] for index in indices.tolist()]

    def learn(self, indices: NDArray[Any], rows_B: Int32) -> None:
        """Remember who the samples at these indices are."""
        self.rows[indices] = rows_B

    def index_of(self, row: int) -> int | None:
        """Where the dataset has the sample of a row; None where it does not."""
        if self._consecutive:
            index = row - int(self.rows[0])
            return index if 0 <= index < len(self.rows) else None
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else None

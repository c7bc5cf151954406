"""Predictions and targets: the newest of each sample, numbers or arrays or anything else."""

from __future__ import annotations

from typing import Any

import numpy as np

from weightslab.samples.sorted_runs import Int32


class Objects:
    """Columns of predictions and targets."""

    def __init__(self, *, with_instances: bool = True) -> None:
        self._columns: dict[str, dict[int, Any]] = {}
        if with_instances:
            self.of_instances = Objects(with_instances=False)

    @property
    def names(self) -> list[str]:
        """The columns."""
        return list(self._columns)

    def set(self, name: str, rows_B: Int32, values_B: Any) -> None:
        """Keep one entry per row."""
        if hasattr(values_B, "detach"):
            values_B = values_B.detach().cpu().numpy()
        column = self._columns.setdefault(name, {})
        for row, value in zip(rows_B.tolist(), values_B, strict=True):
            column[row] = value

    def get(self, name: str, rows: Int32) -> Any:
        """The entries of rows [B], None where nothing was set."""
        column = self._columns[name]
        found = np.empty(len(rows), object)
        found[:] = [column.get(row) for row in rows.tolist()]
        return found

"""Which samples belong together, for example the frames of one film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from weightslab.samples.growing import Growing
from weightslab.samples.id_texts import IdTexts, encoded
from weightslab.samples.sorted_runs import Int32

if TYPE_CHECKING:
    import pyarrow

_NONE = -1


class Groups:
    """The group of each sample; one that is in none is its own."""

    def __init__(self) -> None:
        self._codes = Growing(np.int32, _NONE)
        self._names = IdTexts()

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self._codes.nbytes + self._names.nbytes

    def set(self, rows: Int32, names: list[str]) -> None:
        """Say the group of each of these rows."""
        distinct = list(dict.fromkeys(names))
        known = self._names.find(distinct)
        new = [name for name, number in zip(distinct, known, strict=True) if number < 0]
        self._names.append(new, *encoded(new))
        if len(rows):
            self._codes.grow(int(rows.max()) + 1)[rows] = self._names.find(names)

    def of(self, rows: Int32, ids: pyarrow.Array) -> pyarrow.Array:
        """The groups of rows; `ids` are the samples' own."""
        import pyarrow.compute

        codes = self._codes.grow(int(rows.max(initial=-1)) + 1)[rows]
        if (codes == _NONE).all():
            return ids
        names = self._names.array(np.arange(len(self._names)))
        return pyarrow.compute.coalesce(names.take(pyarrow.array(codes, mask=codes == _NONE)), ids)

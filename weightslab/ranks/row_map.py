"""Which rows another rank's rows are here: ranks may have met the same samples in another order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from weightslab.samples.growing import Growing
from weightslab.samples.identity import Int32, rows_of_runs, split_texts

if TYPE_CHECKING:
    from weightslab.samples.samples import Samples


class RowMap:
    """Rows of one other rank as rows of this one; samples that are new here are added."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._rows = Growing(np.int32)
        self._of_loader: dict[str, int] = {}

    def learn(self, payloads: Iterable[bytes]) -> None:
        """Take entries of the other rank's identity log, in its order."""
        for payload in payloads:
            line, _, body = payload.partition(b"\n")
            head = json.loads(line)
            if "range" in head:
                known = self._of_loader.get(head["range"], 0)
                count = known + head["count"]
                rows = self._range(head["range"], head["origin"], count)[known:]
                self._of_loader[head["range"]] = count
            elif "texts" in head:
                texts, _, _ = split_texts(body, head["texts"])
                rows = self._samples.rows_of(texts, create=True)
                if head["origin"]:
                    self._samples.identity.set_origin(rows, head["origin"])
            elif "origin_of" in head:
                here = self.here(rows_of_runs(head["origin_of"]))
                self._samples.identity.set_origin(here, head["origin"])
                continue
            else:
                continue
            self._rows.extend(rows)

    def _range(self, loader: str, origin: str, count: int) -> Int32:
        samples = self._samples
        with samples.lock:
            rows = samples.identity.add_range(loader, origin, count)
            samples.grow()
        return rows

    def here(self, rows: Int32) -> Int32:
        """The rows here."""
        translated: Int32 = self._rows.values[rows]
        return translated

"""The newest values of former sessions, taken from history when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from weightslab.samples.columns import Columns, Floats
from weightslab.samples.sorted_runs import Int32
from weightslab.signals.names import SAVED, plain

if TYPE_CHECKING:
    from weightslab.experiment import Experiment
    from weightslab.samples.samples import Samples


def restore_columns(samples: Samples, experiment: Experiment) -> None:
    """Fill what this session has not recorded itself; of one sample the latest step counts."""
    reader = experiment.history.reader
    for name, of_instances in samples.identity.columns.items():
        signals = [plain(name.removeprefix(SAVED))]
        earlier = Columns()
        for batch in reader.batches("instances" if of_instances else "samples", signals=signals):
            places = rows = batch["row"].to_numpy()
            if of_instances:
                places = samples.instances.places(rows, batch["annotation"].to_numpy())
            earlier.set(name, _length(samples, of_instances), places, batch["value"].to_numpy())
            _seen(samples, rows, batch["step"].to_numpy())
        if name in earlier.names:
            columns = samples.instances.columns if of_instances else samples.columns
            _fill(columns, name, earlier.get(name, _length(samples, of_instances)))


def _length(samples: Samples, of_instances: bool) -> int:
    return len(samples.instances if of_instances else samples)


def _seen(samples: Samples, rows: Int32, steps: Int32) -> None:
    """A sample's rows stand together, its latest step last."""
    last = np.flatnonzero(np.diff(rows, append=-1))
    seen = samples.last_seen
    seen[rows[last]] = np.maximum(seen[rows[last]], steps[last])


def _fill(columns: Columns, name: str, values: Floats) -> None:
    """Set values where there is none yet."""
    places = np.arange(len(values), dtype=np.int32)
    if name in columns.names:
        places = places[np.isnan(columns.get(name, len(values)))]
    columns.set(name, len(values), places, values[places])

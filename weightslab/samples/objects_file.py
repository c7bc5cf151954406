"""`predictions.h5`: predictions and targets as HDF5, written whole, read back at a restart.

Per column a group `samples` and a group `instances`; in each, `arrays` holds what is numbers or
arrays of one shape and `texts` everything else as JSON. Each of these has `sample_id`,
`annotation_id` (0: the sample's own) and `values`, of equal length.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from weightslab.atomic_files import replaced_file
from weightslab.experiment import close_first_at_exit
from weightslab.samples.objects import ObjectColumn, Objects
from weightslab.samples.plain_json import plain
from weightslab.samples.sorted_runs import Int32
from weightslab.store.storage import local_path, refusals, storage_at

if TYPE_CHECKING:
    from weightslab.samples.samples import Samples

FILE = "predictions.h5"
_log = logging.getLogger(__name__)


def write_objects(root: Path | str, samples: Samples, objects: Objects) -> None:
    """Replace the file by what there is now.

    Raises:
        StoreError: the disk is full or refuses; the former file is intact.
    """
    with refusals(f"{root}/{FILE}"), _new_file(root) as file:
        for kind, columns in objects.kinds.items():
            for name, column in columns.items():
                _write_column(file, f"{name}/{kind}", column, samples)
    objects.changed = False


def read_objects(root: Path | str, samples: Samples) -> Objects:
    """What a former session wrote; nothing where there is no file, or none that can be read.

    A file that cannot be read is kept as `predictions.h5.damaged`.
    """
    import h5py

    close_first_at_exit()
    objects = Objects()
    storage = storage_at(root)
    try:
        content = storage.read(FILE) if local_path(root) is None else b""
        place = local_path(root)
        if place is not None and not (place / FILE).exists():
            return objects
        with h5py.File(io.BytesIO(content) if place is None else place / FILE, "r") as file:
            for name in file:
                for kind in file[name]:
                    _read_column(file[name][kind], name, kind, samples, objects)
    except FileNotFoundError:
        return objects
    except (OSError, KeyError, ValueError) as error:
        _log.warning("%s/%s cannot be read (%s); it is set aside", root, FILE, error)
        if place is not None:
            (place / FILE).replace(place / f"{FILE}.damaged")
        return Objects()
    objects.changed = False
    return objects


@contextmanager
def _new_file(root: Path | str) -> Iterator[Any]:
    import h5py

    place = local_path(root)
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
        with replaced_file(place / FILE) as temporary, h5py.File(temporary, "w") as file:
            yield file
        return
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        yield file
    storage_at(root).replace(FILE, content.getvalue())


def _write_column(file: Any, name: str, column: ObjectColumn, samples: Samples) -> None:
    of_instances = name.endswith("/instances")
    if column.arrays is not None:
        places = column.arrays.places()
        _write(file, f"{name}/arrays", places, column.arrays.many(places), samples, of_instances)
    if column.loose:
        places = np.fromiter(column.loose, np.int32, len(column.loose))
        texts = np.array([json.dumps(plain(value)) for value in column.loose.values()], object)
        _write(file, f"{name}/texts", places, texts, samples, of_instances)


def _write(
    file: Any,
    name: str,
    places: Int32,
    values: NDArray[Any],
    samples: Samples,
    of_instances: bool,
) -> None:
    instances = samples.instances
    rows = instances.rows[places] if of_instances else places
    group = file.create_group(name)
    group["sample_id"] = np.array(samples.ids_of(rows), object)
    group["annotation_id"] = instances.annotations[places] if of_instances else np.zeros_like(rows)
    group["values"] = values


def _read_column(group: Any, name: str, kind: str, samples: Samples, objects: Objects) -> None:
    for form in group:
        ids = group[form]["sample_id"].asstr()[:].tolist()
        if not ids:
            continue
        places = samples.rows_of(ids)
        if kind == "instances":
            places = samples.instances.places(places, group[form]["annotation_id"][:])
        values = group[form]["values"]
        if form == "arrays":
            objects.set(kind, name, places, values[:])
        else:
            objects.set(kind, name, places, [json.loads(text) for text in values.asstr()[:]])

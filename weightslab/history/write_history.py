"""`write_history`: what was recorded, as one file, in flat memory however long it is."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from weightslab.errors import ArgumentError, UnknownSampleError
from weightslab.experiment import Experiment, current
from weightslab.history.history_files import Excerpt, write_csv, write_json, write_parquet
from weightslab.history.output import checked_format, normalised, place_of, written

if TYPE_CHECKING:
    from weightslab.store.series import Kind

_log = logging.getLogger(__name__)
_WRITE = {"json": write_json, "csv": write_csv, "parquet": write_parquet}
# What `type_of_history` may say -> the kinds of the store.
_TYPES: dict[str, tuple[Kind, ...]] = {
    "all": ("global", "samples", "instances"),
    "global": ("global",),
    "sample": ("samples",),
    "instance": ("instances",),
    "instances": ("instances",),
}


def write_history(
    path: Any = None,
    format: str = "json",
    type_of_history: str | None = None,
    graph_name: Any = None,
    experiment_hash: str | None = None,
    sample_id: Any = None,
    instance_id: Any = None,
) -> str:
    """Write the history of signals: values of steps, of samples, of instances.

    NaN and infinities stay what they are, except in JSON, which has no word for them: null.
    What was never recorded is no error: its sections are empty, and a warning says so.

    Args:
        path: a file with an extension, or a folder (made if missing) in which the name is made
            from the arguments, so that the same call writes the same file; None: the log folder.
        format: "json", "csv" or "parquet".
        type_of_history: "global", "sample" or "instance"; None or "all": all three.
        graph_name: one or several signals; None: all.
        experiment_hash: None: the current one; "all": every one.
        sample_id: one or several; says nothing about global history.
        instance_id: one or several annotation ids; says nothing about the other histories.

    Returns:
        the file that was written. What was there before is replaced in one step, or intact.

    Raises:
        ArgumentError: another format or type, or an instance_id that is no number.
        SampleIdError: sample_id is no id.
        OSError: the disk is full or refuses.
    """
    experiment = current()
    file_format = checked_format(format)
    wishes = {"graph_name": graph_name, "sample_id": sample_id, "instance_id": instance_id}
    parameters = {name: normalised(wish) for name, wish in wishes.items()}
    parameters["sample_id"] = parameters["sample_id"] and [str(i) for i in parameters["sample_id"]]
    named = {**parameters, "type_of_history": type_of_history or "all", "hash": experiment_hash}
    place = place_of(path, experiment.root, "history", file_format, named)
    experiment.flush()
    excerpt = Excerpt(
        experiment,
        _kinds(type_of_history),
        parameters["graph_name"],
        _experiments(experiment, experiment_hash),
        _rows(experiment, parameters["sample_id"]),
        _annotations(parameters["instance_id"]),
    )
    if not excerpt.has_series():
        _log.warning("write_history: nothing was recorded of %s", named)
    with written(place) as file:
        _WRITE[file_format](excerpt, file)
    return place


def _kinds(type_of_history: str | None) -> tuple[Kind, ...]:
    wish = type_of_history or "all"
    if wish not in _TYPES:
        raise ArgumentError(f"type_of_history {wish!r} is unknown: use one of {', '.join(_TYPES)}.")
    return _TYPES[wish]


def _experiments(experiment: Experiment, wish: str | None) -> list[str] | None:
    if wish == "all":
        return None
    present = experiment.checkpoints.hash if wish is None else wish
    return [present] if present else None


def _rows(experiment: Experiment, ids: list[Any] | None) -> list[int] | None:
    """The rows of the samples that are known."""
    if ids is None:
        return None
    rows = []
    for sample_id in ids:
        try:
            rows += experiment.samples.rows_of([sample_id]).tolist()
        except UnknownSampleError:
            _log.warning("write_history: sample %s is unknown", sample_id)
    return rows


def _annotations(wish: list[Any] | None) -> list[int] | None:
    for annotation in wish or ():
        if isinstance(annotation, bool) or not isinstance(annotation, int):
            raise ArgumentError(f"instance_id is a whole number, not {annotation!r}.")
    return wish

"""`write_dataframe`: the table of samples as a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from weightslab.errors import UnknownNameError
from weightslab.experiment import current
from weightslab.history.output import checked_format, normalised, place_of, written
from weightslab.samples.plain_json import plain

if TYPE_CHECKING:
    import pandas

    from weightslab.experiment import Experiment

CHUNK = 65_536
_GROUPS = {"tags": "tag:", "signals": "signals", "discarded": "discarded"}


def write_dataframe(
    path: Any = None,
    format: str = "json",
    columns: Any = None,
    sample_id: Any = None,
    instance_id: Any = None,
) -> str:
    """Write the table of samples: one row per (sample_id, annotation_id).

    Args:
        path: a file with an extension, or a folder (made if missing) in which the name is made
            from the arguments, so that the same call writes the same file; None: the log folder.
        format: "json" (a list of rows), "csv" or "parquet".
        columns: names or the groups "tags", "signals", "discarded"; None or "all": every column.
        sample_id: one or several; None: all.
        instance_id: annotation ids, 0 for the samples' own rows; None: all.

    Returns:
        the file that was written. What was there before is replaced in one step, or intact.

    Raises:
        ArgumentError: another format.
        UnknownNameError: no such column; the message lists them.
        UnknownSampleError, SampleIdError: see the ids.
        OSError: the disk is full or refuses.
    """
    experiment = current()
    file_format = checked_format(format)
    wishes = {"columns": columns, "sample_id": sample_id, "instance_id": instance_id}
    parameters = {name: normalised(wish) for name, wish in wishes.items()}
    parameters["sample_id"] = parameters["sample_id"] and [str(i) for i in parameters["sample_id"]]
    place = place_of(path, experiment.root, "dataframe", file_format, parameters)
    experiment.flush()
    frame = _chosen(experiment, columns, sample_id, parameters["instance_id"])
    write = {"json": _write_json, "csv": _write_csv, "parquet": _write_parquet}[file_format]
    with written(place) as file:
        write(frame.reset_index(), file)
    return place


def _chosen(
    experiment: Experiment, columns: Any, sample_id: Any, annotations: list[Any] | None
) -> pandas.DataFrame:
    samples = experiment.samples
    rows = None if sample_id is None else samples.rows_of(sample_id)
    if rows is not None:
        rows = rows[np.sort(np.unique(rows, return_index=True)[1])]
    frame = samples.frame(rows, _names(samples.column_names(), columns))
    if annotations is not None:
        frame = frame[frame.index.get_level_values("annotation_id").isin(annotations)]
    return frame


def _names(known: list[str], columns: Any) -> list[str]:
    wished = [columns] if isinstance(columns, str) else list(columns or ["all"])
    chosen: dict[str, None] = {}
    for wish in wished:
        if wish == "all":
            chosen.update(dict.fromkeys(known))
        elif wish in _GROUPS:
            chosen.update(dict.fromkeys(n for n in known if n.startswith(_GROUPS[wish])))
        elif wish in known:
            chosen[wish] = None
        else:
            groups = ", ".join(("all", *_GROUPS))
            raise UnknownNameError(
                f"{wish!r} is no column. There are {', '.join(known)}; groups: {groups}."
            )
    return list(chosen)


def _write_json(table: pandas.DataFrame, file: BinaryIO) -> None:
    file.write(b"[")
    names = list(table.columns)
    for begin in range(0, len(table), CHUNK):
        part = table.iloc[begin : begin + CHUNK]
        columns = [_plain(part[name]) for name in names]
        rows = (
            json.dumps(dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)
        )
        file.write(b",\n" if begin else b"\n")
        file.write(",\n".join(rows).encode())
    file.write(b"\n]\n")


def _write_csv(table: pandas.DataFrame, file: BinaryIO) -> None:
    for begin in range(0, max(len(table), 1), CHUNK):
        part = table.iloc[begin : begin + CHUNK].copy()
        for name in part.columns:
            if part[name].dtype == np.float32:
                part[name] = _shortest(part[name].to_numpy())
            elif part[name].dtype == object:
                part[name] = [None if v is None else _as_text(v) for v in _plain(part[name])]
        text = part.to_csv(index=False, header=begin == 0, lineterminator="\n")
        file.write(text.encode())


def _write_parquet(table: pandas.DataFrame, file: BinaryIO) -> None:
    import pyarrow
    import pyarrow.parquet

    for name in table.columns:
        if table[name].dtype == object:
            values = _plain(table[name])
            try:
                pyarrow.array(values)
            except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):  # of several shapes
                values = [None if value is None else json.dumps(value) for value in values]
            table[name] = np.fromiter(values, object, len(values))
    content = pyarrow.Table.from_pandas(table, preserve_index=False)
    pyarrow.parquet.write_table(content, file, compression="zstd")


def _plain(column: pandas.Series[Any]) -> list[Any]:
    """Entries as JSON has them: missing ones, NaN and infinities are None."""
    if column.dtype == np.float32:
        values: list[Any] = _shortest(column.to_numpy()).tolist()
    else:
        values = column.astype(object).where(column.notna(), None).tolist()
    return [plain(value) for value in values]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _shortest(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """float32 as the float64 that prints the same: 0.38, not 0.3799999952316284."""
    import pyarrow
    import pyarrow.compute

    texts = pyarrow.compute.cast(pyarrow.array(values), pyarrow.string())
    return np.asarray(pyarrow.compute.cast(texts, pyarrow.float64()).to_numpy(zero_copy_only=False))

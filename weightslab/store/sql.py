"""Questions in SQL: DuckDB over the Parquet parts and the tail, as one view per kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from weightslab.store.manifest import Part, quoted
from weightslab.store.series import KEYS, Kind
from weightslab.store.storage import LocalStorage, RemoteStorage, Storage

if TYPE_CHECKING:
    import duckdb
    import pyarrow

VIEWS: dict[Kind, str] = {
    "global": "global_rows",
    "samples": "sample_rows",
    "instances": "instance_rows",
}


def ask(
    storage: Storage,
    parts: Sequence[Part],
    tails: Mapping[Kind, pyarrow.Table],
    query: str,
    parameters: Sequence[object] | None,
) -> pyarrow.Table | None:
    """The answer as a table; None where a part went away meanwhile.

    Raises:
        duckdb.Error: DuckDB refuses the question.
    """
    import duckdb

    with duckdb.connect() as connection:
        if isinstance(storage, RemoteStorage):
            connection.register_filesystem(storage.files)
        for kind, tail in tails.items():
            connection.register(f"tail_{kind}", tail)
            _make_view(connection, storage, kind, [p for p in parts if p.series.kind == kind])
        try:
            return connection.sql(query, params=parameters).to_arrow_table()
        except (duckdb.IOException, duckdb.HTTPException):
            if all(storage.version(part.name) is not None for part in parts):
                raise
            return None


def _make_view(
    connection: duckdb.DuckDBPyConnection, storage: Storage, kind: Kind, parts: list[Part]
) -> None:
    columns = ", ".join(KEYS[kind])
    sources = [f"SELECT signal, experiment, {columns}, value FROM tail_{kind}"]  # noqa: S608
    if parts:
        paths = ", ".join(_text(_address(storage, part)) for part in parts)
        signal, experiment = (
            _whole_name(column, {getattr(part.series, column) for part in parts})
            for column in ("signal", "experiment")
        )
        sources.append(
            f"SELECT {signal}, {experiment}, {columns}, value FROM read_parquet([{paths}], "  # noqa: S608
            "hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
        )
    connection.execute(f"CREATE VIEW {VIEWS[kind]} AS {' UNION ALL '.join(sources)}")


def _whole_name(column: str, names: set[str]) -> str:
    """The column that the folders' names give, with those that were cut made whole."""
    cut = {unquote(quoted(name)): name for name in names}
    cases = [f"WHEN {_text(s)} THEN {_text(whole)}" for s, whole in cut.items() if s != whole]
    return f"CASE {column} {' '.join(cases)} ELSE {column} END AS {column}" if cases else column


def _address(storage: Storage, part: Part) -> str:
    if isinstance(storage, LocalStorage):
        return str((storage.path / part.name).absolute())
    return f"{storage.root}/{part.name}"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

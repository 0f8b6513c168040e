"""Statements with one text for both databases. Rows go in as one JSON parameter, so that a batch is one statement.

SQLite reads them with json_each, PostgreSQL with jsonb_array_elements. Ids go in as JSON on SQLite and as an array on
PostgreSQL. All else is the same.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from django.db import connection

Row = Sequence[Any]


def is_postgresql() -> bool:
    """Whether the database is PostgreSQL; otherwise it is SQLite."""
    return connection.vendor == "postgresql"


def begin_writing(*, activating: bool, lock_ms: int | None = None) -> None:
    """Begin a write transaction: exclude activations of rulebooks, or every other transaction if it activates one.

    A link that is put in review must know when the next rulebook starts in its market. On SQLite one writer at a time
    is enough. The limit on the time of a statement is for reads. `lock_ms`: how long to wait for a lock, if not as
    usual.
    """
    if is_postgresql():
        limits = "set_config('statement_timeout', '0', true)"
        if lock_ms is not None:
            limits += f", set_config('lock_timeout', '{lock_ms}', true)"
        lock = "pg_advisory_xact_lock" if activating else "pg_advisory_xact_lock_shared"
        query(f"SELECT {limits}, {lock}(7310001)")


def query(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    """Run a statement; returns its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def execute(statement: str, *params: Any) -> int:
    """Run a statement; returns the number of rows that it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        touched: int = cursor.rowcount
        return touched


def among(column: str) -> str:
    """The condition that a column is among the ids in the parameter `ids(…)`."""
    if is_postgresql():
        return f"{column} = ANY(%s::text[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def unindexed(column: str) -> str:
    """A column in a condition by which SQLite shall search no index: it does not know how many rows a value has."""
    return column if is_postgresql() else f"+{column}"


def ids(values: Iterable[str]) -> Any:
    """Ids as the parameter for `among`."""
    listed = sorted(values)
    if not is_postgresql():
        return msgspec.json.encode(listed).decode()
    # The array as text. psycopg writes the same text from a list, five times slower: it looks at each id for what
    # has to be quoted.
    return (
        "{"
        + ",".join(['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in listed])
        + "}"
    )


def query_among(values: Collection[str], statement: str, *params: Any) -> list[tuple[Any, ...]]:
    """Run a statement whose first parameter is `ids(values)`; without values there is no statement and no row."""
    return query(statement, ids(values), *params) if values else []


def rows_as(**types: str) -> str:
    """A sub-select named `given` of the rows in the parameter `rows(…)`, with these columns and types."""
    columns = ", ".join(
        f"CAST(r.value->>{position} AS {kind}) AS {name}"
        for position, (name, kind) in enumerate(types.items())
    )
    source = "jsonb_array_elements(%s::jsonb) AS r(value)" if is_postgresql() else "json_each(%s) AS r"
    return f"(SELECT {columns} FROM {source}) AS given"


def rows(values: Iterable[Row]) -> str:
    """Rows as the parameter for `rows_as`."""
    return msgspec.json.encode(list(values)).decode()


def insert(table: str, values: Sequence[Row], **types: str) -> None:
    """Insert rows with these columns and types by one statement; without rows there is no statement."""
    if values:
        columns = ", ".join(types)
        execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows_as(**types)}", rows(values))


def update(table: str, key: str, values: Sequence[Row], **types: str) -> None:
    """Update rows by their key column by one statement; without rows there is no statement."""
    if values:
        settings = ", ".join(f"{name} = given.{name}" for name in types if name != key)
        execute(
            f"UPDATE {table} SET {settings} FROM {rows_as(**types)} WHERE {table}.{key} = given.{key}",
            rows(values),
        )

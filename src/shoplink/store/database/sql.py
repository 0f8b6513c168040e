"""The one statement text for both databases: rows and ids go in as JSON, so a batch is one statement.

SQLite reads them with json_each, PostgreSQL with jsonb_array_elements; all else is alike.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import connection

Row = Sequence[Any]


def is_postgresql() -> bool:
    """Whether the database is PostgreSQL; else it is SQLite."""
    return connection.vendor == "postgresql"


def exclude_activations(activating: bool) -> None:  # noqa: FBT001 (the one thing that differs)
    """Let no rulebook be activated while this transaction decides, or let nobody decide while it activates.

    A link that comes to be held must know the next start of a rulebook in its market; on SQLite one
    writer at a time is enough.
    """
    if is_postgresql():
        lock = "pg_advisory_xact_lock" if activating else "pg_advisory_xact_lock_shared"
        query(f"SELECT {lock}(7310001)")


def query(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement answers with."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def execute(statement: str, *params: Any) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        touched: int = cursor.rowcount
        return touched


def among(column: str) -> str:
    """The condition that a column is one of the ids given as the parameter `ids(…)`."""
    if is_postgresql():
        return f"{column} = ANY(%s::text[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def ids(values: Iterable[str]) -> Any:
    """Ids as the parameter of `among`."""
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


def rows_as(**types: str) -> str:
    """A sub-select `given` of the rows given as the parameter `rows(…)`, with these columns and types."""
    columns = ", ".join(
        f"CAST(r.value->>{position} AS {kind}) AS {name}"
        for position, (name, kind) in enumerate(types.items())
    )
    source = "jsonb_array_elements(%s::jsonb) AS r(value)" if is_postgresql() else "json_each(%s) AS r"
    return f"(SELECT {columns} FROM {source}) AS given"


def rows(values: Iterable[Row]) -> str:
    """Rows as the parameter of `rows_as`."""
    return msgspec.json.encode(list(values)).decode()


def insert(table: str, values: Sequence[Row], **types: str) -> None:
    """Insert rows with these columns and types in one statement; none if there are no rows."""
    if values:
        columns = ", ".join(types)
        execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows_as(**types)}", rows(values))


def update(table: str, key: str, values: Sequence[Row], **types: str) -> None:
    """Update rows by their key, the first of the columns, in one statement; none if there are no rows."""
    if values:
        settings = ", ".join(f"{name} = given.{name}" for name in types if name != key)
        execute(
            f"UPDATE {table} SET {settings} FROM {rows_as(**types)} WHERE {table}.{key} = given.{key}",
            rows(values),
        )

"""Read the rows of a table as lines of JSON that are the same on every database, and store such rows again.

A line is an array of the values of a row, in the order of the columns. The rows are in the order of their key.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from django.db import connection

from shoplink.store.archive.tables import Table
from shoplink.store.database.sql import execute, is_postgresql, query

PAGE_ROWS = 2_000

_encoder = msgspec.json.Encoder(order="deterministic")


def read_lines(table: Table) -> Iterator[tuple[int, bytes]]:
    """All rows, in pages: how many, and their lines. Use this within one snapshot; memory does not grow with the rows."""
    # Texts sort by their bytes on SQLite; on PostgreSQL the order is otherwise a matter of its locale.
    by_bytes = ' COLLATE "C"' if table.key_is_text and is_postgresql() else ""
    columns = ", ".join(f'"{column}"' for column in table.columns)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY "{table.key}"{by_bytes}')
        while page := cursor.fetchmany(PAGE_ROWS):
            yield len(page), _encoder.encode_lines(_converted(table, page))


def store_rows(table: Table, rows: Sequence[list[Any]]) -> None:
    """Store rows with the values of such lines, keys included. Changes the rows."""
    for place, field in table.converted:
        for row in rows:
            row[place] = field.get_db_prep_save(field.to_python(row[place]), connection)
    columns = ", ".join(f'"{column}"' for column in table.columns)
    with connection.cursor() as cursor:
        if is_postgresql():
            statement = f'COPY "{table.name}" ({columns}) FROM STDIN'
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(table.columns))
            cursor.executemany(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', rows)


def count_rows(table: Table) -> int:
    """How many rows the table has."""
    count: int = query(f'SELECT count(*) FROM "{table.name}"')[0][0]
    return count


def empty_tables(tables: Iterable[Table]) -> None:
    """Delete all rows of the tables."""
    for table in tables:
        execute(f'DELETE FROM "{table.name}"')


def exclude_writers(tables: Iterable[Table]) -> None:
    """Let nobody else write to the tables before the transaction ends. On SQLite a writer is alone."""
    if is_postgresql():
        names = ", ".join(f'"{table.name}"' for table in tables)
        execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def last_number(table: Table) -> int | None:
    """The last number that the table has given to a row, deleted or not; None if it gives none."""
    if not table.key_is_given:
        return None
    if is_postgresql():
        last, given = query(f"SELECT last_value, is_called FROM {_sequence(table)}")[0]
        return last if given else 0
    found = query("SELECT seq FROM sqlite_sequence WHERE name = %s", table.name)
    return found[0][0] if found else 0


def continue_after(table: Table, number: int) -> None:
    """Give the next row a number after this one and after all that stand in the table."""
    highest = query(f'SELECT max("{table.key}") FROM "{table.name}"')[0][0] or 0
    number = max(number, highest)
    if is_postgresql():
        query("SELECT setval(%s::regclass, %s, %s)", _sequence(table), max(number, 1), number > 0)
    elif not execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", number, table.name):
        execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", table.name, number)


def newest_position() -> int:
    """The position of the newest numbered event; 0 if there is none."""
    return query("SELECT max(position) FROM event")[0][0] or 0


def unnumbered_events() -> int:
    """How many events have no position yet."""
    count: int = query("SELECT count(*) FROM event WHERE position IS NULL")[0][0]
    return count


def renew_statistics() -> None:
    """Let PostgreSQL look at the tables before it plans queries on what has just come."""
    if is_postgresql():
        execute("ANALYZE")


def _sequence(table: Table) -> str:
    name: str = query("SELECT pg_get_serial_sequence(%s, %s)", f'"{table.name}"', table.key)[0][0]
    return name


def _converted(table: Table, page: list[Any]) -> list[Any]:
    """The rows with the values of Python where databases store a value in different forms."""
    if not table.converted:
        return page
    rows = [list(row) for row in page]
    for place, field in table.converted:
        column = field.get_col(table.name)
        converters = [
            *connection.ops.get_db_converters(column),
            *column.get_db_converters(connection),
        ]
        for row in rows:
            for convert in converters:
                row[place] = convert(row[place], column, connection)
    return rows

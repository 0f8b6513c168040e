"""Reads a plain file of links by one statement of DuckDB, which casts and checks all of them.

It is content with what it knows well: plain CSV in UTF-8 or Parquet, ids of plain characters, instants as we write them.
Anything else, right or wrong, is left to the reader that names lines and says what is allowed.
"""

import glob
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from shoplink.attribution.fields import ID_LENGTH_MAX
from shoplink.core.facts import Role, Settlement
from shoplink.table.cell import ENDS_IN_ZEROS, SPOILED_ID
from shoplink.table.error import TableError
from shoplink.table.read import open_table

_MAGIC = b"PAR1"
_IDS = ("link_id", "shop_id", "account_id")
_INSTANTS = ("linked_at", "ended_at", "changed_at")
_MAY_BE_EMPTY = ("ended_at", "settlement", "reference")
COLUMNS = (*_IDS, "role", "linked_at", "ended_at", "settlement", "reference", "changed_at")
"""The columns of staged links, in their order."""

_PLAIN_ID = "[A-Za-z0-9_.:-]+"
_PLAIN_TEXT = "[A-Za-z0-9_.:/#一-鿿-]+( [A-Za-z0-9_.:/#一-鿿-]+)*"
_TEXT_LENGTH_MAX = 100
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT = rf"{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-][01][0-9]:[0-5][0-9])"
_FIRST, _LAST = "0001-01-02", "9999-12-30"
"""The days between which an instant is one of Python's, whatever its offset."""

_SETTINGS = (
    "TimeZone = 'UTC'",
    "preserve_insertion_order = false",
    "autoinstall_known_extensions = false",
)
_UNITS = ("s", "ms", "us")


class _Column(Struct, frozen=True):
    """A column as SQL: its value, and the condition on which it is known to be right."""

    value: str
    is_right: str


def stage_plain_file(
    path: Path, out: Path, find: Callable[[Sequence[str]], Sequence[str] | None]
) -> int | None:
    """Write the links of a file as Parquet with the schema `LINKS`; returns their number.

    None if it is not plain, or if anything may be wrong with it; `out` may exist then. `find` gives the names of the
    columns under a header. Raises OSError.
    """
    with path.open("rb") as file:
        is_parquet = path.suffix.lower() == ".parquet" or file.read(len(_MAGIC)) == _MAGIC
    found = _of_parquet(path) if is_parquet else _of_csv(path, find)
    if found is None:
        return None
    source, columns = found
    right = " AND ".join(f"({columns[name].is_right})" for name in COLUMNS)
    values = ", ".join(f"{columns[name].value} AS {name}" for name in COLUMNS)
    statement = (
        f"COPY (SELECT {values} FROM {source} WHERE CASE WHEN {right} THEN true ELSE error('not plain') END)"
        f" TO {_quoted(out)} (FORMAT parquet, COMPRESSION lz4)"
    )
    try:
        with duckdb.connect() as connection:
            for setting in _SETTINGS:
                connection.execute(f"SET {setting}")
            ((count,),) = connection.execute(statement).fetchall()
    except duckdb.Error:
        return None
    return int(count)


def _of_csv(
    path: Path, find: Callable[[Sequence[str]], Sequence[str] | None]
) -> tuple[str, dict[str, _Column]] | None:
    try:
        with path.open("rb") as file:
            table = open_table(str(path), file, find)
    except TableError:
        return None
    names = list(table.found)
    is_plain = table.kind == "text" and table.encoding in ("utf-8", "utf-8-sig") and table.header_line == 1
    if not is_plain or any(names.count(name) > 1 for name in COLUMNS) or len(names) != len(table.header):
        return None
    places = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(names)))
    source = (
        f"read_csv({_quoted(glob.escape(str(path)))}, auto_detect = false, header = false, skip = 1, strict_mode = true,"
        f" delim = {_quoted(table.delimiter)}, quote = '\"', escape = '\"', columns = {{{places}}})"
    )
    columns = {}
    for name in COLUMNS:
        cell = f"nullif(c{names.index(name)}, '')" if name in names else "NULL"
        columns[name] = (
            _instant_of_text(name, cell) if name in _INSTANTS else _text(name, cell, is_table=True)
        )
    return source, columns


def _of_parquet(path: Path) -> tuple[str, dict[str, _Column]] | None:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return None
    columns: dict[str, _Column] = {}
    for name in COLUMNS:
        if name not in schema.names:
            column = _text(name, "NULL", is_table=False)
        else:
            found = _of_type(name, schema.field(name).type)
            if found is None:
                return None
            column = found
        columns[name] = column
    return f"read_parquet({_quoted(glob.escape(str(path)))}, hive_partitioning = false)", columns


def _of_type(name: str, kind: Any) -> _Column | None:
    """A column of Parquet; None if only the other reader knows what to make of its type."""
    if pa.types.is_null(kind):
        return _text(name, "NULL", is_table=False)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        cell = f"nullif({name}, '')"
        return _instant_of_text(name, cell) if name in _INSTANTS else _text(name, cell, is_table=False)
    if name not in _INSTANTS:
        return None
    if pa.types.is_int64(kind):
        return _instant(name, name)
    if pa.types.is_timestamp(kind) and kind.tz is not None and kind.unit in _UNITS:
        return _instant(name, f"epoch_us({name})")
    return None


def _text(name: str, cell: str, *, is_table: bool) -> _Column:
    cell = f"CAST({cell} AS VARCHAR)"
    if name in ("role", "settlement"):
        allowed = ", ".join(map(_quoted, get_args(Role if name == "role" else Settlement)))
        right = f"{cell} IN ({allowed})"
    elif name in _IDS:
        right = f"length({cell}) <= {ID_LENGTH_MAX} AND regexp_full_match({cell}, {_quoted(_PLAIN_ID)})"
        if is_table:
            spoiled = _quoted(f"{SPOILED_ID}|{ENDS_IN_ZEROS}")
            right += f" AND NOT ({cell} >= '0' AND {cell} < ':' AND regexp_full_match({cell}, {spoiled}))"
    else:
        right = f"length({cell}) <= {_TEXT_LENGTH_MAX} AND regexp_full_match({cell}, {_quoted(_PLAIN_TEXT)})"
    return _Column(cell, _unless_empty(name, cell, right))


def _instant_of_text(name: str, cell: str) -> _Column:
    is_one = f"regexp_full_match({cell}, {_quoted(_INSTANT)})"
    return _instant(name, f"epoch_us(TRY_CAST({cell} AS TIMESTAMPTZ))", cell, is_one)


def _instant(name: str, micros: str, cell: str = "", more: str = "true") -> _Column:
    first, last = (f"epoch_us(TIMESTAMPTZ '{day} 00:00:00+00')" for day in (_FIRST, _LAST))
    right = f"{more} AND {micros} BETWEEN {first} AND {last}"
    return _Column(micros, _unless_empty(name, cell or micros, right))


def _unless_empty(name: str, cell: str, right: str) -> str:
    return f"{cell} IS NULL OR ({right})" if name in _MAY_BE_EMPTY else right


def _quoted(value: object) -> str:
    text = str(value).replace("'", "''")
    return f"'{text}'"

"""The DuckDB engine: embedded, within a memory limit, spilling to disk."""

import glob
import itertools
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from shoplink.attribution.engine import (
    FILE,
    LINE,
    RESERVED,
    ColumnKind,
    EngineError,
    Form,
    ReportProgress,
    Shape,
)
from shoplink.attribution.input_files import not_parquet
from shoplink.attribution.judgement import LINKS
from shoplink.attribution.row_rules import MappingError

_KIND_OF: dict[type[duckdb.Error], str] = {
    duckdb.OutOfMemoryException: "memory",
    duckdb.IOException: "storage",
}
"""The sentences of errors that are not about the orders."""

_PROGRESS_INTERVAL_SECONDS = 0.2
_ROWS_AT_A_TIME = 10_000

_KINDS: dict[str, ColumnKind] = {
    "VARCHAR": "text",
    "BIGINT": "whole",
    "INTEGER": "whole",
    "SMALLINT": "whole",
    "TINYINT": "whole",
    "UBIGINT": "whole",
    "UINTEGER": "whole",
    "USMALLINT": "whole",
    "UTINYINT": "whole",
    "TIMESTAMP WITH TIME ZONE": "instant",
    "TIMESTAMP": "local",
    "TIMESTAMP_NS": "local",
    "TIMESTAMP_MS": "local",
    "TIMESTAMP_S": "local",
}


@ibis.udf.scalar.builtin(name="epoch_us", signature=((dt.timestamp,), dt.int64))  # type: ignore[untyped-decorator]
def _epoch_us(at: Any, /) -> Any: ...


class DuckDBEngine:
    """An engine with an in-memory DuckDB connection of its own."""

    micros = staticmethod(_epoch_us)

    def __init__(self, memory: str, folder: Path, threads: int | None) -> None:
        """Connect. `memory` is a limit such as `2GB`; DuckDB spills to the folder. Raises EngineError."""
        self._folder = folder
        self._numbers = itertools.count()
        self._connection = duckdb.connect()
        settings: dict[str, str | int] = {
            "memory_limit": memory,
            "temp_directory": str(folder),
            "TimeZone": "UTC",
            "enable_progress_bar": "true",
            "enable_progress_bar_print": "false",
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
        }
        if threads is not None:
            settings["threads"] = threads
        for name, value in settings.items():
            self._run(f"SET {name} = {_quoted(value)}")

    def parts(self, file: str) -> list[str]:
        """See `Engine`. Returns a folder's files, because DuckDB reads every file of a folder like the first one."""
        if "://" in file or not Path(file).is_dir():
            return [file]
        # Skip files that are still being written, as Spark does: they are named `.x` or `_x`.
        files = sorted(Path(file).rglob("*.parquet"))
        complete = [one for one in files if not any(name[0] in "._" for name in one.relative_to(file).parts)]
        return list(map(str, complete)) or [file]

    def orders(
        self, files: Sequence[str], *, is_csv: bool, has_partitions: bool = False
    ) -> tuple[ir.Table, Shape]:
        """See `Engine`."""
        name = f"orders_{next(self._numbers)}"
        more = ", union_by_name = true" if len(files) > 1 else ""
        place = "*" if is_csv else f"* EXCLUDE (file_row_number), file_row_number + 1 AS {LINE}"
        more += "" if is_csv else f", filename = '{FILE}', file_row_number = true"
        content = _content(files, more, has_partitions=has_partitions)
        try:
            self._run(f"CREATE OR REPLACE VIEW {name} AS SELECT {place} FROM {content}")
            found = self._run(f"DESCRIBE {name}").fetchall()
        except EngineError as error:
            if isinstance(error.__cause__, duckdb.IOException | duckdb.OutOfMemoryException):
                raise
            raise MappingError(not_parquet(files)).told("not_parquet") from None
        types = {column: kind for column, kind, *_ in found}
        ours = [name for name in types if name.startswith(RESERVED)] if is_csv else (FILE, LINE)
        own = {name: kind for name, kind in types.items() if name not in ours}
        kinds = {name: _kind(kind) for name, kind in own.items()}
        return ibis.table(_schema(types), name=name), Shape(kinds, own, is_csv)

    def links(self, file: Path) -> ir.Table:
        """See `Engine`."""
        self._run(f"CREATE OR REPLACE VIEW links AS SELECT * FROM {_content(self.parts(str(file)))}")
        return ibis.table(LINKS, name="links")

    def table(self, files: Sequence[Path], name: str, schema: ibis.Schema) -> ir.Table:
        """See `Engine`."""
        self._run(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {_content(files)}")
        return ibis.table(schema, name=name)

    def named(self, rows: ir.Table, name: str) -> ir.Table:
        """See `Engine`."""
        name = f"{name}_{next(self._numbers)}"
        # Write the rows to a file, because DuckDB evaluates a view's expressions at every use.
        file = self._folder / f"{name}.parquet"
        self._run(f"COPY ({_sql(rows)}) TO {_quoted(file)} (FORMAT parquet, COMPRESSION lz4)")
        self._run(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {_content([file])}")
        return ibis.table(rows.schema(), name=name)

    def write(
        self, rows: ir.Table, out: Path, form: Form, report: ReportProgress, quoted: Sequence[str] = ()
    ) -> int:
        """See `Engine`."""
        force = f", FORCE_QUOTE ({', '.join(map(_name, quoted))})" if quoted else ""
        options = {"csv": f"FORMAT csv, HEADER{force}", "parquet": "FORMAT parquet, COMPRESSION zstd"}[form]
        sql = f"COPY ({_sql(rows)}) TO {_quoted(out)} ({options})"
        results: list[Any] = []

        def copy() -> None:
            try:
                results.append(self._run(sql).fetchall()[0][0])
            except EngineError as error:
                results.append(error)

        worker = threading.Thread(target=copy)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(_PROGRESS_INTERVAL_SECONDS)
                report(max(self._connection.query_progress(), 0) / 100)
        except BaseException:
            self._connection.interrupt()
            worker.join()
            raise
        if isinstance(results[0], EngineError):
            raise results[0]
        written: int = results[0]
        return written

    def written(self, rows: ir.Table, out: Path, form: Form) -> ir.Table:
        """See `Engine`."""
        schema = rows.schema() if form == "parquet" else ibis.schema(dict.fromkeys(rows.columns, "string"))
        columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in rows.columns)
        how = f"header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}}"
        csv = f"read_csv({_quoted(glob.escape(str(out)))}, {how})"
        self._run(
            f"CREATE OR REPLACE VIEW written AS SELECT * FROM {csv if form == 'csv' else _content([out])}"
        )
        return ibis.table(schema, name="written")

    def rows(self, rows: ir.Table) -> Iterator[dict[str, Any]]:
        """See `Engine`."""
        answer = self._run(_sql(rows))
        names = [column[0] for column in answer.description]
        while some := answer.fetchmany(_ROWS_AT_A_TIME):
            yield from (dict(zip(names, row, strict=True)) for row in some)

    def close(self) -> None:
        """See `Engine`."""
        self._connection.close()

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(sql)
        except duckdb.Error as error:
            # What follows the first line is DuckDB's own statement.
            failed = EngineError(str(error).partition("\n")[0])
            raise failed.told(_KIND_OF.get(type(error), "")) from error


def _kind(name: str) -> ColumnKind:
    return "decimal" if name.startswith("DECIMAL") else _KINDS.get(name, "other")


def _schema(types: dict[str, str]) -> ibis.Schema:
    """The columns as an Ibis schema; a column of a kind that no field can have is passed through as text."""
    known = {"whole": "int64", "text": "string", "instant": "timestamp('UTC')", "local": "timestamp"}
    return ibis.schema(
        {
            name: name_of_decimal(kind) if _kind(kind) == "decimal" else known.get(_kind(kind), "string")
            for name, kind in types.items()
        }
    )


def name_of_decimal(kind: str) -> str:
    """DECIMAL(18,2) as Ibis writes it."""
    return kind.lower()


def _content(files: Sequence[str | Path], more: str = "", *, has_partitions: bool = False) -> str:
    """The SQL that reads exactly these Parquet files and exactly their columns."""
    # By default DuckDB reads brackets in names as patterns, and folders named `shop_id=S9` as columns.
    names = ", ".join(_quoted(file if "://" in str(file) else glob.escape(str(file))) for file in files)
    partitions = "true, hive_types_autocast = false" if has_partitions else "false"
    return f"read_parquet([{names}], hive_partitioning = {partitions}{more})"


def _sql(rows: ir.Table) -> str:
    return str(ibis.to_sql(rows, dialect="duckdb"))


def _name(column: str) -> str:
    doubled = column.replace('"', '""')
    return f'"{doubled}"'


def _quoted(value: object) -> str:
    text = str(value).replace("'", "''")
    return f"'{text}'"

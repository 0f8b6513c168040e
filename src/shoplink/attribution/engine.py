"""The protocol of an engine, which runs expressions; DuckDB and Spark implement it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import ibis
import ibis.expr.types as ir
from msgspec import Struct

from shoplink.core.commission.told import ToldError

Micros = Callable[[ir.Value], ir.IntegerValue]
"""An engine's function from a timestamp column to microseconds since 1970; it reads a local time as UTC."""

ColumnKind = Literal["text", "whole", "decimal", "instant", "local", "other"]
"""The kind of a column; `local` is a date and time without an offset."""

RESERVED = "shoplink_"
"""The prefix of the names of our own columns."""

FILE, LINE = f"{RESERVED}file", f"{RESERVED}line"
"""Columns that we add to a source: the file of a row, and the number of its line or row."""

SURPLUS = f"{RESERVED}surplus"
"""A column that we add to CSV: what a line has beyond the columns of the header, null if nothing."""


HOLDERS = f"{RESERVED}holders"
"""A column that we add where orders name handles: the accounts that had the handle, where these were several."""


def cell_of(field: str) -> str:
    """The column that we add to a CSV file for a field: its cells without surrounding spaces, null if empty."""
    return f"{RESERVED}cell_of_{field}"


class Shape(Struct, frozen=True):
    """The columns of files as an engine sees them: by name their kind, and the engine's name of their type.

    Files made from CSV also have a column for each field (`cell_of`); other text is used as it is.
    `zeros_are_rounding`: ids that end in zeros were rounded by a spreadsheet.
    """

    kinds: dict[str, ColumnKind]
    types: dict[str, str]
    is_csv: bool
    zeros_are_rounding: bool = False


Form = Literal["csv", "parquet"]
ReportProgress = Callable[[float], None]
"""Called from time to time with the fraction of a step that is done, from 0 to 1."""


class Engine(Protocol):
    """Runs expressions over Parquet files."""

    micros: Micros

    def parts(self, file: str) -> list[str]:
        """The files to open for a name, which may be that of a folder of Parquet files."""
        ...

    def orders(
        self, files: Sequence[str], *, is_csv: bool, has_partitions: bool = False
    ) -> tuple[ir.Table, Shape]:
        """The rows of Parquet files with the columns `FILE` and `LINE`, and the shape of their own columns.

        If `is_csv`, the files were made from CSV and already have both columns. If `has_partitions`, folders named
        `column=value` are columns of text. Raises MappingError for a file that is not Parquet, or damaged.
        """
        ...

    def links(self, file: Path) -> ir.Table:
        """The links in a Parquet file, or a folder of them, with the schema `LINKS`."""
        ...

    def table(self, files: Sequence[Path], name: str, schema: ibis.Schema) -> ir.Table:
        """The rows of Parquet files of this schema, under a name."""
        ...

    def named(self, rows: ir.Table, name: str) -> ir.Table:
        """The same rows under a name, so that an engine can evaluate them once."""
        ...

    def write(
        self, rows: ir.Table, out: Path, form: Form, report: ReportProgress, quoted: Sequence[str] = ()
    ) -> int:
        """Write rows to a new file (Spark: to a new folder of files); returns their number.

        In CSV all cells of the columns `quoted` are quoted.
        """
        ...

    def written(self, rows: ir.Table, out: Path, form: Form) -> ir.Table:
        """What `write` has written of these rows, with all columns as text if it is CSV."""
        ...

    def rows(self, rows: ir.Table) -> Iterator[dict[str, Any]]:
        """Yield the rows one by one, in bounded memory."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...


class EngineError(ToldError, RuntimeError):
    """An engine failed: it is not installed, it ran out of memory, or it cannot read a file."""

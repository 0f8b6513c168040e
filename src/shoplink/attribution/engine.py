"""What an engine is asked to do with expressions; DuckDB and Spark do it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import ibis.expr.types as ir
from msgspec import Struct

Micros = Callable[[ir.Value], ir.IntegerValue]
"""An engine's own way from a timestamp column to microseconds since 1970, as if its clocks were those of UTC."""

ColumnKind = Literal["text", "whole", "decimal", "instant", "local", "other"]
"""What a column holds; `local` is a date and time that names no offset."""

RESERVED = "shoplink_"
"""What the names of columns begin with that are ours."""

FILE, LINE = f"{RESERVED}file", f"{RESERVED}line"
"""Columns that a source has besides its own: the file that a row stands in, and the number of its line or row."""


def cell_of(field: str) -> str:
    """The column beside those of a CSV file that has a field's cells without spaces around them, null where empty."""
    return f"{RESERVED}cell_of_{field}"


class Shape(Struct, frozen=True):
    """What an engine finds in the files: per column its kind and the engine's own name of its type.

    Of CSV the cells of fields also stand in columns of their own (`cell_of`); other text is taken as it stands.
    """

    kinds: dict[str, ColumnKind]
    types: dict[str, str]
    is_csv: bool


Form = Literal["csv", "parquet"]
ReportProgress = Callable[[float], None]
"""Told now and then how much of a step is done, from 0 to 1."""


class Engine(Protocol):
    """Runs expressions over files of Parquet."""

    micros: Micros

    def parts(self, file: str) -> list[str]:
        """What a name means that may be that of a folder of Parquet files: each by itself, or as the engine reads it."""
        ...

    def orders(self, files: Sequence[str], *, is_csv: bool) -> tuple[ir.Table, Shape]:
        """The rows of Parquet files with `FILE` and `LINE`, and what their columns hold.

        `is_csv`: the files were made of CSV and hold both columns already.
        """
        ...

    def links(self, file: Path) -> ir.Table:
        """The links in a Parquet file of the schema `LINKS`."""
        ...

    def named(self, rows: ir.Table, name: str) -> ir.Table:
        """The same rows under a name, so that what was worked out of them is worked out once."""
        ...

    def write(self, rows: ir.Table, out: Path, form: Form, tell: ReportProgress) -> int:
        """Write rows to a file (Spark: a folder of files) that is not there yet; how many."""
        ...

    def rows(self, rows: ir.Table) -> Iterator[dict[str, Any]]:
        """The rows of a small or a long answer, one after the other."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class EngineError(RuntimeError):
    """An engine that cannot do what it is asked: not installed, out of memory, a file that it cannot read."""

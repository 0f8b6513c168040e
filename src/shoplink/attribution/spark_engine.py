"""Apache Spark, for those who have outgrown one machine: an optional extra, and Java.

Folders and files must be where every worker sees them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

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
from shoplink.attribution.judgement import LINKS

P = ParamSpec("P")
R = TypeVar("R")

_KINDS: dict[str, ColumnKind] = {
    "string": "text",
    "bigint": "whole",
    "int": "whole",
    "smallint": "whole",
    "tinyint": "whole",
    "timestamp": "instant",
    "timestamp_ntz": "local",
}
_CLOCK = "yyyy-MM-dd HH:mm:ss.SSSSSS"
_TYPES: dict[ColumnKind, str] = {
    "text": "string",
    "whole": "int64",
    "instant": "timestamp",
    "local": "timestamp",
    "other": "string",
}


@ibis.udf.scalar.builtin(name="unix_micros", signature=((dt.timestamp,), dt.int64))  # type: ignore[untyped-decorator]
def _unix_micros(at: Any, /) -> Any: ...


def _micros(at: ir.Value, /) -> ir.IntegerValue:
    """Also of a timestamp without an offset: the session's clocks are those of UTC."""
    return _unix_micros(at.cast("timestamp('UTC')"))


def _said(method: Callable[P, R]) -> Callable[P, R]:
    """What Spark cannot do, in the first line of what it says."""

    @wraps(method)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from py4j.protocol import Py4JJavaError  # noqa: PLC0415 (part of the optional extra)
        from pyspark.errors import PySparkException  # noqa: PLC0415 (as above)

        try:
            return method(*args, **kwargs)
        except (PySparkException, Py4JJavaError) as error:
            raise EngineError(str(error).strip().splitlines()[0]) from error

    return run


class SparkEngine:
    """One session of its own, gone when it is closed."""

    micros = staticmethod(_micros)

    def __init__(self, master: str, memory: str, more: Mapping[str, str] | None = None) -> None:
        """`master` as `local[4]` or `spark://host:7077`; `memory` of the driver as `2GB`; `more` of Spark's settings.

        Raises EngineError.
        """
        try:
            from pyspark.sql import SparkSession  # noqa: PLC0415 (an optional extra)
        except ImportError as error:
            raise EngineError(
                f"Spark is not installed ({error}): install the wheel with the extra `spark`"
            ) from error
        builder = SparkSession.builder.appName("shoplink attribute").master(master)
        settings = {
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.ansi.enabled": "false",
            "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "ERROR",
            "spark.driver.memory": memory.upper().removesuffix("B"),
            **(more or {}),
        }
        for name, value in settings.items():
            builder = builder.config(name, value)
        try:
            self._session = builder.getOrCreate()
        except Exception as error:  # (Spark raises what it likes where there is no Java)
            raise EngineError(
                f"Spark does not start (it needs Java 17 and a master that is there): {error}"
            ) from error

    def parts(self, file: str) -> list[str]:
        """As the protocol says: Spark looks into folders itself, also where only its workers see them."""
        return [file]

    @_said
    def orders(self, files: Sequence[str], *, is_csv: bool) -> tuple[ir.Table, Shape]:
        """As the protocol says."""
        from pyspark.sql import functions as f  # noqa: PLC0415 (an optional extra)

        found = self._content(files)
        if not is_csv:
            row, path = f.col("_metadata.row_index") + 1, f.col("_metadata.file_path")
            found = found.select("*", row.alias(LINE), path.alias(FILE))
        found.createOrReplaceTempView("orders")
        types = dict(found.dtypes)
        ours = [name for name in types if name.startswith(RESERVED)] if is_csv else (FILE, LINE)
        own = {name: kind for name, kind in types.items() if name not in ours}
        kinds = {name: _kind(kind) for name, kind in own.items()}
        schema = {
            name: kind if _kind(kind) == "decimal" else _TYPES[_kind(kind)] for name, kind in types.items()
        }
        return ibis.table(ibis.schema(schema), name="orders"), Shape(kinds, own, is_csv)

    @_said
    def links(self, file: Path) -> ir.Table:
        """As the protocol says."""
        self._content([str(file)]).createOrReplaceTempView("links")
        return ibis.table(LINKS, name="links")

    @_said
    def named(self, rows: ir.Table, name: str) -> ir.Table:
        """As the protocol says."""
        self._session.sql(_sql(rows)).createOrReplaceTempView(name)
        return ibis.table(rows.schema(), name=name)

    @_said
    def write(self, rows: ir.Table, out: Path, form: Form, tell: ReportProgress) -> int:
        """As the protocol says; OUT is a folder."""
        from pyspark.sql import Observation  # noqa: PLC0415 (an optional extra)
        from pyspark.sql import functions as f  # noqa: PLC0415 (as above)

        seen = Observation("rows")
        frame = self._session.sql(_sql(rows)).observe(seen, f.count(f.lit(1)).alias("count"))
        if form == "csv":
            frame.write.option("timestampNTZFormat", _CLOCK).csv(
                str(out),
                header=True,
                escape='"',
                emptyValue="",
                ignoreLeadingWhiteSpace=False,
                ignoreTrailingWhiteSpace=False,
                timestampFormat=f"{_CLOCK}XXX",
            )
        else:
            frame.write.parquet(str(out), compression="zstd")
        tell(1)
        count: int = seen.get["count"]
        return count

    @_said
    def rows(self, rows: ir.Table) -> Iterator[dict[str, Any]]:
        """As the protocol says."""
        for row in self._session.sql(_sql(rows)).toLocalIterator():
            yield row.asDict()

    def close(self) -> None:
        """As the protocol says."""
        self._session.stop()

    def _content(self, files: Sequence[str]) -> Any:
        """What is in Parquet files and folders of them: these files, and of them their own columns."""
        # Left alone Spark takes brackets in names for patterns, and folders named `shop_id=S9` for columns.
        names = [file if "://" in file else re.sub(r"([][{}*?\\])", r"\\\1", file) for file in files]
        reader = self._session.read.option("recursiveFileLookup", value=True)
        return reader.option("mergeSchema", len(files) > 1).parquet(*names)


def _kind(name: str) -> ColumnKind:
    return "decimal" if name.startswith("decimal") else _KINDS.get(name, "other")


def _sql(rows: ir.Table) -> str:
    return str(ibis.to_sql(rows, dialect="pyspark"))

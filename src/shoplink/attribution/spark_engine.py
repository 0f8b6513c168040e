"""The Apache Spark engine, for files too large for one machine. It needs the optional extra and Java.

Folders and files must be where every worker can read them.
"""

import itertools
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
from shoplink.attribution.row_rules import MappingError

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
    """Works for a timestamp without an offset too, because the session's time zone is UTC."""
    return _unix_micros(at.cast("timestamp('UTC')"))


def _raises_engine_error(method: Callable[P, R]) -> Callable[P, R]:
    """Turn Spark's errors into EngineError, with the first line of their text."""

    @wraps(method)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from py4j.protocol import Py4JJavaError  # noqa: PLC0415 (part of the optional extra)
        from pyspark.errors import PySparkException  # noqa: PLC0415 (as above)

        try:
            return method(*args, **kwargs)
        except (PySparkException, Py4JJavaError) as error:
            said = str(error).strip()
            if (
                "is not a Parquet file" in said
                or "FAILED_READ_FILE" in said
                or "CANNOT_READ_FILE_FOOTER" in said
            ):
                raise MappingError("a file of orders or links is not Parquet, or damaged") from None
            raise EngineError(said.splitlines()[0]) from error

    return run


class SparkEngine:
    """An engine with a Spark session of its own."""

    micros = staticmethod(_micros)

    def __init__(self, master: str, memory: str, more: Mapping[str, str] | None = None) -> None:
        """Start a session on a `master` such as `local[4]` or `spark://host:7077`.

        `memory` is that of the driver, such as `2GB`; `more` are further settings of Spark. Raises EngineError.
        """
        self._numbers = itertools.count()
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
            # Otherwise an instant before 1900 in one cell ends the run.
            "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
            "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
            "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
            "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
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
        except Exception as error:  # (without Java, Spark raises exceptions of many types)
            raise EngineError(
                f"Spark does not start (it needs Java 17 and a reachable master): {error}"
            ) from error

    def parts(self, file: str) -> list[str]:
        """See `Engine`. Spark reads folders itself, including those that only its workers can see."""
        return [file]

    @_raises_engine_error
    def orders(
        self, files: Sequence[str], *, is_csv: bool, has_partitions: bool = False
    ) -> tuple[ir.Table, Shape]:
        """See `Engine`."""
        from pyspark.sql import functions as f  # noqa: PLC0415 (an optional extra)

        frame = self._content(files, has_partitions=has_partitions)
        if not is_csv:
            row, path = f.col("_metadata.row_index") + 1, f.col("_metadata.file_path")
            frame = frame.select("*", row.alias(LINE), path.alias(FILE))
        name = f"orders_{next(self._numbers)}"
        frame.createOrReplaceTempView(name)
        types = dict(frame.dtypes)
        ours = [name for name in types if name.startswith(RESERVED)] if is_csv else (FILE, LINE)
        own = {name: kind for name, kind in types.items() if name not in ours}
        kinds = {name: _kind(kind) for name, kind in own.items()}
        schema = {
            name: kind if _kind(kind) == "decimal" else _TYPES[_kind(kind)] for name, kind in types.items()
        }
        return ibis.table(ibis.schema(schema), name=name), Shape(kinds, own, is_csv)

    @_raises_engine_error
    def links(self, file: Path) -> ir.Table:
        """See `Engine`."""
        self._content([str(file)]).createOrReplaceTempView("links")
        return ibis.table(LINKS, name="links")

    @_raises_engine_error
    def table(self, files: Sequence[Path], name: str, schema: ibis.Schema) -> ir.Table:
        """See `Engine`."""
        self._content(list(map(str, files))).createOrReplaceTempView(name)
        return ibis.table(schema, name=name)

    @_raises_engine_error
    def named(self, rows: ir.Table, name: str) -> ir.Table:
        """See `Engine`."""
        from pyspark import StorageLevel  # noqa: PLC0415 (an optional extra)

        name = f"{name}_{next(self._numbers)}"
        # Kept on disk: of a view Spark copies every expression to each of its uses, which the driver cannot hold.
        frame = self._session.sql(_sql(rows)).persist(StorageLevel.DISK_ONLY)
        frame.createOrReplaceTempView(name)
        return ibis.table(rows.schema(), name=name)

    @_raises_engine_error
    def write(
        self, rows: ir.Table, out: Path, form: Form, report: ReportProgress, quoted: Sequence[str] = ()
    ) -> int:
        """See `Engine`; `out` is a folder."""
        from pyspark.sql import Observation  # noqa: PLC0415 (an optional extra)
        from pyspark.sql import functions as f  # noqa: PLC0415 (as above)

        observation = Observation("rows")
        frame = self._session.sql(_sql(rows)).observe(observation, f.count(f.lit(1)).alias("count"))
        if form == "csv":
            frame.write.option("timestampNTZFormat", _CLOCK).csv(
                str(out),
                header=True,
                escape='"',
                emptyValue="",
                quoteAll=bool(quoted),
                ignoreLeadingWhiteSpace=False,
                ignoreTrailingWhiteSpace=False,
                timestampFormat=f"{_CLOCK}XXX",
            )
        else:
            frame.write.parquet(str(out), compression="zstd")
        report(1)
        count: int = observation.get["count"]
        return count

    @_raises_engine_error
    def written(self, rows: ir.Table, out: Path, form: Form) -> ir.Table:
        """See `Engine`."""
        if form == "parquet":
            self._content([str(out)]).createOrReplaceTempView("written")
            return ibis.table(rows.schema(), name="written")
        reader = self._session.read.option("header", value=True).option("escape", '"')
        reader.option("multiLine", value=True).csv(str(out)).createOrReplaceTempView("written")
        return ibis.table(dict.fromkeys(rows.columns, "string"), name="written")

    @_raises_engine_error
    def rows(self, rows: ir.Table) -> Iterator[dict[str, Any]]:
        """See `Engine`."""
        for row in self._session.sql(_sql(rows)).toLocalIterator():
            yield row.asDict()

    def close(self) -> None:
        """See `Engine`."""
        self._session.stop()

    def _content(self, files: Sequence[str], *, has_partitions: bool = False) -> Any:
        """The rows of exactly these Parquet files and folders, with exactly their own columns."""
        # By default Spark reads brackets in names as patterns, and folders named `shop_id=S9` as columns.
        names = [file if "://" in file else re.sub(r"([][{}*?\\])", r"\\\1", file) for file in files]
        reader = self._session.read.option("recursiveFileLookup", value=not has_partitions)
        return reader.option("mergeSchema", len(files) > 1).parquet(*names)


def _kind(name: str) -> ColumnKind:
    return "decimal" if name.startswith("decimal") else _KINDS.get(name, "other")


def _sql(rows: ir.Table) -> str:
    return str(ibis.to_sql(rows, dialect="pyspark"))

"""Reads Parquet, and converts links to it. Memory is bounded."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shoplink.attribution.mapping import MappingError
from shoplink.core.commission.attribution import Period

_LINKS_AT_A_TIME = 50_000

_INSTANT = pa.timestamp("us", "UTC")
_LINK_COLUMNS = pa.schema(
    [
        ("link_id", pa.string()),
        ("shop_id", pa.string()),
        ("account_id", pa.string()),
        ("role", pa.string()),
        ("linked_at", pa.int64()),
        ("ended_at", pa.int64()),
        ("settlement", pa.string()),
        ("reference", pa.string()),
        ("changed_at", pa.int64()),
    ]
)


def stage_links(periods: Iterable[Period], out: Path) -> int:
    """Write the established periods of links as Parquet with the schema `LINKS`; returns their number."""
    count, left = 0, iter(periods)
    with pq.ParquetWriter(out, _LINK_COLUMNS, compression="zstd") as writer:
        while some := list(islice(left, _LINKS_AT_A_TIME)):
            columns = [_cells(some, column) for column in _LINK_COLUMNS]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=_LINK_COLUMNS))
            count += len(some)
    return count


def _cells(periods: list[Period], column: pa.Field) -> Any:
    """The cells of periods in a column; instants in microseconds."""
    values = [getattr(period, column.name) for period in periods]
    if column.type == pa.int64():
        return pa.array(values, _INSTANT).cast(pa.int64())
    return pa.array(values, column.type)


@contextmanager
def _parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file. Raises OSError, and MappingError for a file that is not Parquet."""
    with path.open("rb") as opened:
        try:
            with pq.ParquetFile(opened) as file:
                yield file
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise MappingError(f"{path}: not Parquet: {error}") from None


def parquet_columns(path: Path) -> list[str]:
    """The names of a Parquet file's columns. Raises MappingError, OSError."""
    with _parquet(path) as file:
        names: list[str] = file.schema_arrow.names
    return names


def parquet_rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file, with those of the given columns that it has; instants in microseconds.

    Raises MappingError, OSError.
    """
    with _parquet(path) as file:
        present = [name for name in columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=_LINKS_AT_A_TIME, columns=present):
            cells = [_in_micros(f"{path}: {name}", batch[name]) for name in present]
            yield from pa.RecordBatch.from_arrays(cells, names=present).to_pylist()


def _in_micros(what: str, cells: Any) -> Any:
    """Cells with instants as microseconds; making datetimes would take ten times as long."""
    if not pa.types.is_timestamp(cells.type) or cells.type.tz is None:
        return cells
    try:
        return cells.cast(_INSTANT).cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise MappingError(f"{what}: {error}; expected instants in whole microseconds") from None

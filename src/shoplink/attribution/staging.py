"""Reads Parquet, and converts links and earlier rejects to it. Memory is bounded."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from msgspec import Struct

from shoplink.attribution.instants import to_micros
from shoplink.attribution.links.plain_file import COLUMNS, stage_plain_file
from shoplink.attribution.mapping import MappingError
from shoplink.core.commission.attribution import Period
from shoplink.table.cell import as_text

_LINKS_AT_A_TIME = 50_000

_INSTANT = pa.timestamp("us", "UTC")
_LINK_COLUMNS = pa.schema([(name, pa.int64() if name.endswith("_at") else pa.string()) for name in COLUMNS])


class LinkFiles(Struct, frozen=True):
    """The links in files. `find` gives the names of the columns under a table's header; `read` reads a file with care."""

    paths: tuple[Path, ...]
    find: Callable[[Sequence[str]], Sequence[str] | None]
    read: Callable[[Path], Iterator[Period]]

    def __iter__(self) -> Iterator[Period]:
        """Every link as a value. Raises what `read` raises."""
        for path in self.paths:
            yield from self.read(path)


class LinkRows(Protocol):
    """Links that are not in a file."""

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The cells of each link in the order of `links.plain_file.COLUMNS`, instants in microseconds."""
        ...


Links = LinkFiles | LinkRows | Sequence[Period]
"""The links to judge by."""


def stage_links(links: Links, folder: Path) -> int:
    """Write links as Parquet with the schema `LINKS` into a new folder; returns their number.

    Raises what the reader of `LinkFiles` raises.
    """
    folder.mkdir()
    if not isinstance(links, LinkFiles):
        rows = map(_row, links) if isinstance(links, Sequence) else links.rows()
        return _stage_rows(rows, folder / "0.parquet")
    count = 0
    for number, path in enumerate(links.paths):
        out = folder / f"{number}.parquet"
        staged = stage_plain_file(path, out, links.find)
        count += _stage_rows(map(_row, links.read(path)), out) if staged is None else staged
    return count


def _row(period: Period) -> tuple[Any, ...]:
    return tuple(
        to_micros(value) if isinstance(value, datetime) else value
        for value in (getattr(period, name) for name in COLUMNS)
    )


def _stage_rows(rows: Iterable[tuple[Any, ...]], out: Path) -> int:
    """Write rows as Parquet, some at a time."""
    count, left = 0, iter(rows)
    with pq.ParquetWriter(out, _LINK_COLUMNS, compression="lz4") as writer:
        while some := list(islice(left, _LINKS_AT_A_TIME)):
            cells = zip(*some, strict=True)
            columns = [
                pa.array(column, field.type) for column, field in zip(cells, _LINK_COLUMNS, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=_LINK_COLUMNS))
            count += len(some)
    return count


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


def stage_as(rejects: Path, result: Path) -> Path:
    """Write rejects, a file of ours in UTF-8, beside it as Parquet whose columns have the types of a result.

    Returns the file. Raises MappingError.
    """
    out = rejects.with_suffix(".parquet")
    like = next(iter(sorted(result.rglob("*.parquet"))), result) if result.is_dir() else result
    types = {field.name: field.type for field in pq.read_schema(like)}
    with pa_csv.open_csv(
        rejects,
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(_names_of(rejects), pa.string()), strings_can_be_null=False
        ),
    ) as reader:
        names = reader.schema.names
        schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
        with pq.ParquetWriter(out, schema, compression="lz4") as writer:
            for batch in reader:
                columns = [
                    _cast(rejects, name, cells, schema.field(name).type)
                    for name, cells in zip(names, batch.columns, strict=True)
                ]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    return out


def _names_of(path: Path) -> list[str]:
    with pa_csv.open_csv(path, parse_options=pa_csv.ParseOptions(newlines_in_values=True)) as reader:
        names: list[str] = reader.schema.names
    return names


def _cast(path: Path, name: str, cells: Any, kind: Any) -> Any:
    marked = pc.starts_with(cells, "'")
    if pc.any(marked).as_py():
        texts = pa.array([as_text(cell) for cell in cells.filter(marked).to_pylist()], pa.string())
        cells = pc.replace_with_mask(cells, marked, texts)
    cells = pc.if_else(pc.equal(cells, ""), None, cells)
    try:
        return cells.cast(kind)
    except pa.ArrowException as error:
        raise MappingError(f"{path}: {name}: {error}; expected cells that become {kind} again") from None

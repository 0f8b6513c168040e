"""Compare a statement with what the platform says: what agrees, what differs and by how much, what only one side has."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct

from shoplink.attribution.engine import Engine
from shoplink.attribution.mapping import Mapping
from shoplink.attribution.source import open_orders
from shoplink.attribution.statement import reconcile
from shoplink.attribution.statement.judged import unread_rows
from shoplink.attribution.statement.reconcile import CREATOR, Comparison
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.flows.commission.judge import UnsoundError
from shoplink.flows.commission.outputs import outputs
from shoplink.flows.commission.statement.book import ROWS_MAX, both
from shoplink.table.write import CsvWriter, Sheet, Value, write_workbook

_NAMED_ROWS = 5
COLUMNS = (
    "verdict",
    "order_id",
    "sku_id",
    "currency",
    "our_lines",
    "their_lines",
    "our_base_minor",
    "their_base_minor",
    "base_difference_minor",
    "our_commission_minor",
    "their_commission_minor",
    "commission_difference_minor",
)
_SUMS = ("orders", *COLUMNS[6:])


class ReconcileRequest(Struct, frozen=True):
    """The statement, a folder, and the files of the platform with their mapping; `out` are the files to write."""

    statement: Path
    platform: Sequence[str]
    mapping: Mapping | None
    engine: Callable[[Path], Engine]
    out: Sequence[Path] = ()
    shop_id: str | None = None
    period: str | None = None


class VerdictSum(Struct, frozen=True):
    """The orders of a verdict in a currency: how many, and both sums with their differences, in minor units."""

    currency: str
    verdict: str
    orders: int
    our_base_minor: int
    their_base_minor: int
    base_difference_minor: int
    our_commission_minor: int
    their_commission_minor: int
    commission_difference_minor: int


class ReconcileResult(Struct, frozen=True):
    """What was compared, how, and what came of it. `unread` are rows of the platform that could not be read.

    `preset` is the mapping of ours that was taken, `about` what it is for.
    """

    by_sku: bool
    commission: bool
    sums: tuple[VerdictSum, ...]
    unread: int = 0
    unread_places: tuple[str, ...] = ()
    left_out: int = 0
    preset: str = ""
    about: str = ""

    @property
    def agrees(self) -> bool:
        """Whether all orders agree, and all rows could be read."""
        return not self.unread and all(one.verdict == "agrees" for one in self.sums)


def reconcile_statement(request: ReconcileRequest) -> ReconcileResult:
    """Compare, and write the files. Raises MappingError, EngineError, UnsoundError, BusyError, OSError."""
    lines = request.statement / "lines.parquet"
    if not lines.is_file():
        raise UnsoundError(
            f"{request.statement}: found no lines.parquet; expected a folder of `shoplink statement`"
        )
    if not request.out:
        with (
            tempfile.TemporaryDirectory(prefix="shoplink-") as folder,
            closing(request.engine(Path(folder))) as engine,
        ):
            return _compare(request, engine, lines, Path(folder), {})
    with outputs(request.out, request.out[0].absolute().parent) as made:
        with closing(request.engine(made.work)) as engine:
            result = _compare(
                request, engine, lines, made.work, {path: made.part(path) for path in request.out}
            )
        made.publish()
    return result


def _compare(
    request: ReconcileRequest, engine: Engine, lines: Path, work: Path, parts: dict[Path, Path]
) -> ReconcileResult:
    source = open_orders(engine, request.platform, request.mapping, work, lambda _: None)
    ours = reconcile.our_lines(engine, lines, request.shop_id, request.period)
    theirs = engine.named(reconcile.their_lines(source), "theirs")
    skus = {row["side"]: row["count"] for row in engine.rows(reconcile.sku_counts(ours, theirs))}
    how = Comparison(
        by_sku=all(skus.values()),
        commission=source.mapping.column("commission") is not None,
        creators_only=any(source.mapping.column(field) is not None for field in CREATOR),
    )
    table = engine.named(reconcile.reconciled(ours, theirs, how), "reconciled")
    in_order = reconcile.in_order(table).select(*COLUMNS)
    sums = list(engine.rows(reconcile.sums_by_verdict(table)))
    for path, part in parts.items():
        _write(engine, in_order, sums, path, part)
    wrong = unread_rows(source)
    places = [f"{line.file} line {line.line}" for line in source.broken]
    places += [f"{row['file']} line {row['line']}" for row in engine.rows(wrong)]
    left = 0 if source.left_out is None else sum(1 for _ in engine.rows(source.left_out))
    return ReconcileResult(
        how.by_sku,
        how.commission,
        tuple(VerdictSum(row["currency"], row["verdict"], *(row[name] for name in _SUMS)) for row in sums),
        len(places),
        tuple(places[:_NAMED_ROWS]),
        left,
        source.mapping.name if source.mapping.is_preset else "",
        source.mapping.about,
    )


def _write(engine: Engine, table: Any, sums: list[dict[str, Any]], path: Path, part: Path) -> None:
    """Write the comparison as CSV, Parquet or a workbook, by the name of the file."""
    match path.suffix.lower():
        case ".xlsx":
            with part.open("wb") as file:
                write_workbook(file, _sheets(engine, table, sums))
        case ".parquet":
            engine.write(table, part, "parquet", lambda _: None)
        case _:
            with part.open("w", encoding="utf-8-sig", newline="") as out:
                writer = CsvWriter(out)
                writer.row(COLUMNS)
                for row in engine.rows(table):
                    writer.row(row[name] for name in COLUMNS)


def _sheets(engine: Engine, table: Any, sums: list[dict[str, Any]]) -> list[Sheet]:
    """The summary, and the orders, of which those that agree may be too many."""
    header = ("currency", "verdict", *_SUMS)
    summary = Sheet(both("summary"), _headings(header), (_cells(row, header) for row in sums))
    rows = [_cells(row, COLUMNS) for row in engine.rows(table.limit(ROWS_MAX))]
    return [summary, Sheet(both("orders"), _headings(COLUMNS), rows)]


def _headings(columns: Sequence[str]) -> list[str]:
    return [both(f"reconcile_{name.removesuffix('_minor')}") for name in columns]


def _cells(row: dict[str, Any], columns: Sequence[str]) -> list[Value]:
    digits = MINOR_DIGITS[row["currency"]]
    return [_cell(name, row[name], digits) for name in columns]


def _cell(name: str, value: Any, digits: int) -> Value:
    if name.endswith("_minor"):
        return Decimal(value).scaleb(-digits)
    return both(f"verdict_{value}") if name == "verdict" else value

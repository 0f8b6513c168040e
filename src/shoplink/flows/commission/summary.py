"""What a run of `attribute` says of itself: what became of every row, and how much money is in each basis."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from shoplink.attribution.engine import Engine
from shoplink.attribution.row_choice import Again, SameAmount


class RejectCount(Struct, frozen=True):
    """How many rows have a problem: the field and the word for it. A row can have several."""

    field: str
    reason: str
    rows: int


class LeftOutCount(Struct, frozen=True):
    """How many rows the mapping leaves out for a cell in a column."""

    column: str
    value: str
    rows: int


class BasisSum(Struct, frozen=True):
    """The rows of a basis in a currency, and their sums in minor units: what stays sold, and the commission due."""

    basis: str
    currency: str
    rows: int
    base_minor: int
    commission_minor: int


class FileTaken(Struct, frozen=True):
    """How a table was read: encoding and delimiter of CSV, the sheet of a workbook; empty if the file has none."""

    file: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


class AttributionResult(Struct, frozen=True, kw_only=True):
    """What became of the rows of a run: rows = judged + rejected + left out + repeated.

    `links` is the number of links read, `spans` that of time spans into which the join was split
    (docs/explanation/attribution.md). `cleaned` is the number of ids that had to be cleaned, `skipped` the lines that
    describe columns. `preset` is the mapping of ours that was taken, `zone` that of instants without an offset. `lacking`
    are columns that a file does not have, `same_amounts` orders whose lines all have one amount.
    """

    rows: int
    judged: int
    rejected: int
    left_out: int
    repeated: Again
    links: int
    spans: int
    by_basis: tuple[BasisSum, ...] = ()
    rejected_by: tuple[RejectCount, ...] = ()
    left_out_by: tuple[LeftOutCount, ...] = ()
    cleaned: int = 0
    skipped: tuple[str, ...] = ()
    same_amounts: tuple[SameAmount, ...] = ()
    lacking: tuple[str, ...] = ()
    preset: str = ""
    zone: str = ""
    files: tuple[FileTaken, ...] = ()


def sums_by_basis(engine: Engine, written: Any, currency: str | None, constant: str) -> tuple[BasisSum, ...]:
    """The sums of a result that an engine has written; `currency` is its column, or None and `constant` the currency."""
    named = written.select(
        basis=written.basis.cast("string"),
        currency=constant_or(written, currency, constant),
        base=written.base_minor.cast("int64"),
        due=written.commission_minor.cast("int64"),
    )
    summed = named.group_by("basis", "currency").agg(
        rows=named.count(),
        base_minor=named.base.cast("decimal(38, 0)").sum().cast("int64"),
        commission_minor=named.due.cast("decimal(38, 0)").sum().cast("int64"),
    )
    return tuple(sorted((BasisSum(**row) for row in engine.rows(summed)), key=_place))

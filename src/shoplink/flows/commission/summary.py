"""What a run of `attribute` says of itself: what became of every row, and how much money is in each basis."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from shoplink.attribution.join.creators import Joined
from shoplink.attribution.row_choice import Again, SameAmount
from shoplink.core.commission.sides import Fit
from shoplink.wording.order_errors import RejectedRow

_BASES = ("official", "marketing", "affiliate", "none")


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
    describe columns. `preset` is the mapping of ours that was taken, `about` what it is for, `zone` that of instants without
    an offset. `lacking` are columns that a file does not have, `surplus` lines with text beyond the columns of their
    header, `fit` says how orders and links fit, `same_amounts` orders whose lines all have one amount, `small_rates` is the
    column of rates in per cent that are all below 1, or empty. `join` is what became of files of creators, if there were any.
    """

    rows: int
    judged: int
    rejected: int
    left_out: int
    repeated: Again
    links: int = 0
    spans: int = 0
    by_basis: tuple[BasisSum, ...] = ()
    rejected_by: tuple[RejectCount, ...] = ()
    first_rejects: tuple[RejectedRow, ...] = ()
    left_out_by: tuple[LeftOutCount, ...] = ()
    cleaned: int = 0
    skipped: tuple[str, ...] = ()
    same_amounts: tuple[SameAmount, ...] = ()
    lacking: tuple[str, ...] = ()
    small_rates: str = ""
    surplus: tuple[str, ...] = ()
    preset: str = ""
    about: str = ""
    zone: str = ""
    files: tuple[FileTaken, ...] = ()
    fit: Fit = Fit(0, 0, 0, 0)
    join: Joined | None = None


def by_basis(sums: Iterable[Mapping[str, Any]]) -> tuple[BasisSum, ...]:
    """The sums of `judgement.sums_by_basis`, in the order of bases and currencies."""
    found = (BasisSum(**row) for row in sums)
    return tuple(sorted(found, key=lambda each: (_BASES.index(each.basis), each.currency)))


def reject_counts(problems: Counter[str]) -> tuple[RejectCount, ...]:
    """The counts of problems in the form `field.word`, the most frequent first."""
    split = ((problem.partition("."), rows) for problem, rows in problems.most_common())
    return tuple(RejectCount(field, word, rows) for (field, _, word), rows in split)


def left_out_counts(cells: Counter[str]) -> tuple[LeftOutCount, ...]:
    """The counts of cells that leave rows out, in the form of `LEFT_OUT`, the most frequent first."""
    split = ((cell.partition("\t"), rows) for cell, rows in cells.most_common())
    return tuple(LeftOutCount(column, value, rows) for (column, _, value), rows in split)

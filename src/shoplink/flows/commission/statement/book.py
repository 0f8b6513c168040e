"""Statements as a workbook, with headings in both languages and money in the major unit of its currency."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from shoplink.attribution.engine import Engine
from shoplink.attribution.instants import from_micros
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.instant import format_instant
from shoplink.table.write import Sheet, Value, write_workbook
from shoplink.wording import Language, Tag, language_for
from shoplink.wording.statement import REASONS, TEXTS

ROWS_MAX = 20_000
"""The rows of a sheet. More take longer to write than the judgement of their orders, and nobody reads them in a sheet."""

_BASIS = {"official", "marketing", "affiliate", "none"}
_HEADINGS = {
    "period": "statement_period",
    "shop_id": "shop",
    "order_id": "order",
    "sku_id": "sku",
    "account_id": "account",
    "link_id": "link",
    "amount_minor": "amount",
    "refund_minor": "refund",
    "base_minor": "base",
    "commission_minor": "commission",
    "waived_minor": "waived",
    "settlement": "settlement_kind",
}
_SHEETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "commission": ("summary", ("period", "shop_id", "currency", "basis", "adjusts", "order_lines", "amount_minor",
                               "refund_minor", "base_minor", "commission_minor", "waived_minor", "lines_without_rate")),
    "lines": ("lines", ("period", "adjusts", "reason", "shop_id", "order_id", "sku_id", "account_id", "currency", "basis",
                        "link_id", "order_lines", "amount_minor", "refund_minor", "base_minor", "commission_minor")),
    "settlement": ("creators", ("period", "shop_id", "account_id", "basis", "link_id", "currency", "adjusts",
                                  "reference", "settlement", "linked_at", "ended_at", "order_lines", "amount_minor",
                                  "refund_minor", "base_minor", "commission_minor")),
    "adjustments": ("changes", ("period", "adjusts", "reason", "shop_id", "order_id", "sku_id", "account_id",
                                    "currency", "basis", "link_id", "before_amount_minor", "now_amount_minor",
                                    "before_refund_minor", "now_refund_minor", "before_commission_minor",
                                    "now_commission_minor", "commission_minor")),
}  # fmt: skip
_FILES = {"lines": "lines.parquet", "settlement": "settlement.csv", "adjustments": "adjustments.csv",
          "commission": "commission.csv"}  # fmt: skip


def write_book(engine: Engine, path: Path, tables: dict[str, Any]) -> None:
    """Write the tables of statements as sheets. A table of too many rows is named with the file that has them."""
    with path.open("wb") as file:
        write_workbook(file, (_sheet(engine, name, tables[name]) for name in _SHEETS))


def _sheet(engine: Engine, name: str, table: Any) -> Sheet:
    title, columns = _SHEETS[name]
    header = [_heading(column) for column in columns]
    count = next(engine.rows(table.agg(count=table.count())))["count"]
    if count > ROWS_MAX:
        words = both("too_many").format(count=f"{count:,}", file=_FILES[name])
        return Sheet(both(title), header, [[words]])
    chosen = table.select(*columns)
    if name == "lines":
        chosen = chosen.order_by(["period", "shop_id", "order_id", "sku_id"])
    return Sheet(both(title), header, _rows(engine, chosen, columns))


def _rows(engine: Engine, table: Any, columns: Sequence[str]) -> Iterator[list[Value]]:
    for row in engine.rows(table):
        digits = MINOR_DIGITS[row["currency"]]
        yield [_cell(name, row[name], digits) for name in columns]


def _cell(name: str, value: Any, digits: int) -> Value:
    if value is None:
        return None
    if name.endswith("_minor"):
        return Decimal(value).scaleb(-digits)
    if name.endswith("ed_at"):
        return format_instant(from_micros(value))
    if (name == "basis" and value in _BASIS) or name == "reason":
        return both(REASONS.get(value, value))
    return value  # type: ignore[no-any-return]


def _heading(column: str) -> str:
    """The heading of a column in both languages."""
    for prefix, name in (("before_", "as_closed"), ("now_", "as_now")):
        if column.startswith(prefix):
            bare = column.removeprefix(prefix)
            return " ".join(
                language.text(TEXTS[name]).format(what=language.text(TEXTS[_HEADINGS[bare]]))
                for language in _languages()
            )
    return both(_HEADINGS.get(column, column))


def both(name: str) -> str:
    """A text in both languages."""
    return " ".join(language.text(TEXTS[name]) for language in _languages())


def _languages() -> list[Language]:
    return [language_for(tag) for tag in get_args(Tag)]

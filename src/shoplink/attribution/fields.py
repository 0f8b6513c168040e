"""The fields of an order as expressions over the columns of a file: their values, and what is wrong with them.

Money never passes through floating point.
"""

from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from shoplink.attribution import instants
from shoplink.attribution.engine import RESERVED, ColumnKind, Engine, Shape, cell_of
from shoplink.attribution.mapping import BP_OF, REQUIRED, Field, Mapping, Rates
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commission.attribution import RATE_BP_MAX

_AT, _NAMES_OFFSET = f"{RESERVED}at", f"{RESERVED}names_offset"

AMOUNT_MINOR_MAX = 2**53 - 1
ID_LENGTH_MAX = 64

_MOST_HAVE = 2
"""The decimals of most currencies."""
_ROUNDED = r"^([0-9]([.,][0-9]+)?[Ee]\+?[0-9]+|[0-9]+[.,]0+)$"
_WHOLE = r"^-?([0-9]{1,16}|[0-9]{1,3}(,[0-9]{3}){1,5})$"
_DECIMAL = r"^-?([0-9]{1,16}|[0-9]{1,3}(,[0-9]{3}){1,5})(\.[0-9]{1,6}0*)?$"
_NO_DECIMALS = r"\.0+$"
_RATES: dict[Rates, str] = {
    "bp": r"^-?[0-9]{1,6}$",
    "percent": r"^-?[0-9]{1,4}(\.[0-9]{1,4}0*)? *%?$",
    "fraction": r"^-?[0-9]{1,2}(\.[0-9]{1,6}0*)?$",
}


class FieldReading(NamedTuple):
    """A field: its value, which counts only where the field is fine; and a word for what is wrong, else null.

    `fine` is true, or false or null where something is wrong.
    """

    value: ir.Value
    fine: ir.BooleanValue
    problem: ir.StringValue


Check = tuple[ir.BooleanValue, str]
"""What must hold of a cell, false or null of an empty one; and the word for what is wrong where it does not hold."""

_TRUE = ibis.literal(value=True)
_FALSE = ibis.literal(value=False)


def read_fields(
    rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine, *, is_result: bool
) -> tuple[ir.Table, dict[Field, FieldReading]]:
    """The rows of a source that the mapping fits, with what their cells say, and every field as an expression on it.

    `is_result`: the source is an earlier result. What is taken from a cell once and used often becomes a column of its
    own before it is used.
    """
    taken = _taken(rows, shape, mapping, engine, is_result=is_result)
    reader = _Reader(engine.named(rows.mutate(**taken), "taken") if taken else rows, shape, mapping, engine)
    amount = reader.money("amount")
    return reader.rows, {
        "order_id": reader.identity("order_id"),
        "shop_id": reader.identity("shop_id"),
        "account_id": reader.identity("account_id"),
        "ordered_at": reader.instant(),
        "amount": amount,
        "currency": reader.currency(),
        "commission_rate": reader.rate(),
        "refund": reader.money("refund", at_most=amount.value),
    }


def _taken(
    rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine, *, is_result: bool
) -> dict[str, ir.Value]:
    """The instants and the numbers in cells that are text."""
    taken: dict[str, ir.Value] = {}
    for field, column in mapping.columns.items():
        if shape.kinds[column] != "text":
            continue
        cell = rows[cell_of(field)] if shape.is_csv else rows[column].nullif("")
        if is_result and field in ("amount", "refund", "commission_rate"):
            # Decimals of Parquet stand in CSV with all their places. Only there: an export's 12.00 are no minor units.
            cell = cell.re_replace(_NO_DECIMALS, "")
        if field == "ordered_at":
            taken[_AT], taken[_NAMES_OFFSET] = instants.parse_cell(cell, mapping.dates, engine.micros)
        elif field in ("amount", "refund"):
            whole = mapping.amounts == "minor"
            bare = cell.contains(",").ifelse(cell.replace(",", ""), cell)
            taken[_number_of(field)] = _exact(cell, _WHOLE if whole else _DECIMAL, bare, whole=whole)
        elif field == "commission_rate":
            bare = cell.re_extract("^([-0-9.]*)", 1)
            taken[_number_of(field)] = _exact(cell, _RATES[mapping.rates], bare, whole=mapping.rates == "bp")
    return taken


def _exact(cell: ir.StringValue, pattern: str, bare: ir.StringValue, *, whole: bool) -> ir.NumericValue:
    """The number in a cell, whole or with decimals; null where the cell is not of the pattern."""
    return (
        cell.re_search(pattern).ifelse(bare, ibis.null(str)).try_cast("int64" if whole else "decimal(18, 6)")
    )


class _Reader:
    """Reads one source's columns."""

    def __init__(self, rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine) -> None:
        self.rows = rows
        self._shape = shape
        self._mapping = mapping
        self._engine = engine

    def identity(self, field: Field) -> FieldReading:
        """An id, as text; in CSV not a number that a spreadsheet has rounded."""
        if self._mapping.column(field) is None:
            return self._constant(field, "string")
        cell = self._cell(field).cast("string")
        checks = [(cell.length() <= ID_LENGTH_MAX, "too_long")]
        if self._shape.is_csv:
            checks.insert(0, (~cell.re_search(_ROUNDED), "rounded"))
            return _checked(field, cell, cell, checks)
        # The same as the checks say, of the column itself: making null of empty texts takes longer than all else here.
        length = self.rows[self._mapping.columns[field]].cast("string").length()
        is_short = length <= ID_LENGTH_MAX
        fine = is_short & (length > 0) if field in REQUIRED else is_short.fill_null(_TRUE)
        return _checked(field, cell, cell, checks)._replace(fine=fine)

    def currency(self) -> FieldReading:
        """A currency by its ISO 4217 code; CSV may write it in small letters."""
        if self._mapping.column("currency") is None:
            return self._constant("currency", "string")
        cell = self._cell("currency")
        code = cell.upper() if self._shape.is_csv else self.rows[self._mapping.columns["currency"]]
        return _checked("currency", cell, code, [(_is_one_of(code, MINOR_DIGITS), "unknown")])

    def instant(self) -> FieldReading:
        """When the order was placed, in microseconds since 1970 UTC."""
        zone, cell, kind = self._mapping.zone, self._cell("ordered_at"), self._kind("ordered_at")
        at = self.rows[_AT] if kind == "text" else self._engine.micros(cell)
        names_offset = self.rows[_NAMES_OFFSET] if kind == "text" else ibis.literal(kind == "instant")
        checks, word = [(at.notnull(), "not_instant")], "no_offset"
        ahead = ibis.null("int64")
        if zone is not None:
            ahead, word = instants.offset_in(zone, at), "no_such_hour"
        if kind != "instant":
            checks.append((names_offset | ahead.notnull(), word))
            at = names_offset.ifelse(at, at - ahead)
        return _checked("ordered_at", cell, at, checks)

    def money(self, field: Field, at_most: ir.IntegerValue | None = None) -> FieldReading:
        """An amount in whole minor units of the row's currency."""
        if self._mapping.column(field) is None:
            return self._constant(field, "int64")
        is_minor = self._mapping.amounts == "minor"
        exact = self._number(field, whole=is_minor)
        value, is_whole = _whole(exact) if is_minor else _scaled(exact, self.currency().value)
        checks = [
            (exact.notnull(), "not_whole" if is_minor else "not_number"),
            (exact >= 0, "negative"),
            (exact <= AMOUNT_MINOR_MAX, "too_large"),
            (is_whole, "not_whole" if is_minor else "too_fine"),
            (value <= AMOUNT_MINOR_MAX, "too_large"),
        ]
        if at_most is not None:
            checks.append(((value <= at_most) | at_most.isnull(), "more_than_amount"))
        return _checked(field, self._cell(field), value, checks)

    def rate(self) -> FieldReading:
        """The commission rate in basis points."""
        if self._mapping.column("commission_rate") is None:
            return self._constant("commission_rate", "int64")
        rates = self._mapping.rates
        value, is_whole = _whole(self._number("commission_rate", whole=rates == "bp") * BP_OF[rates])
        allowed = is_whole & value.between(0, RATE_BP_MAX)
        return _checked("commission_rate", self._cell("commission_rate"), value, [(allowed, "not_rate")])

    def _kind(self, field: Field) -> ColumnKind:
        return self._shape.kinds[self._mapping.columns[field]]

    def _cell(self, field: Field) -> ir.Value:
        """A cell as it is read; null where it is empty."""
        if self._kind(field) != "text":
            return self.rows[self._mapping.columns[field]]
        if self._shape.is_csv:
            return self.rows[cell_of(field)]
        return self.rows[self._mapping.columns[field]].nullif("")

    def _number(self, field: Field, *, whole: bool) -> ir.NumericValue:
        """A cell as an exact number; null where it holds none."""
        match self._kind(field):
            case "whole":
                return self._cell(field).cast("int64" if whole else "decimal(18, 6)")
            case "decimal":
                number = self._cell(field).try_cast("decimal(18, 6)")
                return (number == self._cell(field)).ifelse(number, ibis.null("decimal(18, 6)"))
            case _:
                return self.rows[_number_of(field)]

    def _constant(self, field: Field, kind: str) -> FieldReading:
        """A field that is the same in every row, or that is left out."""
        constant = self._mapping.constant(field)
        value = ibis.null(kind) if constant is None else ibis.literal(constant, kind)
        return FieldReading(value, _TRUE, ibis.null(str))


def _number_of(field: str) -> str:
    return f"{RESERVED}number_of_{field}"


def _checked(field: Field, cell: ir.Value, value: ir.Value, checks: list[Check]) -> FieldReading:
    """A reading that is fine where every check holds; where the cell is empty, if the field may be left out.

    No check holds of an empty cell.
    """
    fine = reduce(and_, (holds for holds, _ in checks), _TRUE)
    problems = [(~holds.fill_null(_FALSE), word) for holds, word in checks]
    if field in REQUIRED:
        problems = [(cell.isnull(), "missing"), *problems]
    else:
        fine, problems = cell.isnull() | fine, [(cell.isnull(), ibis.null(str)), *problems]
    return FieldReading(value, fine, ibis.cases(*problems, else_=ibis.null(str)))


def _is_one_of(code: ir.StringValue, codes: Iterable[str]) -> ir.BooleanValue:
    """Whether a text is one of some codes of three letters; looked for in one text, as a list of so many is slow."""
    is_three = (code.length() == len("GBP")) & ~code.contains(",")
    return is_three & ibis.literal(",".join(codes)).contains(code)


def _whole(number: ir.NumericValue) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """A number as a whole one, and whether it is one."""
    if number.type().is_integer():
        return number, _TRUE
    whole = number.cast("int64")
    return whole, number == whole


def _scaled(number: ir.DecimalValue, currency: ir.StringValue) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """An amount of the major unit in minor units, and whether it has no more decimals than its currency."""
    values, exact = [], []
    for digits in set(MINOR_DIGITS.values()) - {_MOST_HAVE}:
        has_them = _is_one_of(currency, [code for code, those in MINOR_DIGITS.items() if those == digits])
        value, is_whole = _whole(number * 10**digits)
        values.append((has_them, value))
        exact.append((has_them, is_whole))
    value, is_whole = _whole(number * 10**_MOST_HAVE)
    return ibis.cases(*values, else_=value), ibis.cases(*exact, else_=is_whole)

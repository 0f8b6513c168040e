"""The fields of an order as expressions over the columns of a file: their values and their problems.

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
from shoplink.attribution.mapping import BP_OF, IDS, REQUIRED, Field, Mapping, Rates
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commission.attribution import RATE_BP_MAX
from shoplink.table.cell import ENDS_IN_ZEROS, SPOILED_ID

_AT, _NAMES_OFFSET = f"{RESERVED}at", f"{RESERVED}names_offset"

AMOUNT_MINOR_MAX = 2**53 - 1
ID_LENGTH_MAX = 64

_MOST_HAVE = 2
"""The number of decimals of most currencies."""
_WHOLE = r"^-?([0-9]{1,16}|[0-9]{1,3}(,[0-9]{3}){1,5})$"
_DECIMAL = r"^-?([0-9]{1,16}|[0-9]{1,3}(,[0-9]{3}){1,5})(\.[0-9]{1,6}0*)?$"
_NO_DECIMALS = r"\.0+$"
_RATES: dict[Rates, str] = {
    "bp": r"^-?[0-9]{1,6}$",
    "percent": r"^-?[0-9]{1,4}(\.[0-9]{1,4}0*)? *%?$",
    "fraction": r"^-?[0-9]{1,2}(\.[0-9]{1,6}0*)?$",
}


class FieldReading(NamedTuple):
    """A field: its value, and a word for its problem, null if there is none.

    `fine` is true if there is no problem, else false or null. The value is valid only where the field is fine.
    """

    value: ir.Value
    fine: ir.BooleanValue
    problem: ir.StringValue


Check = tuple[ir.BooleanValue, str]
"""A condition on a cell, false or null for an empty one, and the word for the problem if it does not hold."""

_TRUE = ibis.literal(value=True)
_FALSE = ibis.literal(value=False)


def read_fields(
    rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine, *, is_result: bool
) -> tuple[ir.Table, dict[Field, FieldReading]]:
    """The rows of a source with their parsed cells, and every field as an expression over them.

    The mapping must fit the source (`column_check`). `is_result` says that the source is an earlier result. A value that
    is parsed from a cell and used several times becomes a column first.
    """
    parsed = _parsed_cells(rows, shape, mapping, engine, is_result=is_result)
    reader = _Reader(
        engine.named(rows.mutate(**parsed), "parsed") if parsed else rows, shape, mapping, engine
    )
    spoiled = f"{SPOILED_ID}|{ENDS_IN_ZEROS}" if shape.zeros_are_rounding else SPOILED_ID
    amount = reader.money("amount")
    return reader.rows, {
        **{field: reader.identity(field, spoiled) for field in IDS},
        "ordered_at": reader.instant(),
        "amount": amount,
        "currency": reader.currency(),
        "commission_rate": reader.rate(),
        "refund": reader.money("refund", at_most=None if mapping.rows.per_order else amount.value),
    }


def _parsed_cells(
    rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine, *, is_result: bool
) -> dict[str, ir.Value]:
    """The instants and the numbers in cells that are text."""
    parsed: dict[str, ir.Value] = {}
    for field, column in mapping.columns.items():
        if shape.kinds[column] != "text":
            continue
        cell = rows[cell_of(field)] if shape.is_csv else rows[column].nullif("")
        if is_result and field in ("amount", "refund", "commission_rate"):
            # A result written as CSV has decimals of Parquet with all their places. In an export 12.00 is not a number of
            # minor units, so this is done for results only.
            cell = cell.re_replace(_NO_DECIMALS, "")
        if field == "ordered_at":
            parsed[_AT], parsed[_NAMES_OFFSET] = instants.parse_cell(cell, mapping.dates, engine.micros)
        elif field in ("amount", "refund"):
            whole = mapping.amounts == "minor"
            bare = cell.contains(",").ifelse(cell.replace(",", ""), cell)
            parsed[_number_of(field)] = _exact(cell, _WHOLE if whole else _DECIMAL, bare, whole=whole)
        elif field == "commission_rate":
            bare = cell.re_extract("^([-0-9.]*)", 1)
            parsed[_number_of(field)] = _exact(cell, _RATES[mapping.rates], bare, whole=mapping.rates == "bp")
    return parsed


def _exact(cell: ir.StringValue, pattern: str, bare: ir.StringValue, *, whole: bool) -> ir.NumericValue:
    """The number in a cell, whole or with decimals; null if the cell does not match the pattern."""
    return (
        cell.re_search(pattern).ifelse(bare, ibis.null(str)).try_cast("int64" if whole else "decimal(18, 6)")
    )


class _Reader:
    """Reads the columns of one source."""

    def __init__(self, rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine) -> None:
        self.rows = rows
        self._shape = shape
        self._mapping = mapping
        self._engine = engine

    def identity(self, field: Field, spoiled: str) -> FieldReading:
        """An id as text; in a table it must not be a number that a spreadsheet has spoiled."""
        if self._mapping.column(field) is None:
            return self._constant(field, "string")
        cell = self._cell(field).cast("string")
        checks = [(cell.length() <= ID_LENGTH_MAX, "too_long")]
        if self._shape.is_csv:
            checks.insert(0, (~cell.re_search(f"^({spoiled})$"), "rounded"))
            return _checked(field, cell, cell, checks)
        # The same conditions as in `checks`, but on the column itself: turning empty texts into null is the slowest step.
        length = self.rows[self._mapping.columns[field]].cast("string").length()
        is_short = length <= ID_LENGTH_MAX
        fine = is_short & (length > 0) if field in REQUIRED else is_short.fill_null(_TRUE)
        return _checked(field, cell, cell, checks)._replace(fine=fine)

    def currency(self) -> FieldReading:
        """A currency by its ISO 4217 code; in CSV the letters may be lower case."""
        if self._mapping.column("currency") is None:
            return self._constant("currency", "string")
        cell = self._cell("currency")
        code = cell.upper() if self._shape.is_csv else self.rows[self._mapping.columns["currency"]]
        return _checked("currency", cell, code, [(_is_one_of(code, MINOR_DIGITS), "unknown")])

    def instant(self) -> FieldReading:
        """The instant at which the order was placed, in microseconds since 1970 UTC."""
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
        """An amount in whole minor units of the row's currency, at most `at_most`."""
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
        """The cell of a field; null if it is empty."""
        if self._kind(field) != "text":
            return self.rows[self._mapping.columns[field]]
        if self._shape.is_csv:
            return self.rows[cell_of(field)]
        return self.rows[self._mapping.columns[field]].nullif("")

    def _number(self, field: Field, *, whole: bool) -> ir.NumericValue:
        """The cell of a field as an exact number; null if it is not one."""
        match self._kind(field):
            case "whole":
                return self._cell(field).cast("int64" if whole else "decimal(18, 6)")
            case "decimal":
                number = self._cell(field).try_cast("decimal(18, 6)")
                return (number == self._cell(field)).ifelse(number, ibis.null("decimal(18, 6)"))
            case _:
                return self.rows[_number_of(field)]

    def _constant(self, field: Field, kind: str) -> FieldReading:
        """A field that is constant or left out."""
        constant = self._mapping.constant(field)
        value = ibis.null(kind) if constant is None else ibis.literal(constant, kind)
        return FieldReading(value, _TRUE, ibis.null(str))


def _number_of(field: str) -> str:
    return f"{RESERVED}number_of_{field}"


def _checked(field: Field, cell: ir.Value, value: ir.Value, checks: list[Check]) -> FieldReading:
    """A reading that is fine if every check holds, or if the cell is empty and the field is optional.

    No check holds for an empty cell.
    """
    fine = reduce(and_, (holds for holds, _ in checks), _TRUE)
    problems = [(~holds.fill_null(_FALSE), word) for holds, word in checks]
    if field in REQUIRED:
        problems = [(cell.isnull(), "missing"), *problems]
    else:
        fine, problems = cell.isnull() | fine, [(cell.isnull(), ibis.null(str)), *problems]
    return FieldReading(value, fine, ibis.cases(*problems, else_=ibis.null(str)))


def _is_one_of(code: ir.StringValue, codes: Iterable[str]) -> ir.BooleanValue:
    """Whether a text is one of the codes of three letters. It searches one joined text, because a long list is slow."""
    is_three = (code.length() == len("GBP")) & ~code.contains(",")
    return is_three & ibis.literal(",".join(codes)).contains(code)


def _whole(number: ir.NumericValue) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """A number as a whole number, and whether it is whole."""
    if number.type().is_integer():
        return number, _TRUE
    whole = number.cast("int64")
    return whole, number == whole


def _scaled(number: ir.DecimalValue, currency: ir.StringValue) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """An amount in the major unit converted to minor units, and whether it has no more decimals than its currency."""
    values, exact = [], []
    for digits in set(MINOR_DIGITS.values()) - {_MOST_HAVE}:
        has_them = _is_one_of(currency, [code for code, those in MINOR_DIGITS.items() if those == digits])
        value, is_whole = _whole(number * 10**digits)
        values.append((has_them, value))
        exact.append((has_them, is_whole))
    value, is_whole = _whole(number * 10**_MOST_HAVE)
    return ibis.cases(*values, else_=value), ibis.cases(*exact, else_=is_whole)

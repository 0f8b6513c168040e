"""The fields of an order as expressions over the columns of a file: their values and their problems.

Money never passes through floating point.
"""

from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from shoplink.attribution import amount, instants
from shoplink.attribution.engine import RESERVED, ColumnKind, Engine, Shape, cell_of
from shoplink.attribution.mapping import BP_OF, IDS, INSTANTS, OPTIONAL, REQUIRED, Field, Mapping, Rates
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commission.attribution import RATE_BP_MAX
from shoplink.table.cell import ENDS_IN_ZEROS, NOTHING, SPOILED_ID

_MONEY: tuple[Field, ...] = ("amount", "refund", "commission")
_SIGNED: tuple[Field, ...] = ("commission",)
"""What a platform writes as a deduction may be negative."""

AMOUNT_MINOR_MAX = 2**53 - 1
ID_LENGTH_MAX = 64

_NO_DECIMALS = r"\.0+\z"
_RATES: dict[Rates, str] = {
    "bp": r"^'?([0-9]{1,6})\z",
    "percent": r"^'?([0-9]{1,4}([.,][0-9]{1,4}0{0,40})?) *%?\z",
    "fraction": r"^'?([0-9]{1,2}([.,][0-9]{1,4}0{0,40})?)\z",
}
_PLAIN_RATE = r"^[0-9]{1,2}\z"
_EXACT_MAX = 10**16 - 1
_TOO_FINE = r"\.[0-9]{4}0*[1-9]|E-"
"""More decimals than any currency has, also as an engine may write a small number."""
_ZERO_IN_POWERS = r"^-?0E-[0-9]+\z"
"""How an engine may write a zero with many decimals."""


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
_NO_TEXT = ibis.null(str)


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
    paid = reader.money("amount")
    most = paid.fine.fill_null(_FALSE).ifelse(paid.value, ibis.null("int64"))
    return reader.rows, {
        **{field: reader.identity(field, spoiled) for field in IDS},
        "handle": reader.handle(),
        **{field: reader.instant(field) for field in INSTANTS},
        "commission": reader.money("commission"),
        "amount": paid,
        "currency": reader.currency(),
        "commission_rate": reader.rate(),
        "refund": reader.money("refund", at_most=None if mapping.rows.per_order else most),
    }


def _parsed_cells(
    rows: ir.Table, shape: Shape, mapping: Mapping, engine: Engine, *, is_result: bool
) -> dict[str, ir.Value]:
    """The instants and the numbers in cells that are text."""
    parsed: dict[str, ir.Value] = {}
    reader = _Reader(rows, shape, mapping, engine)
    for field, column in mapping.columns.items():
        if shape.kinds[column] != "text":
            continue
        cell = reader.cell(field)
        if is_result and field in (*_MONEY, "commission_rate"):
            # A result written as CSV has decimals of Parquet with all their places. In an export 12.00 is not a number of
            # minor units, so this is done for results only.
            cell = cell.re_replace(_NO_DECIMALS, "")
        if field in INSTANTS:
            parsed[_at_of(field)], parsed[_offset_of(field)] = instants.parse_cell(
                cell, mapping.dates, engine.micros
            )
        elif field in _MONEY:
            currency = reader.currency().value
            parsed[_number_of(field)] = amount.exact_amount(cell, mapping, currency, reader.factor())
        elif field == "commission_rate":
            bare = amount.narrow(cell).re_extract(_RATES[mapping.rates], 1).replace(",", ".")
            written = ibis.cases((cell.re_search(_PLAIN_RATE), cell), else_=bare)
            parsed[_number_of(field)] = amount.exact(written)
    return parsed


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
        cell = self.cell(field).cast("string")
        checks = [(cell.length() <= ID_LENGTH_MAX, "too_long")]
        if self._shape.is_csv:
            checks.insert(0, (~cell.re_search(rf"^({spoiled})\z"), "rounded"))
            return _checked(field, cell, cell, checks)
        # The same conditions as in `checks`, but on the column itself: turning empty texts into null is the slowest step.
        length = self.rows[self._mapping.columns[field]].cast("string").length()
        is_short = length <= ID_LENGTH_MAX
        fine = is_short & (length > 0) if field in REQUIRED else is_short.fill_null(_TRUE)
        return _checked(field, cell, cell, checks)._replace(fine=fine)

    def handle(self) -> FieldReading:
        """The cell with a handle, null if it is empty; `identities` finds whose it is."""
        named = self._mapping.column("handle") is not None
        return FieldReading(self.cell("handle") if named else _NO_TEXT, _TRUE, _NO_TEXT)

    def currency(self) -> FieldReading:
        """A currency by its ISO 4217 code; in CSV the letters may be lower case."""
        if self._mapping.column("currency") is None:
            return self._constant("currency", "string")
        cell = self.cell("currency")
        code = cell.upper() if self._shape.is_csv else self.rows[self._mapping.columns["currency"]]
        return _checked("currency", cell, code, [(amount.is_one_of(code, MINOR_DIGITS), "unknown")])

    def instant(self, field: Field) -> FieldReading:
        """The instant at which the order was placed, delivered or settled, in microseconds since 1970 UTC."""
        if self._mapping.column(field) is None:
            return self._constant(field, "int64")
        zone, cell, kind = self._mapping.zone, self.cell(field), self._kind(field)
        at = self.rows[_at_of(field)] if kind == "text" else self._engine.micros(cell)
        names_offset = self.rows[_offset_of(field)] if kind == "text" else ibis.literal(kind == "instant")
        fine = at.between(instants.FIRST, instants.LAST)
        checks: list[Check] = [(fine, "not_instant")]
        if kind == "text":
            checks.insert(0, (at.notnull() | ~instants.is_day_alone(cell), "no_time"))
        at = at.clip(instants.FIRST, instants.LAST)  # so that an offset can be taken from any
        if zone is None:
            fine &= names_offset
            checks.append((names_offset, "no_offset"))
        elif kind != "instant":
            ahead = instants.offset_in(zone, at, self._mapping.repeated_hour)
            has_one = names_offset | ahead.notnull()
            fine &= has_one
            checks += [
                (has_one | instants.offset_in(zone, at, "first").isnull(), "repeated_hour"),
                (has_one, "no_such_hour"),
            ]
            at = names_offset.ifelse(at, at - ahead)
        if field not in REQUIRED:
            fine = cell.isnull() | fine
        # Only rows that are rejected need the problem, so it may take long.
        return _checked(field, cell, at, checks)._replace(fine=fine)

    def money(self, field: Field, at_most: ir.IntegerValue | None = None) -> FieldReading:
        """An amount in whole minor units of the row's currency, at most `at_most`."""
        if self._mapping.column(field) is None:
            return self._constant(field, "int64")
        cell, exact = self.cell(field), self._exact(field)
        scaled = exact * self.factor()
        value = scaled.try_cast("int64")
        fine = (scaled == value) & value.between(
            -AMOUNT_MINOR_MAX if field in _SIGNED else 0, AMOUNT_MINOR_MAX
        )
        if at_most is not None:
            fine &= (value <= at_most) | at_most.isnull()
        if field not in REQUIRED:
            fine = cell.isnull() | fine
        problem = self._money_problem(field, exact, scaled, at_most)
        return FieldReading(value, fine, fine.fill_null(_FALSE).ifelse(ibis.null(str), problem))

    def _money_problem(
        self,
        field: Field,
        exact: ir.DecimalValue,
        scaled: ir.DecimalValue,
        at_most: ir.IntegerValue | None,
    ) -> ir.StringValue:
        """The word for what is wrong with an amount. Only rows that are rejected need it, so it may take long."""
        cell, currency, mapping = self.cell(field), self.currency().value, self._mapping
        is_minor = mapping.amounts == "minor"
        form = (
            "not_whole"
            if is_minor
            else "other_marks"
            if mapping.decimal or mapping.thousands is not None
            else "not_number"
        )
        problems: list[tuple[ir.BooleanValue, ir.Value]] = [
            (cell.isnull(), "missing" if field in REQUIRED else ibis.null(str))
        ]
        is_known = amount.is_one_of(currency, MINOR_DIGITS).fill_null(_FALSE)
        if self._kind(field) == "text":
            problems += [
                (condition, form if word == "not_number" else word)
                for condition, word in amount.problems_of(
                    cell, mapping, currency, self.factor(), is_known=is_known
                )
            ]
        if self._kind(field) == "decimal":
            problems.append(
                (self._written(field).re_search(_TOO_FINE), "not_whole" if is_minor else "too_fine")
            )
        problems += [
            ((exact < 0) & ibis.literal(field not in _SIGNED), "negative"),
            (is_known & (exact.isnull() | (scaled > AMOUNT_MINOR_MAX)), "too_large"),
            (is_known & (scaled % 1 != 0), "not_whole" if is_minor else "too_fine"),
        ]
        if at_most is not None:
            problems.append((scaled > at_most, "more_than_amount"))
        return ibis.cases(*problems, else_=ibis.null(str))

    def factor(self) -> ir.IntegerValue:
        """The minor units in one unit of the amounts of the row."""
        if self._mapping.amounts == "minor":
            return ibis.literal(1)
        return amount.minor_units_of_one(self.currency().value)

    def rate(self) -> FieldReading:
        """The commission rate in basis points."""
        if self._mapping.column("commission_rate") is None:
            return self._constant("commission_rate", "int64")
        cell = self.cell("commission_rate")
        scaled = self._exact("commission_rate") * BP_OF[self._mapping.rates]
        value = scaled.try_cast("int64")
        allowed = (scaled == value) & value.between(0, RATE_BP_MAX)
        return _checked("commission_rate", cell, value, [(allowed, "not_rate")])

    def _kind(self, field: Field) -> ColumnKind:
        return self._shape.kinds[self._mapping.columns[field]]

    def cell(self, field: Field) -> ir.Value:
        """The cell of a field; null if it is empty."""
        column = self.rows[self._mapping.columns[field]]
        if self._kind(field) != "text":
            return column
        cell = self.rows[cell_of(field)] if self._shape.is_csv else column.nullif("")
        nothing: Iterable[str] = ()
        if field in ("account_id", "handle"):
            nothing = self._mapping.empty
        elif field in OPTIONAL and not self._shape.is_csv:
            nothing = NOTHING  # in tables these cells are empty already
        spelled = sorted(
            {form for word in nothing for form in (word, word.upper(), word.lower(), word.title())}
        )
        return cell.isin(spelled).ifelse(ibis.null(str), cell) if spelled else cell

    def _exact(self, field: Field) -> ir.DecimalValue:
        """The cell of a field as an exact number; null if it is not one, or one of more digits than any amount has."""
        match self._kind(field):
            case "whole":
                return (
                    self.cell(field)
                    .clip(-_EXACT_MAX if field in _SIGNED else -1, _EXACT_MAX)
                    .cast(amount.EXACT)
                )
            case "decimal":
                return amount.exact(self._written(field))
            case _:
                return self.rows[_number_of(field)]

    def _written(self, field: Field) -> ir.StringValue:
        """A decimal as text with a digit before its point, in whichever form the engine writes it."""
        text = self.cell(field).cast("string").re_replace(_ZERO_IN_POWERS, "0")
        return ibis.cases(
            (text.startswith("."), ibis.literal("0") + text),
            (text.startswith("-."), ibis.literal("-0") + text.substr(1)),
            else_=text,
        )

    def _constant(self, field: Field, kind: str) -> FieldReading:
        """A field that is constant or left out."""
        constant = self._mapping.constant(field)
        value = ibis.null(kind) if constant is None else ibis.literal(constant, kind)
        return FieldReading(value, _TRUE, ibis.null(str))


def _at_of(field: str) -> str:
    return f"{RESERVED}written_{field}"


def _offset_of(field: str) -> str:
    return f"{RESERVED}names_offset_of_{field}"


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

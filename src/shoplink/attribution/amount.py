"""Amounts as people and programs write them in text, as exact numbers.

An amount is read if it can be read in one way only, or as the mapping states it. It never passes through floating point,
and no expression here can fail, whatever the text is.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from shoplink.attribution.mapping import Mapping
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commerce.currency_sign import CURRENCIES_OF_SIGN

EXACT = "decimal(20, 4)"
"""The type of an exact number: no currency has more than four decimals, and 2^53 has sixteen digits."""
EXACT_PATTERN = r"^-?[0-9]{1,16}(\.[0-9]{1,4}0{0,40})?\z"
"""A number that this type holds. Ends are written `\\z`, because `$` allows a line break in some engines."""

_WIDE = "０１２３４５６７８９．，－＋＄￥￡￦％（）\u00a0\u2007\u2009\u202f\u3000\u2212"
_NARROW = "0123456789.,-+$¥£₩%()     -"
_UNSEEN = "[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
_FORMULA_OF_TEXT = r'^="[^"]*"\z'
_PARTS = r"^'? *([^0-9+|,\"-]*?) *([+-]?) *([^0-9+|,\"-]*?) *([0-9](?:[0-9., ]*[0-9])?) *([^0-9|,\"]*?) *\z"
_BEFORE, _SIGN, _BETWEEN, _NUMBER, _AFTER = range(1, 6)
_DOUBTFUL = r"^[1-9][0-9]{0,2}[.,][0-9]{3}\z"
"""What may be thousands or three decimals, if nothing states the marks."""

_TOO_FINE = r"^[0-9., ]{1,21}[.,][0-9]{4}0*[1-9][0-9]*\z"
"""More than four decimals: no currency has them."""

_SIGNS = "".join(f",{code}|{sign}" for sign, codes in CURRENCIES_OF_SIGN.items() for code in codes) + ","
_THREE_DECIMALS = 1_000


class Marks(NamedTuple):
    """A way to write amounts: the marks that may stand between thousands, and before decimals. Empty: none."""

    thousands: str
    decimal: str


class AmountText(NamedTuple):
    """A cell that holds an amount, taken apart. What it lacks is empty, in a cell that is no amount everything is."""

    before: ir.StringValue
    after: ir.StringValue
    is_negative: ir.BooleanValue
    number: ir.StringValue


def marks_of(mapping: Mapping) -> list[Marks]:
    """The ways in which amounts may be written under a mapping."""
    stated = _stated_marks(mapping)
    if mapping.amounts == "minor":
        return [Marks(stated.thousands if stated else ", ", "")]
    return [stated] if stated else [Marks("", ".,"), Marks(", ", "."), Marks(". ", ",")]


def _stated_marks(mapping: Mapping) -> Marks | None:
    decimal, thousands = mapping.decimal, mapping.thousands
    if decimal is None and thousands is None:
        return None
    if decimal is None:
        return Marks(thousands or "", ".,".replace(thousands or " ", ""))
    return Marks((",. ".replace(decimal, "")) if thousands is None else thousands, decimal)


def exact_amount(
    cell: ir.StringValue, mapping: Mapping, currency: ir.StringValue, factor: ir.IntegerValue
) -> ir.DecimalValue:
    """The amount in a cell, in minor units if the mapping says so, else in the major unit.

    Null if the cell is no amount that can be read in one way, or names another currency than `currency`, which has
    `factor` minor units in a major one.
    """
    ways = marks_of(mapping)
    mark = next((mark for way in ways for mark in way.decimal), "")
    plain = r"^[0-9]{1,16}" + (rf"([{mark}][0-9]{{1,2}})?" if mark else "") + r"\z"
    parts = parts_of(cell)
    agrees = ibis.literal(value=True)
    if mapping.amounts == "minor":
        agrees = (parts.before + parts.after) == ""
    else:
        agrees = is_sign_of(parts.before, currency) & is_sign_of(parts.after, currency)
    number = canonical(parts.number, mapping, factor)
    written = ibis.cases(
        (cell.re_search(plain), cell.replace(mark, ".") if mark == "," else cell),
        (agrees, parts.is_negative.ifelse("-", "") + number),
        else_=ibis.null(str),
    )
    return exact(written)


def exact(written: ir.StringValue) -> ir.DecimalValue:
    """A number in the form of `EXACT_PATTERN`; null for any other text."""
    return written.re_search(EXACT_PATTERN).ifelse(written, ibis.null(str)).try_cast(EXACT)


def narrow(cell: ir.StringValue) -> ir.StringValue:
    """A cell without what cannot be seen, its full-width characters as plain ones."""
    plain = cell.translate(_WIDE, _NARROW).re_replace(_UNSEEN, "")
    is_formula = plain.re_search(_FORMULA_OF_TEXT)
    return ibis.cases((is_formula, plain.replace('="', "").replace('"', "")), else_=plain)


def parts_of(cell: ir.StringValue) -> AmountText:
    """Take a cell apart: full-width characters are made narrow, marks of text and what cannot be seen are left out."""
    plain = narrow(cell)
    before = plain.re_extract(_PARTS, _BEFORE) + plain.re_extract(_PARTS, _BETWEEN)
    return AmountText(
        before.replace(" ", "").upper(),
        plain.re_extract(_PARTS, _AFTER).replace(" ", "").upper(),
        plain.re_extract(_PARTS, _SIGN) == "-",
        plain.re_extract(_PARTS, _NUMBER),
    )


def canonical(number: ir.StringValue, mapping: Mapping, factor: ir.IntegerValue) -> ir.StringValue:
    """Digits, with a point before decimals; null if the digits and marks are no number, or can be read in two ways."""
    ways = marks_of(mapping)
    choices = [(number.re_search(_pattern(way)), _without_marks(number, way)) for way in ways]
    if len(ways) > 1:
        bare = number.replace(",", "").replace(".", "")
        read = ibis.cases(
            (factor >= _THREE_DECIMALS, number.replace(",", ".")),
            ((factor == 1) & ~number.endswith("000"), bare),
            else_=ibis.null(str),
        )
        choices.insert(0, (number.re_search(_DOUBTFUL), read))
    return ibis.cases(*choices, else_=ibis.null(str))


def problems_of(
    cell: ir.StringValue,
    mapping: Mapping,
    currency: ir.StringValue,
    factor: ir.IntegerValue,
    *,
    is_known: ir.BooleanValue,
) -> list[tuple[ir.BooleanValue, str]]:
    """What keeps a text from being an exact amount: conditions in their order, with the word for each.

    `is_known`: whether the currency of the row is one. If not, no other fault of the amount can be told.
    """
    parts = parts_of(cell)
    number, signs = parts.number, [parts.before, parts.after]
    is_written = reduce(or_, (number.re_search(_pattern(way)) for way in marks_of(mapping)))
    problems = [(~is_written, "not_number")]
    if mapping.amounts == "minor":
        return [*problems, *((sign != "", "not_number") for sign in signs)]
    return [
        *problems,
        *(((sign != "") & ~is_sign(sign), "not_number") for sign in signs),
        *((is_known & ~is_sign_of(sign, currency), "other_currency") for sign in signs),
        (parts.is_negative, "negative"),
        (is_known & canonical(number, mapping, factor).isnull(), "ambiguous"),
        (number.re_search(_TOO_FINE), "too_fine"),
    ]


def _pattern(way: Marks) -> str:
    groups = "".join(f"|[1-9][0-9]{{0,2}}(?:[{mark}][0-9]{{3}})+" for mark in way.thousands)
    return f"^(?:[0-9]+{groups})" + (f"(?:[{way.decimal}][0-9]+)?" if way.decimal else "") + r"\z"


def _without_marks(number: ir.StringValue, way: Marks) -> ir.StringValue:
    for mark in way.thousands:
        number = number.replace(mark, "")
    return number.replace(",", ".") if "," in way.decimal else number


def is_sign_of(sign: ir.StringValue, currency: ir.StringValue) -> ir.BooleanValue:
    """Whether a text is empty or a sign of a currency."""
    return (sign == "") | ibis.literal(_SIGNS).contains(ibis.literal(",") + currency + "|" + sign + ",")


def is_sign(sign: ir.StringValue) -> ir.BooleanValue:
    """Whether a text is a sign of any currency."""
    return (sign != "") & ibis.literal(_SIGNS).contains(ibis.literal("|") + sign + ",")


def minor_units_of_one(currency: ir.StringValue) -> ir.IntegerValue:
    """The number of minor units in a major unit of a currency; 100 if there is no such currency."""
    by_digits = {
        digits: [code for code, those in MINOR_DIGITS.items() if those == digits]
        for digits in set(MINOR_DIGITS.values()) - {2}
    }
    factors = [(is_one_of(currency, codes), 10**digits) for digits, codes in by_digits.items()]
    return ibis.cases(*factors, else_=10**2)


def is_one_of(code: ir.StringValue, codes: Iterable[str]) -> ir.BooleanValue:
    """Whether a text is one of the codes of three letters. It searches one joined text, because a long list is slow."""
    is_three = (code.length() == len("GBP")) & ~code.contains(",")
    return is_three & ibis.literal(",".join(codes)).contains(code)

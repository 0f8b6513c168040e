"""The mapping, a TOML file of the user: which column of an order export is which field, and the form of its cells."""

from collections.abc import Container
from datetime import timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from re import ASCII, fullmatch
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commission.attribution import RATE_BP_MAX
from shoplink.core.values.toml import TomlError, read_toml

Field = Literal[
    "order_id", "shop_id", "account_id", "ordered_at", "amount", "currency", "commission_rate", "refund"
]
Dates = Literal["ymd", "dmy", "mdy"]
Amounts = Literal["minor", "major"]
Rates = Literal["bp", "percent", "fraction"]

REQUIRED: tuple[Field, ...] = ("order_id", "shop_id", "ordered_at", "amount", "currency")
OPTIONAL: tuple[Field, ...] = ("account_id", "commission_rate", "refund")
IDS: tuple[Field, ...] = ("order_id", "shop_id", "account_id")
CONSTANT: tuple[Field, ...] = ("shop_id", "account_id", "currency", "commission_rate")
"""The fields that may be constant, for exports without a column for them."""

BP_OF: dict[Rates, int] = {"bp": 1, "percent": 100, "fraction": RATE_BP_MAX}
"""The number of basis points in one unit."""

_OWN_NAMES: dict[Field, str] = {
    "amount": "amount_minor",
    "commission_rate": "commission_rate_bp",
    "refund": "refund_minor",
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "dates": ("ymd", "dmy", "mdy"),
    "amounts": ("minor", "major"),
    "rates": ("bp", "percent", "fraction"),
    "delimiter": (",", ";", "\t", "|"),
}
_TEXTS = ("utc_offset", "time_zone", "encoding", "sheet")
_TABLES = ("columns", "constants")
_SECONDS_OF_A_DAY = 86_400


class MappingError(ValueError):
    """A mapping that is invalid or does not fit its file; the text says where, what was found and what is expected."""


class Mapping(Struct, frozen=True):
    """Which column is which field, and the form of its cells.

    `columns` gives the column of a field, `constants` the text of a field in every row. `dates` is the order of the
    parts of a date; `zone` the time zone of instants without an offset. `amounts` are whole minor units or decimals of
    the major unit; `rates` are basis points, per cent or fractions of one. `encoding` and `delimiter` are those of a CSV
    file, `sheet` is that of a workbook; None means that they are detected.
    """

    columns: dict[Field, str]
    constants: dict[Field, str] = {}
    dates: Dates = "ymd"
    zone: tzinfo | None = None
    amounts: Amounts = "minor"
    rates: Rates = "bp"
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    name: str = ""

    def column(self, field: Field) -> str | None:
        """The column of a field; None if the field is constant or left out."""
        return self.columns.get(field)

    def constant(self, field: Field) -> str | int | None:
        """The value of a constant field; None if the field is not constant. Raises MappingError."""
        text = self.constants.get(field)
        if text is None:
            return None
        if field == "currency" and text not in MINOR_DIGITS:
            raise MappingError(
                f"{self.name}: constants.currency: found {text!r}; allowed: a code of ISO 4217"
            )
        if field != "commission_rate":
            return text
        try:
            rate = Decimal(text) * BP_OF[self.rates]
        except InvalidOperation:
            rate = Decimal(-1)
        if rate != int(rate) or not 0 <= rate <= RATE_BP_MAX:
            raise MappingError(
                f"{self.name}: constants.commission_rate: found {text!r}; allowed: 0 to {RATE_BP_MAX} basis points"
            )
        return int(rate)


def own_names(present: Container[str] | None = None) -> Mapping:
    """The mapping of a file whose columns have the names of the fields; `present` are the columns that it has."""
    names: dict[Field, str] = {field: _OWN_NAMES.get(field, field) for field in (*REQUIRED, *OPTIONAL)}
    if present is not None:
        names = {field: column for field, column in names.items() if field in REQUIRED or column in present}
    return Mapping(names)


def parse_mapping(text: str, name: str) -> Mapping:
    """Parse a TOML text as a mapping; errors call it `name`. Raises MappingError."""
    try:
        given = read_toml(text)
    except TomlError as error:
        raise MappingError(f"{name}: not TOML: {error}") from None
    known = (*_CHOICES, *_TEXTS, *_TABLES)
    for key, value in given.items():
        if key not in known:
            raise MappingError(f"{name}: found the key {key!r}; allowed: {', '.join(known)}")
        kind, words = (dict, "a table") if key in _TABLES else (str, "text")
        if not isinstance(value, kind):
            raise MappingError(f"{name}: {key}: found {value!r}; expected {words}")
        if key in _CHOICES and value not in _CHOICES[key]:
            raise MappingError(f"{name}: {key}: found {value!r}; allowed: {', '.join(_CHOICES[key])}")
    columns, constants = _columns(given, name), _constants(given, name)
    for field in (*REQUIRED, *OPTIONAL):
        if field in columns and field in constants:
            raise MappingError(f"{name}: {field}: found in [columns] and in [constants]; expected once")
        if field in REQUIRED and field not in columns and field not in constants:
            also = " or in [constants]" if field in CONSTANT else ""
            raise MappingError(f"{name}: {field}: missing; expected in [columns]{also}")
    return Mapping(
        columns,
        constants,
        dates=given.get("dates", "ymd"),
        zone=_zone(given, name),
        amounts=given.get("amounts", "minor"),
        rates=given.get("rates", "bp"),
        encoding=_encoding(given, name),
        delimiter=given.get("delimiter"),
        sheet=given.get("sheet"),
        name=name,
    )


def _columns(given: dict[str, Any], name: str) -> dict[Field, str]:
    columns = given.get("columns", {})
    for field, column in columns.items():
        if field not in (*REQUIRED, *OPTIONAL):
            allowed = ", ".join((*REQUIRED, *OPTIONAL))
            raise MappingError(f"{name}: columns: found the field {field!r}; allowed: {allowed}")
        if not isinstance(column, str):
            raise MappingError(
                f"{name}: columns.{field}: found {column!r}; expected the name of a column as text"
            )
    return dict(columns)


def _constants(given: dict[str, Any], name: str) -> dict[Field, str]:
    constants = given.get("constants", {})
    for field, value in constants.items():
        if field not in CONSTANT:
            raise MappingError(
                f"{name}: constants: found the field {field!r}; allowed: {', '.join(CONSTANT)}"
            )
        if isinstance(value, bool | float) or not isinstance(value, str | int):
            raise MappingError(f"{name}: constants.{field}: found {value!r}; expected text or a whole number")
    return {field: str(value) for field, value in constants.items()}


def _zone(given: dict[str, Any], name: str) -> tzinfo | None:
    offset, zone = given.get("utc_offset"), given.get("time_zone")
    if offset is not None and zone is not None:
        raise MappingError(f"{name}: found utc_offset and time_zone; expected one of them")
    if zone is not None:
        try:
            return ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise MappingError(
                f"{name}: time_zone: found {zone!r}; allowed: a name as Europe/London or Asia/Shanghai"
            ) from None
    if offset is None:
        return None
    found = fullmatch(r"([+-])(\d\d):([0-5]\d)", offset, ASCII)
    seconds = (int(found[2]) * 60 + int(found[3])) * 60 if found else _SECONDS_OF_A_DAY
    if found is None or seconds >= _SECONDS_OF_A_DAY:
        raise MappingError(f"{name}: utc_offset: found {offset!r}; allowed: +08:00, -05:00 and the like")
    return timezone(timedelta(seconds=seconds if found[1] == "+" else -seconds))


def _encoding(given: dict[str, Any], name: str) -> str | None:
    encoding: str | None = given.get("encoding")
    if encoding is not None:
        try:
            "".encode(encoding)
        except LookupError:
            raise MappingError(
                f"{name}: encoding: found {encoding!r}; allowed: utf-8, gb18030, utf-16 and the like"
            ) from None
    return encoding

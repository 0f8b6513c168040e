"""The mapping, a TOML file of the user: which column of an order export is which field, and the form of its cells."""

from collections.abc import Callable, Container, Iterable
from datetime import timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from re import ASCII, fullmatch
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from msgspec.structs import replace

from shoplink.attribution.row_rules import ROW_KEYS, ColumnNames, Names, RowRules, read_row_rules
from shoplink.attribution.row_rules import MappingError as MappingError  # noqa: PLC0414 (it is imported from here)
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commission.attribution import RATE_BP_MAX
from shoplink.core.values.toml import TomlError, read_toml
from shoplink.table.header import plain_header

Field = Literal[
    "order_id",
    "shop_id",
    "account_id",
    "handle",
    "ordered_at",
    "amount",
    "currency",
    "commission_rate",
    "refund",
    "sku_id",
    "delivered_at",
    "settled_at",
    "commission",
]
Dates = Literal["ymd", "dmy", "mdy"]
Amounts = Literal["minor", "major"]
Rates = Literal["bp", "percent", "fraction"]
RepeatedHour = Literal["first", "second"]
UnknownAccounts = Literal["reject", "affiliate"]

REQUIRED: tuple[Field, ...] = ("order_id", "shop_id", "ordered_at", "amount", "currency")
_SAID: tuple[Field, ...] = ("delivered_at", "settled_at", "commission")
"""The fields that only a mapping can name: statements need them, the judgement does not."""
OPTIONAL: tuple[Field, ...] = ("account_id", "handle", "commission_rate", "refund", "sku_id", *_SAID)
INSTANTS: tuple[Field, ...] = ("ordered_at", "delivered_at", "settled_at")
IDS: tuple[Field, ...] = ("order_id", "shop_id", "account_id", "sku_id")
CONSTANT: tuple[Field, ...] = ("shop_id", "account_id", "currency", "commission_rate")
"""The fields that may be constant, for exports without a column for them."""

BP_OF: dict[Rates, int] = {"bp": 1, "percent": 100, "fraction": RATE_BP_MAX}
"""The number of basis points in one unit."""

_OWN_NAMES: dict[Field, str] = {
    "amount": "amount_minor",
    "commission_rate": "commission_rate_bp",
    "refund": "refund_minor",
}
_TABLES = ("columns", "constants")
_SECONDS_OF_A_DAY = 86_400


class _Key(NamedTuple):
    """What a key of the mapping holds: its kind of TOML value, in words too, and the words that are allowed if not any."""

    fits: Callable[[object], bool]
    expected: str
    allowed: tuple[str, ...] = ()


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)


def _one_of(*allowed: str) -> _Key:
    return _Key(_is_text, "text", allowed)


_TEXT = _Key(_is_text, "text")
_TEXTS = _Key(_is_texts, "a list of texts")
_TABLE = _Key(lambda value: isinstance(value, dict), "a table")
_OF_ROWS = _Key(lambda _: True, "what `row_rules` reads")

_KEYS: dict[str, _Key] = {
    # how cells are written
    "dates": _one_of("ymd", "dmy", "mdy"),
    "amounts": _one_of("minor", "major"),
    "decimal": _one_of(".", ","),
    "thousands": _one_of(",", ".", " ", ""),
    "rates": _one_of("bp", "percent", "fraction"),
    "empty": _TEXTS,
    "unknown_accounts": _one_of("reject", "affiliate"),
    "utc_offset": _TEXT,
    "time_zone": _TEXT,
    "repeated_hour": _one_of("first", "second"),
    # how files are written
    "delimiter": _one_of(",", ";", "\t", "|"),
    "encoding": _TEXT,
    "sheet": _TEXT,
    "about": _TEXT,
    # which rows count
    **dict.fromkeys(ROW_KEYS, _OF_ROWS),
    # where fields are
    **dict.fromkeys(_TABLES, _TABLE),
}
"""Every key of a mapping. A key whose value needs more than its kind has a function below."""


class Mapping(Struct, frozen=True):
    """Which column is which field, and the form of its cells.

    `columns` gives the column of a field, `constants` the text of a field in every row. `dates` is the order of the
    parts of a date; `zone` the time zone of instants without an offset, and `repeated_hour` which one is meant of the
    two that clocks show alike when they go back. `amounts` are whole minor units or decimals of the major unit, written
    with the marks `decimal` and `thousands` (None: not stated); `rates` are basis points, per cent or fractions of one.
    `empty` are further words of a cell that names no creator; `unknown_accounts` says what becomes of orders of a creator
    whom nobody knows (None: not stated). `encoding` and `delimiter` are those of a CSV file, `sheet`
    is that of a workbook; None means that they are detected. `rows` is what it says of rows. `names` gives the names under
    which a column may be found, if there are several. `about` says what files it is for; a preset is one of ours, and takes
    optional fields as the file has them.
    """

    columns: dict[Field, str]
    constants: dict[Field, str] = {}
    dates: Dates = "ymd"
    zone: tzinfo | None = None
    repeated_hour: RepeatedHour | None = None
    amounts: Amounts = "minor"
    decimal: str | None = None
    thousands: str | None = None
    rates: Rates = "bp"
    empty: tuple[str, ...] = ()
    unknown_accounts: UnknownAccounts | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    name: str = ""
    rows: RowRules = RowRules()
    names: dict[str, Names] = {}
    about: str = ""
    is_preset: bool = False

    def column(self, field: Field) -> str | None:
        """The column of a field; None if the field is constant or left out."""
        return self.columns.get(field)

    def named_as_in(self, present: Iterable[str]) -> "Mapping":
        """The same mapping with the names that columns have in a file with the columns `present`.

        A column that is not there keeps its first name.
        """
        there = {plain_header(column): column for column in present}

        def new(column: str) -> str:
            names = (column, *self.names.get(column, ()))
            return next((there[plain_header(one)] for one in names if plain_header(one) in there), column)

        return replace(
            self,
            columns={field: new(column) for field, column in self.columns.items()},
            rows=self.rows.renamed(new),
            names={new(column): names for column, names in self.names.items()},
        )

    def without_absent(self, present: Container[str]) -> "Mapping":
        """The same mapping without the optional fields whose columns are not among `present`."""
        columns = {
            field: column
            for field, column in self.columns.items()
            if field in REQUIRED or field == "account_id" or column in present
        }
        per_order = tuple(column for column in self.rows.per_order if column in columns.values())
        return replace(self, columns=columns, rows=replace(self.rows, per_order=per_order))

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
        if not rate.is_finite() or not 0 <= rate <= RATE_BP_MAX or rate != int(rate):
            raise MappingError(
                f"{self.name}: constants.commission_rate: found {text!r}; allowed: 0 to {RATE_BP_MAX} basis points"
            )
        return int(rate)


def own_names(present: Container[str] | None = None) -> Mapping:
    """The mapping of a file whose columns have the names of the fields; `present` are the columns that it has."""
    names: dict[Field, str] = {field: _OWN_NAMES.get(field, field) for field in (*REQUIRED, *OPTIONAL)}
    names = {field: column for field, column in names.items() if field not in _SAID}
    if present is not None:
        names = {field: column for field, column in names.items() if field in REQUIRED or column in present}
        if "account_id" in names:
            names.pop("handle", None)
    return Mapping(names)


def parse_mapping(
    text: str, name: str, more: dict[str, Any] | None = None, required: Container[Field] = REQUIRED
) -> Mapping:
    """Parse a TOML text as a mapping; errors call it `name`. `more` has keys for what it does not say.

    `required` are the fields that it must have. Raises MappingError.
    """
    try:
        given = read_toml(text)
    except TomlError as error:
        raise MappingError(f"{name}: not TOML: {error}") from None
    given = _completed(given, more or {})
    for key, value in given.items():
        if key not in _KEYS:
            raise MappingError(f"{name}: found the key {key!r}; allowed: {', '.join(_KEYS)}")
        if not _KEYS[key].fits(value):
            raise MappingError(f"{name}: {key}: found {value!r}; expected {_KEYS[key].expected}")
        if _KEYS[key].allowed and value not in _KEYS[key].allowed:
            allowed = ", ".join(one if one.isalnum() else repr(one) for one in _KEYS[key].allowed)
            raise MappingError(f"{name}: {key}: found {value!r}; allowed: {allowed}")
    names = ColumnNames(name)
    columns, constants = _columns(given, names, name), _constants(given, name)
    for field in (*REQUIRED, *OPTIONAL):
        if field in columns and field in constants:
            raise MappingError(f"{name}: {field}: found in [columns] and in [constants]; expected once")
        if field in required and field not in columns and field not in constants:
            also = " or in [constants]" if field in CONSTANT else ""
            raise MappingError(f"{name}: {field}: missing; expected in [columns]{also}")
    if "handle" in columns and ("account_id" in columns or "account_id" in constants):
        raise MappingError(f"{name}: found account_id and handle; expected one of them")
    decimal, thousands = _marks(given, name)
    zone = _zone(given, name)
    return Mapping(
        columns,
        constants,
        dates=given.get("dates", "ymd"),
        zone=zone,
        repeated_hour=_repeated_hour(given, zone, name),
        amounts=given.get("amounts", "minor"),
        decimal=decimal,
        thousands=thousands,
        rates=given.get("rates", "bp"),
        empty=tuple(given.get("empty", ())),
        unknown_accounts=given.get("unknown_accounts"),
        encoding=_encoding(given, name),
        delimiter=given.get("delimiter"),
        sheet=given.get("sheet"),
        name=name,
        rows=_rules(read_row_rules(given, names, name), columns, names.others, name),
        names=names.others,
        about=given.get("about", ""),
    )


def _completed(given: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """What a mapping says, and of `more` what it does not say."""
    zone = ("utc_offset", "time_zone")  # two ways to say one thing: either of them says it
    is_said = any(key in given for key in zone)
    said = {**{key: value for key, value in more.items() if not (is_said and key in zone)}, **given}
    columns, constants = given.get("columns", {}), given.get("constants", {})
    if isinstance(columns, dict) and isinstance(constants, dict):
        extra = {field: value for field, value in more.get("constants", {}).items() if field not in columns}
        said["constants"] = {**extra, **constants}
    return said


def _rules(rules: RowRules, columns: dict[Field, str], names: dict[str, Names], name: str) -> RowRules:
    """The rules with the names that columns have as fields. Raises MappingError if `per_order` is no amount."""
    first = {plain_header(column): column for column in columns.values()}
    first |= {plain_header(one): column for column, those in names.items() for one in those}
    rules = rules.renamed(lambda column: first.get(plain_header(column), column))
    money = [columns[field] for field in ("amount", "refund") if field in columns]
    for column in rules.per_order:
        if column not in money:
            raise MappingError(
                f"{name}: per_order: found {column!r}; allowed: a column of amount or refund: {', '.join(money)}"
            )
    return rules


def _columns(given: dict[str, Any], names: ColumnNames, name: str) -> dict[Field, str]:
    columns: dict[Field, str] = {}
    for field, column in given.get("columns", {}).items():
        if field not in (*REQUIRED, *OPTIONAL):
            allowed = ", ".join((*REQUIRED, *OPTIONAL))
            raise MappingError(f"{name}: columns: found the field {field!r}; allowed: {allowed}")
        columns[field] = names.read(f"columns.{field}", column)
    return columns


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


def _marks(given: dict[str, Any], name: str) -> tuple[str | None, str | None]:
    """The marks of amounts: before their decimals, and between thousands."""
    decimal, thousands = given.get("decimal"), given.get("thousands")
    if decimal is not None and decimal == thousands:
        raise MappingError(
            f"{name}: found decimal = {decimal!r} and thousands = {thousands!r}; expected two marks"
        )
    return decimal, thousands


def _repeated_hour(given: dict[str, Any], zone: tzinfo | None, name: str) -> RepeatedHour | None:
    asked: RepeatedHour | None = given.get("repeated_hour")
    if asked is not None and not isinstance(zone, ZoneInfo):
        raise MappingError(
            f"{name}: found repeated_hour without time_zone; expected both: only a time zone repeats an hour"
        )
    return asked


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

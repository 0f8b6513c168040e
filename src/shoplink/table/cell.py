"""Cells as people type them, and the values that they mean: ids, handles, countries, dates, instants, numbers.

A reader takes a cell that is not empty and the form of the file's cells; it raises CellError. What the value itself may
be is decided elsewhere, for JSON as for tables: here only what stands around it is taken off.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal, get_args
from unicodedata import category, normalize
from urllib.parse import unquote

from msgspec import Struct

from shoplink.core.instant import format_instant
from shoplink.table.country import country_codes, plain_name
from shoplink.wording import Language, input_errors
from shoplink.wording.input_errors import Bilingual

Dates = Literal["ymd", "dmy", "mdy"]
DATES: tuple[Dates, ...] = get_args(Dates)


class Form(Struct, frozen=True):
    """What is known of a file's cells: the offset of instants without one, and the order of a date's parts.

    `zeros_are_rounding`: whether ids that end in zeros were rounded, by `IdCount`.
    """

    utc_offset: timezone | None = None
    dates: Dates = "ymd"
    zeros_are_rounding: bool = True


PLAIN_FORM = Form()


class CellError(ValueError):
    """A cell with a value that its column does not allow; the message says what is allowed."""

    def __init__(self, allowed: Bilingual) -> None:
        """`allowed`: what the column may hold, in both languages."""
        super().__init__(allowed.en)
        self.allowed = allowed


NOTHING = frozenset(
    ("", "-", "--", "—", "——", "/", "n/a", "na", "null", "none", "\\n", "nan", "无", "無", "暂无", "空")
)

_BEGIN_NOTHING = frozenset(letter for word in NOTHING if word for letter in (word[0], word[0].upper()))
_NOTHING_LENGTH_MAX = max(map(len, NOTHING))

RUNNABLE = "=+\\-@\t\r\n＝＋－＠"
"""What a spreadsheet takes for the beginning of a formula, as the inside of a character class."""

UNSEEN = "[\\t-\\r\\x1c- \x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]*"
"""What can stand before it without being seen: all white space, spelled out because engines know different kinds."""

_WRITTEN_AS_TEXT = re.compile(rf"'+{UNSEEN}[{RUNNABLE}]")
_RUNS = re.compile(rf"{UNSEEN}[{RUNNABLE}]")
_FORMULA_OF_TEXT = re.compile(r'="([^"]*)"')

SPOILED_ID = r"[0-9]([.,][0-9]+)?[Ee]\+?[0-9]+|[0-9]+[.,]0+|[0-9]{1,3}(,[0-9]{3}){2,}"
ENDS_IN_ZEROS = r"[0-9]{15}0{4,}"
LONG_NUMBER = r"[0-9]{16,}"
"""Ids that a spreadsheet has spoiled, or may have (docs/decisions/0019-rounded-ids.md), as every engine knows patterns."""

_SPOILED, _ENDS_IN_ZEROS = re.compile(SPOILED_ID), re.compile(ENDS_IN_ZEROS)
_LONG_NUMBER = re.compile(LONG_NUMBER)
_ROUNDED_OF_ONE_IN = 200
EXACT_DIGITS = 15
_SURELY_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]*|[0-9]{0,18}[1-9]")
"""Ids that no mark stands before and no spreadsheet can have spoiled or rounded: nearly all."""

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.:-]+")
_ADDRESS = re.compile(r"(?:https?://)?(?:[a-z]{1,6}\.)?tiktok\.com/@([^/?#\s]+)(?:[/?#]\S*)?", re.IGNORECASE)
_YEAR_FIRST = r"(?P<y>[0-9]{4})(?P<between>[-/.年])(?P<m>[0-9]{1,2})[-/.月](?P<d>[0-9]{1,2})日?"
_COMPACT = r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
_YEAR_LAST = {
    "dmy": r"(?P<d>[0-9]{1,2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<y>[0-9]{4})",
    "mdy": r"(?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})[-/.](?P<y>[0-9]{4})",
}
_MIDNIGHT = r"(?:[Tt ]+0?0:00(?::00(?:\.0+)?)?)?"
_DATES = {
    order: [
        re.compile(form + _MIDNIGHT, re.ASCII)
        for form in (_YEAR_FIRST, _COMPACT, *filter(None, [_YEAR_LAST.get(order)]))
    ]
    for order in DATES
}
_TIME = r"[Tt ]\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(?:([Zz]|UTC|GMT)|(?:UTC|GMT)?([+-])(\d\d):?(\d\d))?"
_DAY_YEAR_FIRST = r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?"
_DAY_YEAR_LAST = r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}"
_UNSTATED = re.compile(rf"{_DAY_YEAR_LAST}(?:[Tt ].*)?")
_INSTANT = {
    order: re.compile(f"(?P<date>{day}){_TIME}", re.ASCII)
    for order, day in {
        "ymd": _DAY_YEAR_FIRST,
        "dmy": f"{_DAY_YEAR_FIRST}|{_DAY_YEAR_LAST}",
        "mdy": f"{_DAY_YEAR_FIRST}|{_DAY_YEAR_LAST}",
    }.items()
}
_PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_INSTANT = re.compile(rf"{_PLAIN_DATE.pattern}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_TIMES: dict[str, int] = {"k": 3, "m": 6, "b": 9, "w": 4, "万": 4, "萬": 4, "亿": 8, "億": 8}
_COUNT = re.compile(r"([0-9]{1,16}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,9}))?\s*([KkMmBbWw万萬亿億])?")
_COUNT_DIGITS_MAX = 16


def is_nothing(cell: str) -> bool:
    """Whether a cell is empty, or a word or sign that people write for it."""
    if not cell:
        return True
    if cell[0] not in _BEGIN_NOTHING and cell[0].isalnum():
        return False  # nearly every cell; the rest takes longer
    if cell == "'":
        return True
    text = stripped(cell)
    return len(text) <= _NOTHING_LENGTH_MAX and text.casefold() in NOTHING


def as_text(cell: str) -> str:
    """A cell without the apostrophe that kept a spreadsheet from running it (the reverse of `write.guarded`)."""
    return cell[1:] if cell.startswith("'") and _WRITTEN_AS_TEXT.match(cell) else cell


def stripped(cell: str) -> str:
    """A cell without white space, byte order marks and invisible characters at its ends."""
    text = cell.strip()
    if text.isprintable():
        return text
    start, end = 0, len(text)
    while start < end and _is_invisible(text[start]):
        start += 1
    while end > start and _is_invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_invisible(char: str) -> bool:
    return char.isspace() or category(char) in ("Cf", "Cc")


def bare(cell: str) -> str:
    """What is meant by a cell that a program or a person has marked as text: `'123`, `="123"`, with tabs around it."""
    text = stripped(cell)
    if not text.startswith(("'", "=")):
        return text
    if formula := _FORMULA_OF_TEXT.fullmatch(text):
        text = stripped(formula[1])
    return stripped(text.removeprefix("'"))


def plain_id(cell: str) -> str:
    """An id without what does not belong to it: marks of text, invisible characters, full-width forms."""
    if _PLAIN_WORD.fullmatch(cell):
        return cell
    text = bare(cell)
    if text.isascii():
        return text.removesuffix("'")
    return normalize("NFKC", "".join(char for char in text if category(char) != "Cf")).removesuffix("'")


def is_rounded(text: str, form: Form = PLAIN_FORM) -> bool:
    """Whether a spreadsheet has rounded or spoiled this id."""
    if _SPOILED.fullmatch(text):
        return True
    return form.zeros_are_rounding and _ENDS_IN_ZEROS.fullmatch(text) is not None


class IdCount:
    """Counts the ids of a file that are long numbers, and those of them that end in four zeros.

    Of a platform's own ids one in 10,000 does. If it is more than one in 200, a spreadsheet has rounded them.
    """

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.long = self.zeros = 0

    def add(self, text: str) -> None:
        """Count an id."""
        if len(text) > EXACT_DIGITS and _LONG_NUMBER.fullmatch(text):
            self.long += 1
            self.zeros += _ENDS_IN_ZEROS.fullmatch(text) is not None

    @property
    def are_rounded(self) -> bool:
        """Whether those that end in zeros were rounded."""
        return self.zeros * _ROUNDED_OF_ONE_IN > self.long


def read_id(cell: str, form: Form) -> str:
    """An id. A number that a spreadsheet has rounded is not an id."""
    if _SURELY_ID.fullmatch(cell):
        return cell
    text = plain_id(as_text(cell))
    if is_rounded(text, form):
        raise CellError(input_errors.ROUNDED_ID)
    return text


def read_text(cell: str, _: Form) -> str:
    """Text, as it was before `write_text` and `write.guarded`."""
    text = as_text(cell)
    is_marked = text is cell and cell.startswith("'") and is_nothing(cell.lstrip("'"))
    return cell[1:] if is_marked else text


def read_handle(cell: str, _: Form) -> str:
    """A handle, from a handle with or without its @ or from the address of a profile."""
    return plain_handle(as_text(cell))


def plain_handle(cell: str) -> str:
    """A handle as people type or paste it, without what does not belong to it; not yet checked."""
    if _PLAIN_WORD.fullmatch(cell):
        return cell
    text = bare(cell)
    if address := _ADDRESS.fullmatch(normalize("NFKC", text)):
        text = unquote(address[1])
    return stripped(text.removeprefix("@").removeprefix("＠"))


def read_country(cell: str, _: Form) -> str:
    """The code of a country, from its code or from a name in either language."""
    code = _country_of(cell)
    if code is None:
        raise CellError(input_errors.COUNTRY)
    return code


@lru_cache(1_000)
def _country_of(cell: str) -> str | None:
    return country_codes().get(plain_name(bare(cell)))


def read_whole_number(cell: str, _: Form) -> int:
    """A whole number, with or without commas between thousands and zeros behind the point."""
    return _number(cell, input_errors.WHOLE_NUMBER, short=False)


def read_count(cell: str, _: Form) -> int:
    """A count as people abbreviate it: 1.2K, 12.5万, 1000.0."""
    return _number(cell, input_errors.COUNT, short=True)


def _number(cell: str, allowed: Bilingual, *, short: bool) -> int:
    if len(cell) <= _COUNT_DIGITS_MAX and cell.isascii() and cell.isdigit():
        return int(cell)
    found = _COUNT.fullmatch(normalize("NFKC", bare(cell)))
    if found is None or (found[3] and not short):
        raise CellError(allowed)
    digits = found[1].replace(",", "")
    places = _TIMES[found[3].lower()] if found[3] else 0
    rest = (found[2] or "").rstrip("0")
    if len(rest) > places or len(digits) + places > _COUNT_DIGITS_MAX:
        raise CellError(allowed)
    return int(digits + rest.ljust(places, "0"))


def read_date(cell: str, form: Form) -> str:
    """A date as `YYYY-MM-DD`."""
    if _PLAIN_DATE.fullmatch(cell):
        with suppress(ValueError):
            return date.fromisoformat(cell).isoformat()
    text = normalize("NFKC", bare(cell))
    for pattern in _DATES[form.dates]:
        found = pattern.fullmatch(text)
        try:
            if found:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
        except ValueError:
            pass
    raise CellError(_order_of(text, form) or input_errors.DATE)


def read_instant(cell: str, form: Form) -> str:
    """An instant as RFC 3339 in UTC; a date without a time means 00:00 UTC."""
    if _PLAIN_INSTANT.fullmatch(cell):
        with suppress(ValueError):
            datetime.fromisoformat(cell)
            return cell
    text = normalize("NFKC", bare(cell))
    found = _INSTANT[form.dates].fullmatch(text)
    if found is None:
        try:
            return f"{read_date(text, form)}T00:00:00Z"
        except CellError:
            raise CellError(_order_of(text, form) or input_errors.INSTANT) from None
    try:
        day, *parts, fraction, z, sign, hours, minutes = found.groups()
        offset = form.utc_offset
        if z:
            offset = UTC
        elif sign:
            ahead = timedelta(hours=int(hours), minutes=int(minutes))
            offset = timezone(ahead if sign == "+" else -ahead)
        micros, finer = (fraction or "").ljust(6, "0")[:6], (fraction or "")[6:]
        if offset is not None and not finer.strip("0"):
            time = [int(part or 0) for part in (*parts, micros)]
            at = datetime(*map(int, read_date(day, form).split("-")), *time, tzinfo=offset)  # type: ignore[misc, arg-type]
            return format_instant(at.astimezone(UTC))
    except (ValueError, OverflowError):
        pass
    raise CellError(input_errors.INSTANT)


def read_day_or_instant(cell: str, form: Form) -> str:
    """A date without a time as `YYYY-MM-DD`, or an instant as RFC 3339 in UTC."""
    try:
        return read_date(cell, form)
    except CellError:
        return read_instant(cell, form)


def _order_of(text: str, form: Form) -> Bilingual | None:
    """What to say of a date that can be read in two ways while its order is not stated."""
    return input_errors.ORDER_OF_DATE if form.dates == "ymd" and _UNSTATED.fullmatch(text) else None


def write_text(value: object, _: Language) -> str:
    """A text, so that `read_text` reads it back: a word for nothing is marked as text."""
    text = str(value)
    within = text.lstrip("'")
    return f"'{text}" if is_nothing(within) and not _RUNS.match(within) else text


def write_plain(value: object, _: Language) -> str:
    """A value that needs no mark: an id, a number, an instant, a choice."""
    return str(value)


def write_word(value: object, _: Language) -> str:
    """An id or a handle, so that it is read back: of what marks a text, the reader takes one away."""
    text = str(value)
    return f"'{text}" if text.startswith(("'", '="')) or is_nothing(text) else text


def write_country(code: str, language: Language) -> str:
    """A country: in Chinese its name, in English its code. `read_country` reads the same country back."""
    name = language.country(code) if language.tag == "zh" else code
    return name if country_codes().get(plain_name(name)) == code else code

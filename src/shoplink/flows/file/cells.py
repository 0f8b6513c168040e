"""Read and write the cells of a table: ids, countries, dates, instants, numbers.

A reader takes a cell that is not empty and the offset for instants without one; it raises CellError.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from unicodedata import normalize

from shoplink.core.instant import format_instant
from shoplink.wording import Language, input_errors, language_for
from shoplink.wording.input_errors import Bilingual


class CellError(ValueError):
    """A cell with a value that its column does not allow; the message says what is allowed."""

    def __init__(self, allowed: Bilingual) -> None:
        """`allowed`: what the column may hold, in both languages."""
        super().__init__(allowed.en)
        self.allowed = allowed


_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+|\d+[.,]0+")
_DATE = re.compile(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?")
_INSTANT = re.compile(
    _DATE.pattern
    + r"[Tt ]\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s*(?:([Zz])|(?:UTC|GMT)?([+-])(\d\d):?(\d\d))?"
)


def read_id(text: str, _: timezone | None) -> str:
    """An id. A number that a spreadsheet has rounded is not an id."""
    if _ROUNDED.fullmatch(text):
        raise CellError(input_errors.ROUNDED_ID)
    return text


def read_text(text: str, _: timezone | None) -> str:
    """Text, unchanged."""
    return text


def read_country(text: str, _: timezone | None) -> str:
    """The code of a country, from its code or from its name in either language."""
    code = _country_codes().get(plain_name(text))
    if code is None and re.fullmatch("[A-Z]{2}", text):
        return text
    if code is None:
        raise CellError(input_errors.COUNTRY)
    return code


@cache
def _country_codes() -> dict[str, str]:
    """Country codes by code and by Chinese and English name."""
    codes = {
        "uk": "GB",
        "usa": "US",
        "美利坚合众国": "US",
        "联合王国": "GB",
        "中国香港": "HK",
        "中国台湾": "TW",
    }
    for tag in ("en", "zh"):
        for code, name in language_for(tag).locale.territories.items():
            if re.fullmatch("[A-Z]{2}", code) and code not in ("ZZ", "XA", "XB", "EU", "EZ", "UN", "QO"):
                codes[plain_name(name)] = codes[code.casefold()] = code
    return codes


def plain_name(text: str) -> str:
    """A name for comparison: without differences in case and full-width forms."""
    return normalize("NFKC", text).casefold().replace("&", "and").strip()


def read_whole_number(text: str, _: timezone | None) -> int:
    """A whole number, with or without commas between thousands."""
    if not re.fullmatch(r"\d{1,16}|\d{1,3}(,\d{3})+", text, re.ASCII):
        raise CellError(input_errors.WHOLE_NUMBER)
    return int(text.replace(",", ""))


def read_date(text: str, _: timezone | None) -> str:
    """A date as `YYYY-MM-DD`."""
    found = _DATE.fullmatch(text)
    try:
        if found:
            return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        pass
    raise CellError(input_errors.DATE)


def read_instant(text: str, offset: timezone | None) -> str:
    """An instant as RFC 3339 in UTC; a date without a time means 00:00 UTC."""
    if _DATE.fullmatch(text):
        return f"{read_date(text, None)}T00:00:00Z"
    found = _INSTANT.fullmatch(text)
    try:
        if found:
            *parts, fraction, z, sign, hours, minutes = found.groups()
            if z:
                offset = UTC
            elif sign:
                ahead = timedelta(hours=int(hours), minutes=int(minutes))
                offset = timezone(ahead if sign == "+" else -ahead)
            if offset is not None:
                numbers = [int(part or 0) for part in (*parts, (fraction or "").ljust(6, "0"))]
                return format_instant(datetime(*numbers, tzinfo=offset).astimezone(UTC))  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        pass
    raise CellError(input_errors.INSTANT)


def write_text(value: object, _: Language) -> str:
    """A value, unchanged."""
    return str(value)


def write_country(code: str, language: Language) -> str:
    """A country: in Chinese its name, in English its code. `read_country` reads the same country back."""
    name = language.country(code) if language.tag == "zh" else code
    return name if _country_codes().get(plain_name(name)) == code else code

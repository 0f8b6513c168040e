"""A second reader of cells, written from the specification alone, one cell at a time."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commerce.currency_sign import CURRENCIES_OF_SIGN

MAX = 2**53 - 1
NOTHING = ("", "-", "--", "—", "/", "n/a", "na", "null", "none", "nan", "无", "暂无", "空")
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (what clocks show in UTC)
REJECTED = "rejected"


class Settings(NamedTuple):
    """How a mapping says that cells are written."""

    amounts: str = "minor"
    decimal: str | None = None
    thousands: str | None = None
    rates: str = "bp"
    dates: str = "ymd"
    zone: str | None = None
    repeated_hour: str | None = None

    def toml(self) -> str:
        """The same as lines of a mapping."""
        keys = {"time_zone" if key == "zone" else key: value for key, value in self._asdict().items()}
        return "\n".join(f'{key} = "{value}"' for key, value in keys.items() if value is not None)


def money(cell: str, currency: str, settings: Settings) -> int | str:
    """The minor units of an amount, or `REJECTED`."""
    text = normalize("NFKC", cell).replace("\u2212", "-").strip()
    text = text.removeprefix("'").strip()
    found = re.fullmatch("([^0-9+-]*)([+-]?)(.*)", text)
    assert found, "any text is of this form"
    text = (found[1].strip() + found[3].strip()) if found[2] else text
    if settings.amounts == "major":
        signs = {sign for sign, codes in CURRENCIES_OF_SIGN.items() if currency in codes}
        text = _without_signs(text, signs)
    digits = 0 if settings.amounts == "minor" else MINOR_DIGITS[currency]
    readings = _readings(text, settings, digits)
    if len(readings) != 1:
        return REJECTED
    minor = readings.pop() * 10**digits
    is_allowed = minor == int(minor) and minor <= (0 if found[2] == "-" else MAX)
    return int(minor) if is_allowed else REJECTED


def _readings(text: str, settings: Settings, digits: int) -> set[Decimal]:
    """The numbers that a text may be, for a currency of so many decimals."""
    readings = set()
    for decimal in ".,":
        for thousands in (",", ".", " ", ""):
            if decimal != thousands and _is_allowed(decimal, thousands, settings):
                readings.add(_number(text, decimal, thousands, is_whole=settings.amounts == "minor"))
    numbers = {number for number in readings if number is not None}
    if len(numbers) > 1 and digits >= 3:
        return {min(numbers)}
    if len(numbers) > 1 and digits == 0:
        return {number for number in numbers if number == int(number)}
    return numbers


def _without_signs(text: str, signs: set[str]) -> str:
    """A text without one sign at each end; a sign that is another currency's stays, and makes it no number."""
    for _ in range(2):
        found = re.fullmatch(r"([^0-9+-]+?) *([-+]? *[0-9].*)", text, re.DOTALL)
        if found and found[1].replace(" ", "").upper() in signs:
            text = found[2]
        found = re.fullmatch(r"(.*[0-9]) *([^0-9]+)", text, re.DOTALL)
        if found and found[2].replace(" ", "").upper() in signs:
            text = found[1]
    return text


def _is_allowed(decimal: str, thousands: str, settings: Settings) -> bool:
    if settings.amounts == "minor" and settings.decimal is None and settings.thousands is None:
        return decimal == "." and thousands != "."
    return settings.decimal in (None, decimal) and settings.thousands in (None, thousands)


def _number(text: str, decimal: str, thousands: str, *, is_whole: bool) -> Decimal | None:
    """A text as a number with these marks; None if it is none."""
    whole, mark, fraction = text.partition(decimal)
    if mark and (is_whole or not re.fullmatch("[0-9]+", fraction)):
        return None
    if re.fullmatch("[0-9]{1,16}", whole):
        return Decimal(f"{whole}.{fraction or 0}")
    groups = whole.split(thousands) if thousands else [whole]
    if len(groups) < 2 or not re.fullmatch("[1-9][0-9]{0,2}", groups[0]):
        return None
    if any(not re.fullmatch("[0-9]{3}", group) for group in groups[1:]):
        return None
    return Decimal(f"{''.join(groups)}.{fraction or 0}")


def refund(cell: str, amount: int, currency: str, settings: Settings) -> int | str | None:
    """The minor units of a refund, None if there is none, or `REJECTED`."""
    if cell.strip().lower() in NOTHING:
        return None
    found = money(cell, currency, settings)
    return found if isinstance(found, int) and found <= amount else REJECTED


def rate(cell: str, settings: Settings) -> int | str | None:
    """The basis points of a rate, None if there is none, or `REJECTED`."""
    text = normalize("NFKC", cell).strip()
    if text.lower() in NOTHING:
        return None
    text = text.removeprefix("'")
    if settings.rates == "percent":
        text = text.removesuffix("%").strip()
    if not re.fullmatch("[0-9]{1,6}" if settings.rates == "bp" else r"[0-9]{1,4}([.,][0-9]+)?", text):
        return REJECTED
    points = Decimal(text.replace(",", ".")) * {"bp": 1, "percent": 100, "fraction": 10_000}[settings.rates]
    return int(points) if points == int(points) and points <= 10_000 else REJECTED


def instant(cell: str, settings: Settings) -> int | str:
    """The microseconds since 1970 UTC of an instant, or `REJECTED`."""
    found = re.fullmatch(r"(\S+?)(?:[Tt]| )\s*([0-9]{1,2}:.*)", cell.strip())
    day = _day(found[1], settings.dates) if found else None
    if found is None or day is None:
        return REJECTED
    rest = re.fullmatch(
        r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(?: *([AaPp])[Mm])?(?: *(.+))?", found[2]
    )
    if rest is None:
        return REJECTED
    hour, minute, second = int(rest[1]), int(rest[2]), int(rest[3] or 0)
    nanos = int((rest[4] or "").ljust(9, "0"))
    if rest[5]:
        if not 1 <= hour <= 12:
            return REJECTED
        hour = hour % 12 + (12 if rest[5] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59 or nanos % 1_000:
        return REJECTED
    local = day + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=nanos // 1_000)
    micros = (local - EPOCH) // timedelta(microseconds=1)
    if rest[6]:
        ahead = _offset(rest[6])
        return REJECTED if ahead is None else micros - ahead * 60_000_000
    return REJECTED if settings.zone is None else _in_zone(local, settings)


def _day(text: str, dates: str) -> datetime | None:
    found = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text)
    parts = (found[1], found[2], found[3]) if found else None
    last = re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", text)
    if last and dates != "ymd":
        parts = (last[3], last[2], last[1]) if dates == "dmy" else (last[3], last[1], last[2])
    try:
        return datetime(*map(int, parts)) if parts and parts[0] >= "1000" else None  # type: ignore[arg-type]  # noqa: DTZ001 (as above)
    except ValueError:
        return None


def _offset(text: str) -> int | None:
    """Minutes ahead of UTC; None if the text names no offset."""
    if found := re.fullmatch(r"\(((?:UTC|GMT).*)\)", text):
        text = found[1]
    if text in ("Z", "z", "UTC", "GMT"):
        return 0
    found = re.fullmatch(r"(UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", text)
    if found is None or (len(found[3]) == 1 and (found[1] is None or (found[4] and ":" not in text))):
        return None
    hours, minutes = int(found[3]), int(found[4] or 0)
    if hours > 23 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (1 if found[2] == "+" else -1)


def _in_zone(local: datetime, settings: Settings) -> int | str:
    zone = ZoneInfo(settings.zone or "")
    instants = []
    for fold in (0, 1):
        offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
        assert offset is not None
        utc = local - offset
        if utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) == local:
            instants.append((utc - EPOCH) // timedelta(microseconds=1))
    if not 2010 <= local.year <= 2039 or not instants:
        return REJECTED
    if len(set(instants)) == 2 and settings.repeated_hour is None:
        return REJECTED
    return instants[-1] if settings.repeated_hour == "second" else instants[0]

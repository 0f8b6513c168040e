"""A language: its catalogue of texts, and its forms of dates, instants and countries."""

import copy
from datetime import datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from babel import Locale
from babel.dates import format_datetime
from babel.messages.pofile import read_po

from shoplink.wording.text import Plural, Text

Tag = Literal["zh", "en"]

_LOCALES: dict[Tag, str] = {"zh": "zh_Hans", "en": "en_GB"}
_DATES: dict[Tag, str] = {"zh": "y 年 M 月 d 日", "en": "d MMMM y"}
_DAYS: dict[Tag, tuple[str, str]] = {
    "zh": ("M 月 d 日（EEE）HH:mm", "y 年 M 月 d 日（EEE）HH:mm"),
    "en": ("EEE d MMM HH:mm", "EEE d MMM y HH:mm"),
}
"""The pattern of an instant within the present year, and that of any other."""

_BEIJING = frozenset({"Asia/Shanghai", "Asia/Chongqing", "PRC"})


class Language:
    """One of the two languages. English is the language of the source and needs no catalogue."""

    def __init__(self, tag: Tag) -> None:
        """Read the catalogue of a language."""
        self.tag = tag
        self.locale = Locale.parse(_LOCALES[tag])
        self.now: datetime | None = None
        self._texts: dict[str, str] = {}
        if tag != "en":
            path = files("shoplink") / "locale" / _LOCALES[tag] / "LC_MESSAGES" / "django.po"
            with path.open("rb") as file:
                catalog = read_po(file, locale=_LOCALES[tag])
            self._texts = {
                _first(m.id): _first(m.string) for m in catalog if m.id and m.string and not m.fuzzy
            }

    def as_of(self, now: datetime) -> "Language":
        """The same language for a reader at an instant: instants of the same year go without the year."""
        other = copy.copy(self)
        other.now = now
        return other

    def text(self, text: Text, count: int = 0) -> str:
        """The text in this language. English has a singular and a plural, chosen by `count`; Chinese has one form.

        Raises KeyError for a text that the catalogue does not hold.
        """
        source = (text.one if count == 1 else text.many) if isinstance(text, Plural) else text
        if self.tag == "en":
            return source
        return self._texts[text.one if isinstance(text, Plural) else text]

    def date(self, instant: datetime, zone: tzinfo) -> str:
        """The date of an instant in a time zone: 2025 年 5 月 19 日, 19 May 2025."""
        return format_datetime(instant.astimezone(zone), _DATES[self.tag], locale=self.locale)

    def instant(self, instant: datetime, zone: tzinfo) -> str:
        """An instant to the minute in a time zone: 北京时间 12 月 1 日（周二）23:04, Tue 1 Dec 09:04 GMT−6.

        The zone is told by its offset, because abbreviations such as CST name several zones.
        """
        local = instant.astimezone(zone)
        same_year = self.now is not None and self.now.astimezone(zone).year == local.year
        written = format_datetime(local, _DAYS[self.tag][0 if same_year else 1], locale=self.locale)
        name = self.zone(zone, local)
        if self.tag == "en":
            return f"{written} {name}"
        return f"{name} {written}" if str(zone) in _BEIJING else f"{written}（{name}）"

    def zone(self, zone: tzinfo, at: datetime) -> str:
        """The name of a time zone at an instant: 北京时间 to a Chinese reader, else UTC or the offset as GMT−6."""
        if self.tag == "zh" and str(zone) in _BEIJING:
            return "北京时间"
        if str(zone) in {"UTC", "Etc/UTC"}:
            return "UTC"
        minutes = (at.astimezone(zone).utcoffset() or timedelta()) // timedelta(minutes=1)
        if not minutes:
            return "GMT"
        hours, rest = divmod(abs(minutes), 60)
        return f"GMT{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"

    def country(self, code: str) -> str:
        """The name of a country by its ISO 3166-1 code; the code itself if it is unknown."""
        name: str = self.locale.territories.get(code, code)
        return name


def _first(text: Any) -> str:
    """The text, or its singular if it has two forms."""
    return text if isinstance(text, str) else text[0]


@cache
def language_for(tag: Tag) -> Language:
    """The language of a tag; its catalogue is read once per process."""
    return Language(tag)

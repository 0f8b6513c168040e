"""The countries that people name: codes, alpha-3 codes, CLDR's names in Chinese and English, and a list of our own."""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from unicodedata import combining, normalize

from babel import Locale
from babel.core import get_global

from shoplink.core.values import COUNTRIES

_LANGUAGES = ("zh", "zh_Hant", "en")
_PUNCTUATION = re.compile(r"[\W_]+")
_ALPHA_3 = re.compile("[A-Z]{3}")


@cache
def country_codes() -> dict[str, str]:
    """ISO 3166-1 codes by every name that means one country, as `plain_name` writes it."""
    codes: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in COUNTRIES:
                codes[plain_name(name)] = codes[plain_name(code)] = code
    for name, (code, *others) in get_global("territory_aliases").items():
        if _ALPHA_3.fullmatch(name) and not others and code in COUNTRIES:
            codes[plain_name(name)] = code
    written = tomllib.loads((files("shoplink.table") / "country_names.toml").read_text(encoding="utf-8"))
    codes |= {plain_name(name): code for code, names in written.items() for name in names}
    return codes | {"uk": "GB"}


@lru_cache(4_000)
def plain_name(text: str) -> str:
    """A name for comparison: without case, accents, full-width forms, spaces and punctuation."""
    apart = normalize("NFD", normalize("NFKC", text).casefold().replace("&", "and"))
    return _PUNCTUATION.sub("", "".join(char for char in apart if not combining(char)))

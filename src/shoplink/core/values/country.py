"""The countries: the officially assigned alpha-2 codes of ISO 3166-1, as of ISO/TC 46 N1127 (29 February 2024).

`iso3166.tab` of the IANA time zone database, which is in the public domain, lists the same codes; a test compares them.
"""

from typing import Annotated

from msgspec import Meta

from shoplink.core.values.wrong import WrongValueError

_SECOND_LETTERS = """
    A:DEFGILMOQRSTUWXZ B:ABDEFGHIJLMNOQRSTVWYZ C:ACDFGHIKLMNORUVWXYZ D:EJKMOZ E:CEGHRST F:IJKMOR
    G:ABDEFGHILMNPQRSTUWY H:KMNRTU I:DELMNOQRST J:EMOP K:EGHIMNPRWYZ L:ABCIKRSTUVY M:ACDEFGHKLMNOPQRSTUVWXYZ
    N:ACEFGILOPRUZ O:M P:AEFGHKLMNRSTWY Q:A R:EOSUW S:ABCDEGHIJKLMNORSTVXYZ T:CDFGHJKLMNORTVWZ U:AGMSYZ
    V:ACEGINU W:FS Y:ET Z:AMW
"""

_BY_FIRST_LETTER = dict(group.split(":") for group in _SECOND_LETTERS.split())

COUNTRIES = frozenset(first + second for first, seconds in _BY_FIRST_LETTER.items() for second in seconds)
"""Every country's code: GB is one; UK and EU are not."""

COUNTRY_PATTERN = "|".join(f"{first}[{seconds}]" for first, seconds in _BY_FIRST_LETTER.items())
"""A regular expression of exactly these codes."""

COUNTRY = "a country code of ISO 3166-1, such as GB for the United Kingdom"
COUNTRY_IN_CAPITALS = "a country code of ISO 3166-1 in capitals: {capitals}"


def read_country(value: str) -> str:
    """A country's code. Raises WrongValueError."""
    if value in COUNTRIES:
        return value
    capitals = value.strip().upper()
    if capitals in COUNTRIES:
        raise WrongValueError(value, COUNTRY_IN_CAPITALS, capitals=capitals)
    raise WrongValueError(value, COUNTRY)


_ABOUT = "An officially assigned code of ISO 3166-1, such as GB for the United Kingdom."

Market = Annotated[
    str, Meta(description=_ABOUT, extra_json_schema={"pattern": f"^({COUNTRY_PATTERN})$"}), read_country
]

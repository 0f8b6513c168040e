"""A value that is not allowed: what is allowed, and what was found, shown so that nothing in it stays invisible."""

from typing import Any
from unicodedata import category, name

import msgspec

SHOWN_MAX = 240

WITHOUT = ", without {character}"
"""What follows a text's grammar in an error that names the first character that is not allowed."""

_UNNAMED = {
    "\x00": "NULL",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\v": "VERTICAL TAB",
    "\f": "FORM FEED",
    "\r": "CARRIAGE RETURN",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
}
_CATEGORIES = {"Cc": "CONTROL CHARACTER", "Cs": "SURROGATE", "Co": "PRIVATE USE CHARACTER"}


class WrongValueError(ValueError):
    """A value that its grammar does not allow.

    `allowed` is the English text of what is allowed, with places for `params`; the wording has its Chinese.
    """

    def __init__(self, value: object, allowed: str, **params: str) -> None:
        """`value` is what was found; `shown` shows it."""
        self.found, self.allowed, self.params = shown(value), allowed, params
        super().__init__(f"found {self.found}; allowed: {allowed.format_map(params) if params else allowed}")


def shown(value: object) -> str:
    r"""A value as a reader of the error sees it, cut to a fixed length.

    Text stands in quotation marks, with invisible characters as `\u200b`; anything else is JSON.
    """
    try:
        text = f"'{visible(value)}'" if isinstance(value, str) else visible(_as_json(value))
    except (RecursionError, ValueError, msgspec.EncodeError):
        return "a value nested too deeply"
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


def visible(text: str) -> str:
    r"""A text whose invisible characters, spaces other than the common one among them, are written as `\u200b`."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escaped(one) for one in text[: SHOWN_MAX + 1])


def character(one: str) -> str:
    """A character as errors name it: `'?'`, or `U+200B ZERO WIDTH SPACE` where it cannot be seen."""
    if one.isprintable() and not one.isspace():
        return f"'{one}'"
    called = name(one, "") or _UNNAMED.get(one) or _CATEGORIES.get(category(one), "")
    return f"U+{ord(one):04X} {called}".rstrip()


def _escaped(one: str) -> str:
    return f"\\u{ord(one):04x}" if ord(one) <= 0xFFFF else f"\\U{ord(one):08x}"  # noqa: PLR2004 (the last of four digits)


def _as_json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()

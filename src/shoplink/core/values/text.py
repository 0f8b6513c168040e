"""Texts that people write: names and other single lines, messages, and handles."""

from typing import Annotated
from unicodedata import category, normalize

from msgspec import Meta

from shoplink.core.values.wrong import WITHOUT, WrongValueError, character

LINE_MAX, TEXT_MAX, HANDLE_MAX = 200, 4_000, 64

LINE = f"one line of 1 to {LINE_MAX} characters"
TEXT = f"text of 1 to {TEXT_MAX} characters"
HANDLE = f"a handle of 1 to {HANDLE_MAX} characters without spaces"

_NEVER_IN_TEXT = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_HIDDEN = frozenset("\u200b\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NEVER_IN_HANDLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"})
_SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_BLANK_TEXT = frozenset(f"{_SPACES}\n\u00ad\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064")


def read_line(value: str) -> str:
    """One line of text: a name, a title, a note. NFC, without spaces around it. Raises WrongValueError.

    It holds no line breaks, no control, private-use or surrogate characters, no bidi controls, no zero-width space
    and no byte order mark. Joiners stay, because several scripts and emoji need them.
    """
    if value.isascii() and value.isprintable():
        text = value.strip(" ")
        if 0 < len(text) <= LINE_MAX:
            return text
        raise WrongValueError(value, LINE)
    return _normal(value, value, LINE, LINE_MAX)


def is_line(text: str) -> bool:
    """Whether a text is one line in normal form."""
    try:
        return read_line(text) == text
    except WrongValueError:
        return False


def as_line(text: str) -> str:
    """Any text as one line: what a line may not hold, as texts stored before this grammar may, becomes a space."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join("".join(" " if _is_out(one) else one for one in text).split())


def read_text(value: str) -> str:
    """Text of several lines, which end in LF: the same characters as in one line. Raises WrongValueError."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").strip(f"{_SPACES}\n")
    if lines.isascii() and lines.replace("\n", "").isprintable() and 0 < len(lines) <= TEXT_MAX:
        return lines
    return _normal(value, lines, TEXT, TEXT_MAX, "\n")


def read_handle(value: str) -> str:
    """A handle as it is spelled: NFKC, without spaces around it and without a leading `@`. Raises WrongValueError."""
    handle = _spelled(value)
    if (
        handle.isascii()
        and handle.isprintable()
        and not {" ", "@"} & {*handle}
        and 0 < len(handle) <= HANDLE_MAX
    ):
        return handle
    for one in handle:
        if category(one) in _NEVER_IN_HANDLE:
            raise WrongValueError(value, HANDLE + WITHOUT, character=character(one))
    if handle.startswith("@"):
        raise WrongValueError(value, HANDLE + WITHOUT, character=character("@"))
    if not 0 < len(handle) <= HANDLE_MAX:
        raise WrongValueError(value, HANDLE)
    return handle


def fold_handle(text: str) -> str:
    """The form in which handles are compared, of any text: two handles are the same if it is the same.

    Characters that no handle has, as handles stored before this grammar may, are left out, so that these are found as
    well.
    """
    folded = _spelled(text).casefold()
    if folded.isascii() and folded.isprintable():
        return folded
    return _spelled("".join(one for one in folded if category(one) not in _NEVER_IN_HANDLE - {"Zs"}))


def _spelled(text: str) -> str:
    if text.isascii():
        return text.strip(" ").removeprefix("@")
    return normalize("NFKC", text.strip(_SPACES)).strip(_SPACES).removeprefix("@")


def _normal(value: str, text: str, grammar: str, most: int, besides: str = "") -> str:
    """A text in its normal form; `besides` are control characters that it may hold. Raises WrongValueError."""
    for one in text:
        if _is_out(one) and one not in besides:
            raise WrongValueError(value, grammar + WITHOUT, character=character(one))
    normal = normalize("NFC", text).strip(_SPACES)
    if not 0 < len(normal) <= most or all(one in _BLANK_TEXT for one in normal):
        raise WrongValueError(value, grammar)
    return normal


def _is_out(one: str) -> bool:
    """Whether a character is in no line of text."""
    return one in _HIDDEN or category(one) in _NEVER_IN_TEXT


def _schema(grammar: str, most: int, pattern: str) -> Meta:
    limits = {"minLength": 1, "maxLength": most, "pattern": pattern}
    return Meta(description=f"{grammar[0].upper()}{grammar[1:]}.", extra_json_schema=limits)


# The same in JSON Schema. A pattern knows no categories, so it is stricter at the ends and no wider than these ranges.
_OUT = "\\x7f-\\x9f\\u200b\\u2028-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff\\ufeff\U000f0000-\U0010ffff"
_BLANK = r"\s\u00ad\u200c-\u200f\u2060-\u2064"
_LINE_PATTERN = rf"^[^\x00-\x1f{_OUT}]*[^\x00-\x1f{_BLANK}{_OUT}][^\x00-\x1f{_OUT}]*$"
_TEXT_PATTERN = _LINE_PATTERN.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f")
_HANDLE_PATTERN = rf"^@?[^@\x00-\x1f{_BLANK}{_OUT}][^\x00-\x1f{_BLANK}{_OUT}]{{0,{HANDLE_MAX - 1}}}$"

ShortText = Annotated[str, _schema(LINE, LINE_MAX, _LINE_PATTERN), read_line]
LongText = Annotated[str, _schema(TEXT, TEXT_MAX, _TEXT_PATTERN), read_text]
Handle = Annotated[str, _schema(HANDLE, HANDLE_MAX + 1, _HANDLE_PATTERN), read_handle]

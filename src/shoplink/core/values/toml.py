"""TOML that people write: rulebooks and mappings of order files."""

import re
import tomllib
from typing import Any

from shoplink.core.values.wrong import shown

_BYTES_MAX = 256 << 10
_DEPTH_MAX = 8
_TOO_LONG = "a number that is too long"
_TOO_DEEP = f"more than {_DEPTH_MAX} tables or lists within each other"


_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Duplicate")


class TomlError(ValueError):
    """A text that is not read as TOML; the text of the error says what was found."""


def read_toml(text: str) -> dict[str, Any]:
    """The document in a TOML text of at most 256 KiB and 8 levels. Raises TomlError."""
    if len(text.encode(errors="replace")) > _BYTES_MAX:
        raise TomlError(f"more than {_BYTES_MAX >> 10} KiB")
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise TomlError(_TOO_DEEP) from None
    except ValueError as error:  # not only TOMLDecodeError: Python reads no number of thousands of digits
        raise TomlError(
            _found(text, str(error)) if isinstance(error, tomllib.TOMLDecodeError) else _TOO_LONG
        ) from None
    level: list[Any] = [document]
    for _ in range(_DEPTH_MAX):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
    if level:
        raise TomlError(_TOO_DEEP)
    return document


def _found(text: str, error: str) -> str:
    """What is wrong, by the error of the library: where, and what stands there."""
    place = _PLACE.search(error)
    what = "a key that is given before, " if error.startswith(_TWICE) else ""
    if place is None:
        return f"{what}an end in the middle of the last line"
    line, column = int(place[1]), int(place[2])
    return f"{what}line {line}, column {column}: {shown(text.split(chr(10))[line - 1].strip())}"

"""TOML that people write: rulebooks and mappings of order files."""

import tomllib
from typing import Any

_BYTES_MAX = 256 << 10
_DEPTH_MAX = 8
_TOO_DEEP = f"more than {_DEPTH_MAX} tables or lists within each other"


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
        found = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number that is too long"
        raise TomlError(found) from None
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

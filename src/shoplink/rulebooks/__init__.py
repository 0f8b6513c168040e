"""The rulebooks that ship with the product, and a reader for a rulebook file of the operator."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from shoplink.core.rulebook import Rulebook, parse_rulebook

DEFAULT = "guide-2024-11"


@cache
def packaged() -> dict[str, Rulebook]:
    """The rulebooks that ship with the product, by name."""
    entries = sorted(
        (entry for entry in files(__name__).iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    rulebooks = (parse_rulebook(entry.read_text(encoding="utf-8"), entry.name) for entry in entries)
    return {rulebook.name: rulebook for rulebook in rulebooks}


def read_rulebook(path: Path) -> Rulebook:
    """Read a rulebook from a TOML file. Raises OSError, UnicodeDecodeError or RulebookError."""
    return parse_rulebook(path.read_text(encoding="utf-8"), str(path))

"""The rulebooks that ship with the product, and reading one from a file of the operator's own."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from shoplink.core.rulebook import Rulebook, parse_rulebook

DEFAULT = "guide-2024-11"


@cache
def packaged() -> dict[str, Rulebook]:
    """The rulebooks that ship with the product, by name."""
    found = sorted(
        (entry for entry in files(__name__).iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    rulebooks = (parse_rulebook(entry.read_text(encoding="utf-8"), entry.name) for entry in found)
    return {rulebook.name: rulebook for rulebook in rulebooks}


def read_rulebook(path: Path) -> Rulebook:
    """The rulebook in a TOML file; raises OSError, UnicodeDecodeError or RulebookError."""
    return parse_rulebook(path.read_text(encoding="utf-8"), str(path))

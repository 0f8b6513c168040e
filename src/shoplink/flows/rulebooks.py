"""The rulebooks that can be activated: those that ship, and those that the operator has installed."""

from shoplink.core import Rulebook, parse_rulebook
from shoplink.rulebooks import DEFAULT, packaged
from shoplink.store.database.owner import writing
from shoplink.store.write.rulebooks import keep_text, texts


class NameTakenError(ValueError):
    """A rulebook of this name has another text; a name means one text permanently."""


def installed_rulebooks() -> dict[str, Rulebook]:
    """Every rulebook by its name."""
    return {**{name: _parsed(digest, text) for name, digest, text in texts()}, **packaged()}


def default_rulebook() -> Rulebook:
    """The rulebook in force in a market in which none was activated."""
    return packaged()[DEFAULT]


def install_rulebook(text: str, file: str) -> Rulebook:
    """Install an operator's rulebook, so that it can be activated by its name.

    Raises RulebookError if the text is not a valid rulebook, NameTakenError if its name has another text.
    """
    rulebook = parse_rulebook(text, file)
    with writing():
        keep_text(rulebook.name, rulebook.digest, text)
        if installed_rulebooks()[rulebook.name].digest != rulebook.digest:
            raise NameTakenError(
                f"{file}: name: found {rulebook.name!r}; a rulebook of this name has another text"
            )
    return rulebook


_cache: dict[str, Rulebook] = {}


def _parsed(digest: str, text: str) -> Rulebook:
    """The rulebook of a text, parsed once per process."""
    if digest not in _cache:
        _cache[digest] = parse_rulebook(text, digest)
    return _cache[digest]

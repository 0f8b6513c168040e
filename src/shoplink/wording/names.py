"""Names of shops, accounts and people in plain text: isolated in sentences; in e-mails quoted, short and no address."""

import re
from unicodedata import normalize

from shoplink.core.values import as_line
from shoplink.wording.language import Language

_ISOLATE, _POP = "\u2068", "\u2069"
_LENGTH_MAX = 40
_ADDRESS = re.compile(r"http|www\.|\w\.\w[^\s/]*/")
_QUOTES = {"en": "“{name}”", "zh": "「{name}」"}


def name_in_message(name: str, stands_for_it: str, language: Language) -> str:
    """A name as an e-mail shows it: in quotation marks, on one line, cut to 40 characters (values.md section 1).

    `stands_for_it` is the id of the shop or account, or the person's address. It takes the place of an empty name, and of
    one that holds an address, because what people call themselves must not look like the words of the service.
    """
    line = as_line(name)
    if not line or _ADDRESS.search(normalize("NFKC", line).casefold()):
        return stands_for_it
    short = line if len(line) <= _LENGTH_MAX else f"{line[: _LENGTH_MAX - 1].rstrip()}…"
    return _QUOTES[language.tag].format(name=short)


def isolated(name: str) -> str:
    """A name within a sentence of plain text, isolated from the direction of the text around it (UAX #9: FSI … PDI)."""
    return f"{_ISOLATE}{name}{_POP}"

"""What sentences are made of: texts to be translated when they are said."""

from typing import NamedTuple


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Mark a text for extraction; it is translated when it is said."""
    return text


class Plural(NamedTuple):
    """A text in two numbers; `by` names the parameter that decides."""

    one: str
    many: str
    by: str


def P_(one: str, many: str, by: str) -> Plural:  # noqa: N802 (as N_)
    """Mark a text in two numbers for extraction."""
    return Plural(one, many, by)


Text = str | Plural


class Wording(NamedTuple):
    """What is wrong, and what to do and where."""

    problem: Text
    remedy: Text

"""Texts that are marked for translation where they are written, and translated where they are used."""

from typing import NamedTuple


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Mark a text for extraction; it is translated where it is used."""
    return text


class Plural(NamedTuple):
    """A text in singular and plural; `by` names the parameter that chooses."""

    one: str
    many: str
    by: str


def P_(one: str, many: str, by: str) -> Plural:  # noqa: N802 (as N_)
    """Mark a text in singular and plural for extraction."""
    return Plural(one, many, by)


Text = str | Plural


class Wording(NamedTuple):
    """The texts of a reason: what is wrong, and what to do and where."""

    problem: Text
    remedy: Text

"""What help pages are made of: topics of passages, each said only where the rulebook in force bears it out."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from shoplink.core.rulebook import Quota, Rulebook
from shoplink.wording.text import Text

PassageKind = Literal["text", "step", "remedy"]


class Passage(NamedTuple):
    """A few sentences; `sources` are the parameters that they rest on, `when` the rulebooks that bear them out."""

    text: Text
    sources: tuple[str, ...] = ()
    when: Callable[[Rulebook], bool] = lambda _rulebook: True
    kind: PassageKind = "text"


class Topic(NamedTuple):
    """A page of help, and the reasons that it leads on to."""

    title: str
    passages: tuple[Passage, ...]
    reasons: tuple[str, ...] = ()


def instruction(text: Text, *sources: str) -> Passage:
    """A step to take, in its order."""
    return Passage(text, sources, kind="step")


def asks_network_of(*sides: str) -> Callable[[Rulebook], bool]:
    """Whether a rulebook asks for a network in the market of exactly these."""
    return lambda rulebook: rulebook.parameters.network_asked_of == frozenset(sides)


def limits_shops(rulebook: Rulebook) -> bool:
    """Whether a shop's marketing links are counted."""
    return isinstance(rulebook.parameters.marketing_links_per_shop, Quota)


def limits_accounts(rulebook: Rulebook) -> bool:
    """Whether an account's marketing links are counted."""
    return isinstance(rulebook.parameters.marketing_links_per_account, Quota)


def approves_by_clock(rulebook: Rulebook) -> bool:
    """Whether an unlink request that nobody answers counts as approved at some time."""
    return rulebook.unlink_answer_ttl is not None


def reason_topic(
    title: str,
    why: Text,
    remedy: Text,
    *sources: str,
    when: Callable[[Rulebook], bool] | None = None,
    otherwise: str = "",
) -> Topic:
    """A reason's paragraph; with `when`, `otherwise` is said where the rulebook knows no such reason."""
    if when is None:
        return Topic(title, (Passage(why, sources), Passage(remedy, kind="remedy")))
    return Topic(
        title,
        (
            Passage(why, sources, when),
            Passage(remedy, (), when, "remedy"),
            Passage(otherwise, sources, lambda rulebook: not when(rulebook)),
        ),
    )

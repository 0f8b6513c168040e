"""The building blocks of help pages: topics made of passages; a passage may apply only under some rulebooks."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from shoplink.core.rulebook import Quota, Rulebook
from shoplink.wording.text import Text

PassageKind = Literal["text", "step", "remedy"]


class Passage(NamedTuple):
    """A few sentences. `sources` are the parameters that they state; `when` says whether they apply under a rulebook."""

    text: Text
    sources: tuple[str, ...] = ()
    when: Callable[[Rulebook], bool] = lambda _rulebook: True
    kind: PassageKind = "text"


class Topic(NamedTuple):
    """A help page, and the codes of the reasons that it links to."""

    title: str
    passages: tuple[Passage, ...]
    reasons: tuple[str, ...] = ()


def instruction(text: Text, *sources: str) -> Passage:
    """A step of a procedure."""
    return Passage(text, sources, kind="step")


def asks_network_of(*sides: str) -> Callable[[Rulebook], bool]:
    """The condition that a rulebook checks the networks of exactly these sides."""
    return lambda rulebook: rulebook.parameters.network_asked_of == frozenset(sides)


def limits_shops(rulebook: Rulebook) -> bool:
    """Whether a rulebook limits a shop's marketing links."""
    return isinstance(rulebook.parameters.marketing_links_per_shop, Quota)


def limits_accounts(rulebook: Rulebook) -> bool:
    """Whether a rulebook limits an account's marketing links."""
    return isinstance(rulebook.parameters.marketing_links_per_account, Quota)


def approves_by_clock(rulebook: Rulebook) -> bool:
    """Whether an unanswered unlink request counts as approved after some time."""
    return rulebook.unlink_answer_ttl is not None


def reason_topic(
    title: str,
    why: Text,
    remedy: Text,
    *sources: str,
    when: Callable[[Rulebook], bool] | None = None,
    otherwise: str = "",
) -> Topic:
    """The paragraph of a reason. With `when`, `otherwise` replaces it under a rulebook that has no such reason."""
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

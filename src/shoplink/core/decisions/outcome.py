"""What a decision is, and what several decisions have in common."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from shoplink.core import rules
from shoplink.core.case import AccountRecord, Case, ShopRecord
from shoplink.core.commands import Command
from shoplink.core.events import Event, LinkEvent, LinkSuperseded
from shoplink.core.facts import Actor, Link
from shoplink.core.reasons import Reason
from shoplink.core.rulebook import Rulebook


class ProductOutcome(Struct, frozen=True):
    """What came of one product of a command that names several; without reasons it was added."""

    product_id: str
    reasons: tuple[Reason, ...]


class Accepted(Struct, frozen=True):
    """The command is done: what happens, and the codes of what will hold the link in review.

    `outcomes`: of a command that names several products, each one's own.
    """

    events: tuple[Event, ...]
    warnings: tuple[str, ...] = ()
    outcomes: tuple[ProductOutcome, ...] = ()


class Refused(Struct, frozen=True):
    """The command is not done: every reason, in the catalogue's order; `outcomes` as of Accepted."""

    reasons: tuple[Reason, ...]
    outcomes: tuple[ProductOutcome, ...] = ()


Decision = Accepted | Refused

SHOP_NOT_FOUND = Reason("shop.not_found", "nobody")
ACCOUNT_NOT_FOUND = Reason("account.not_found", "nobody")
LINK_NOT_FOUND = Reason("link.not_found", "nobody")
WAIVER_NOT_FOUND = Reason("waiver.not_found", "nobody")


def review(
    at: datetime, rulebook: Rulebook, shop: ShopRecord, account: AccountRecord, link: Link
) -> tuple[Reason, ...]:
    """What still holds a confirmed link in review (R31, R32); empty if it is to be established."""
    return rules.violations(rules.REVIEW, Case(at, rulebook, shop, account, link.role, link=link))


def link_event(
    kind: type[LinkEvent], link: Link, at: datetime, by: Actor | None, note: str | None = None
) -> LinkEvent:
    """An event of this kind about a link."""
    more = {} if note is None else {"note": note}
    return kind(at=at, by=by, link_id=link.link_id, shop_id=link.shop_id, account_id=link.account_id, **more)


def supersede_invitations(
    account: AccountRecord, command: Command, but: Link | None = None
) -> Iterator[Event]:
    """The end of every other open invitation of an account that is taken now (R8)."""
    for link in account.live.values():
        if link.status == "invited" and link is not but:
            yield link_event(LinkSuperseded, link, command.at, command.by)

"""The values that a decision may be, and what several decisions share."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from shoplink.core import rules
from shoplink.core.case import AccountRecord, Case, ShopRecord
from shoplink.core.commands import Command, PairCommand
from shoplink.core.event_base import Record
from shoplink.core.events import Event, LinkEvent, LinkSuperseded
from shoplink.core.facts import Actor, Link
from shoplink.core.reasons import Reason
from shoplink.core.rulebook import Rulebook
from shoplink.core.world import World


class ProductOutcome(Struct, frozen=True):
    """The outcome of one product of a command that names several; without reasons the product was added."""

    product_id: str
    reasons: tuple[Reason, ...]


class Accepted(Struct, frozen=True):
    """The command is accepted, with its events.

    `warnings` are codes: of the reasons that will hold the link in review, or that a correction was kept. `outcomes`
    has one entry per product of a command that names several. `records` are the rows to save beside the events.
    """

    events: tuple[Event, ...]
    warnings: tuple[str, ...] = ()
    outcomes: tuple[ProductOutcome, ...] = ()
    records: tuple[Record, ...] = ()


class Refused(Struct, frozen=True):
    """The command is refused, with every reason in the catalogue's order; `outcomes` as in Accepted."""

    reasons: tuple[Reason, ...]
    outcomes: tuple[ProductOutcome, ...] = ()


Decision = Accepted | Refused

SHOP_NOT_FOUND = Reason("shop.not_found", "nobody")
ACCOUNT_NOT_FOUND = Reason("account.not_found", "nobody")
LINK_NOT_FOUND = Reason("link.not_found", "nobody")
WAIVER_NOT_FOUND = Reason("waiver.not_found", "nobody")


def both_sides(world: World, command: PairCommand) -> tuple[ShopRecord, AccountRecord] | Refused:
    """The shop and the account that a command names, or the refusal that says which of them is not recorded."""
    shop, account = world.shops.get(command.shop_id), world.accounts.get(command.account_id)
    if shop is not None and account is not None:
        return shop, account
    missing = ((shop, SHOP_NOT_FOUND), (account, ACCOUNT_NOT_FOUND))
    return Refused(tuple(reason for record, reason in missing if record is None))


def decided_elsewhere(world: World, shop: ShopRecord) -> Reason | None:
    """The reason against deciding about a shop's links where another platform does (mirror.md section 1).

    A World that advises asks the rules anyway: what they say is what the platform will most likely say.
    """
    if shop.facts.decided == "here" or world.advises:
        return None
    return Reason("shop.decided_elsewhere", "shop", params={"market": shop.facts.market})


def review(
    at: datetime, rulebook: Rulebook, shop: ShopRecord, account: AccountRecord, link: Link
) -> tuple[Reason, ...]:
    """The reasons that still hold a confirmed link in review (R31, R32); none if it is to be established."""
    return rules.violations(rules.REVIEW, Case(at, rulebook, shop, account, link.role, link=link))


def link_event(
    kind: type[LinkEvent], link: Link, at: datetime, by: Actor | None, note: str | None = None
) -> LinkEvent:
    """An event of the kind about a link, with a note if one is given."""
    more = {} if note is None else {"note": note}
    return kind(at=at, by=by, link_id=link.link_id, shop_id=link.shop_id, account_id=link.account_id, **more)


def supersede_invitations(
    account: AccountRecord, command: Command, except_for: Link | None = None
) -> Iterator[Event]:
    """End every other open invitation of an account that the command takes (R8)."""
    for link in account.live.values():
        if link.status == "invited" and link is not except_for:
            yield link_event(LinkSuperseded, link, command.at, command.by)

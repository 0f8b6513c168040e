"""Commands that record what happened at a platform that decides about a shop's links (mirror.md section 2).

Nothing here asks whether a step was allowed: the platform let it happen. What the rulebook in force then has against it
is kept with the event. Refused is only what cannot be true.
"""

from collections.abc import Iterator
from typing import Any

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core import rules
from shoplink.core.case import Case, LinkCase, ShopRecord
from shoplink.core.decisions.outcome import (
    LINK_NOT_FOUND,
    Accepted,
    Decision,
    Refused,
    both_sides,
    supersede_invitations,
)
from shoplink.core.facts import LIVE, Link
from shoplink.core.instant import shift
from shoplink.core.mirror.hindsight import against_a_link, against_an_end
from shoplink.core.reasons import Reason
from shoplink.core.world import World

DECIDED_HERE = Reason("shop.decided_here", "nobody")

_ENDS_FROM: dict[str, frozenset[str]] = {
    "unlinked": frozenset({"linked"}),
    "declined": frozenset({"invited", "in_review"}),
    "withdrawn": frozenset({"invited", "in_review"}),
    "expired": frozenset({"invited", "in_review"}),
    "revoked": LIVE,
}
"""From which states a link may have ended how."""


def import_link(world: World, command: c.ImportLink) -> Decision:
    """Record a link as it stood elsewhere. Quotas are not enforced, but imported links count towards them.

    Where this service decides, only the platform imports, a slot must be free, and an invitation of the pair is
    superseded. Where another platform decides, the pair's link that is not established yet becomes the one imported.
    """
    sides = both_sides(world, command)
    if isinstance(sides, Refused):
        return sides
    shop, account = sides
    mirrored = shop.facts.decided == "elsewhere"
    if not mirrored and command.by is not None and command.by.kind == "shop":
        return Refused((DECIDED_HERE,))
    rulebook = world.rulebook(shop.facts.market)
    own = _unestablished(world, command, {"invited", "in_review"} if mirrored else {"invited"})
    case = Case(command.at, rulebook, shop, account, command.role, link=own)
    period = (command.linked_at, command.unlinked_at)
    history = (
        rules.dates_are_in_order(*period, command.at)
        or (_follows(own, command.linked_at, command.at) if mirrored and own else None),
        rules.account_links_do_not_overlap(case, *period),
    )
    reasons = tuple(reason for reason in history if reason is not None)
    if command.unlinked_at is None:
        asked = (rules.account_is_free,) if mirrored else (rules.account_is_free, rules.slot_is_free)
        reasons += rules.violations(asked, case)
    if reasons:
        return Refused(reasons)
    led_on = own if mirrored else None
    imported = e.LinkImported(
        at=command.at,
        by=command.by,
        link_id=led_on.link_id if led_on else world.mint("link"),
        shop_id=command.shop_id,
        account_id=command.account_id,
        role=command.role,
        rulebook=rulebook.name,
        linked_at=command.linked_at,
        unlinked_at=command.unlinked_at,
        source=command.source,
        against=against_a_link(world, case, command.linked_at) if mirrored else (),
    )
    ended = supersede_invitations(account, command, led_on) if command.unlinked_at is None else ()
    return Accepted((imported, *ended))


def record_invitation(world: World, command: c.RecordInvitation) -> Decision:
    """Record an invitation; it expires after the time that the rulebook in force when it was sent gives (R23)."""
    sides = both_sides(world, command)
    if isinstance(sides, Refused):
        return sides
    shop, account = sides
    if shop.facts.decided == "here":
        return Refused((DECIDED_HERE,))
    rulebook = world.rulebook_at(shop.facts.market, command.invited_at)
    expires_at = shift(command.invited_at, rulebook.invitation_ttl)
    if expires_at <= command.at:
        return Refused((Reason("link.invitation_expired", "shop", params={"expired_at": expires_at}),))
    case = Case(command.at, rulebook, shop, account, command.role)
    reasons = (
        rules.instant_is_in_order(command.invited_at, None, command.at),
        rules.account_is_free(case),
        rules.account_is_not_invited(case),
    )
    if any(reasons):
        return Refused(tuple(reason for reason in reasons if reason is not None))
    invited = e.LinkInvitationRecorded(
        at=command.at,
        by=command.by,
        link_id=world.mint("link"),
        shop_id=command.shop_id,
        account_id=command.account_id,
        role=command.role,
        rulebook=rulebook.name,
        invited_at=command.invited_at,
        expires_at=expires_at,
        settlement=command.settlement,
        reference=command.reference,
        source=command.source,
        against=against_a_link(world, case, command.invited_at),
    )
    return Accepted((invited,))


def record_acceptance(world: World, command: c.RecordAcceptance) -> Decision:
    """Record the creator's confirmation; as by `accept`, the account's other invitations are superseded (R8)."""
    case = _case(world, command, {"invited"})
    if isinstance(case, Refused):
        return case
    reasons = (_follows(case.link, command.accepted_at, command.at), rules.account_is_free(case))
    if any(reasons):
        return Refused(tuple(reason for reason in reasons if reason is not None))
    accepted = _about(e.LinkAcceptanceRecorded, case.link, command, accepted_at=command.accepted_at)
    return Accepted((accepted, *supersede_invitations(case.account, command, case.link)))


def record_unlink_request(world: World, command: c.RecordUnlinkRequest) -> Decision:
    """Record the creator's unlink request (R43)."""
    case = _case(world, command, {"linked"})
    if isinstance(case, Refused):
        return case
    reasons = (
        rules.instant_is_in_order(command.requested_at, case.link.linked_at, command.at),
        rules.no_unlink_request_is_open(case),
    )
    if any(reasons):
        return Refused(tuple(reason for reason in reasons if reason is not None))
    against = against_an_end(world, case.shop, case.link, command.requested_at)
    fields = {"requested_at": command.requested_at, "against": against}
    return Accepted((_about(e.UnlinkRequestRecorded, case.link, command, **fields),))


def record_end(world: World, command: c.RecordEnd) -> Decision:
    """Record how and when a link ended; one that was unlinked counts in the quotas like any other (R24, R25)."""
    case = _case(world, command, _ENDS_FROM[command.how])
    if isinstance(case, Refused):
        return case
    if (reason := _follows(case.link, command.ended_at, command.at)) is not None:
        return Refused((reason,))
    unlinked = command.how == "unlinked"
    against = against_an_end(world, case.shop, case.link, command.ended_at) if unlinked else ()
    fields = {"how": command.how, "ended_at": command.ended_at, "against": against}
    return Accepted((_about(e.LinkEndRecorded, case.link, command, **fields),))


def _case(world: World, command: c.PairCommand, statuses: set[str] | frozenset[str]) -> LinkCase | Refused:
    """The case of a step of a link that is decided elsewhere, or the gate's refusal."""
    link = world.link(command.shop_id, command.account_id)
    if link is None:
        return Refused((LINK_NOT_FOUND,))
    shop: ShopRecord = world.shops[link.shop_id]
    if shop.facts.decided == "here":
        return Refused((DECIDED_HERE,))
    if link.status not in statuses:
        return Refused((Reason("link.wrong_state", "nobody", params={"link_status": link.status}),))
    account, rulebook = world.accounts[link.account_id], world.rulebook(shop.facts.market)
    return LinkCase(command.at, rulebook, shop, account, link.role, link=link)


def _unestablished(world: World, command: c.PairCommand, statuses: set[str]) -> Link | None:
    """The pair's live link, if it is in one of the states."""
    live: Iterator[Link] = iter(world.accounts[command.account_id].live.values())
    return next((one for one in live if one.shop_id == command.shop_id and one.status in statuses), None)


def _follows(link: Link, at: Any, now: Any) -> Reason | None:
    """The steps of a link stay in the order of their true instants."""
    steps = (link.invited_at, link.accepted_at, link.linked_at, link.unlink_requested_at)
    last = max((step for step in steps if step is not None), default=None)
    return rules.instant_is_in_order(at, last, now)


def _about(kind: type[e.RecordedLater], link: Link, command: Any, **fields: Any) -> e.RecordedLater:
    """The event that records a step of a link, with where it was seen."""
    return kind(
        at=command.at,
        by=command.by,
        link_id=link.link_id,
        shop_id=link.shop_id,
        account_id=link.account_id,
        source=command.source,
        **fields,
    )

"""The creator's inbox: which shop invites me, as what, until when; confirm or decline."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link
from shoplink.core.next_actor import next_actor, review_reasons
from shoplink.network import zone_of_country
from shoplink.store.people.membership import time_zone_at
from shoplink.web.access import ANY_CREATOR, CREATOR, places_of
from shoplink.web.command import Sent, judge, send
from shoplink.web.creator.account import Mine, handle_of, happened, mine, shop_of
from shoplink.web.frame import Menu
from shoplink.web.page import page
from shoplink.web.view_models import (
    Badge,
    Deadline,
    ReasonRow,
    TimelineRow,
    show_deadline,
    show_link_status,
    show_reasons,
    show_role,
    show_turn,
)
from shoplink.web.visit import Answer, Shown, Visit
from shoplink.wording.sentences import N_


class Invitation(Struct, frozen=True):
    """An invitation: what it means, until when, and every reason why it cannot be confirmed now."""

    link_id: str
    shop: str
    market: str
    role: str
    official: bool
    deadline: Deadline | None
    theirs: str
    may_promote_others: bool
    ends_others: int
    reasons: list[ReasonRow]
    ticket_helps: bool


class Current(Struct, frozen=True):
    """The link in review or linked: where it stands, whose turn it is, what holds it, what happened."""

    link_id: str
    shop: str
    role: str
    status: Badge
    turn: Badge
    held: list[ReasonRow]
    ticket_helps: bool
    timeline: list[TimelineRow]


class Inbox(Struct, frozen=True):
    """What the page shows; `failed` is the link that a form could not be done for."""

    account_id: str
    handle: str
    invitations: list[Invitation]
    current: Current | None
    failed: str
    problem: str


@page("creator/", ANY_CREATOR)
def start(visit: Visit) -> Answer:
    """On to the first of my accounts."""
    return visit.go("creator.inbox", account_id=places_of(visit.request).accounts[0])


@page("creator/<str:account_id>/", CREATOR, posts=True, menu=Menu(icon="mail", title=N_("Invitations")))
def inbox(visit: Visit, account_id: str) -> Answer:
    """Every open invitation, and the link that I am in."""
    found, sent, link_id = mine(account_id), None, ""
    if visit.posted:
        link_id = visit.typed.get("link_id", "")
        link = next((each for each in _open(found) if each.link_id == link_id), None)
        sent = (
            _answer(visit, account_id, link)
            if link
            else Sent(accepted=False, problem=_("This invitation is no longer open."))
        )
        if sent.accepted:
            said = _("Declined.") if visit.typed.get("answer") == "decline" else _confirmed(sent)
            return visit.go("creator.inbox", said=said, account_id=account_id)
        found = mine(account_id)
    view = Inbox(
        account_id=account_id,
        handle=handle_of(found.world, account_id),
        invitations=[_invitation(visit, found, link) for link in found.invitations],
        current=_current(visit, found) if found.current else None,
        failed=link_id,
        problem=sent.problem if sent else "",
    )
    return Shown("creator/inbox.html", view, status=sent.status if sent else 200)


def _open(found: Mine) -> list[Link]:
    """What can be answered: invitations, and a link that is still held in review."""
    held = [found.current] if found.current and found.current.status == "in_review" else []
    return [*found.invitations, *held]


def _answer(visit: Visit, account_id: str, link: Link) -> Sent:
    fields = {"shop_id": link.shop_id, "account_id": account_id}
    if visit.typed.get("answer") == "decline":
        return send(visit, "decline", link_id=link.link_id, **fields)
    return send(visit, "accept", link_id=link.link_id, network_region=visit.network.region, **fields)


def _confirmed(sent: Sent) -> str:
    if any(event["type"] == "link.established" for event in sent.events):
        return _("Confirmed: you are linked.")
    return _("Confirmed. Something still holds it; see below.")


def _invitation(visit: Visit, found: Mine, link: Link) -> Invitation:
    region, world = visit.network.region, found.world
    judged = judge(visit, "accept", shop_id=link.shop_id, account_id=link.account_id, network_region=region)
    market = world.shops[link.shop_id].facts.market
    parameters = world.rulebook(market).parameters
    official = link.role == "official"
    reasons = show_reasons(visit, judged.reasons)
    return Invitation(
        link_id=link.link_id,
        shop=shop_of(world, link),
        market=visit.language.country(market),
        role=show_role(visit, link.role),
        official=official,
        deadline=show_deadline(visit, link.expires_at) if link.expires_at else None,
        theirs=_theirs(visit, link, market),
        may_promote_others=parameters.official_may_promote_other_shops
        if official
        else parameters.marketing_may_promote_other_shops,
        ends_others=len(found.invitations) - 1,
        reasons=reasons,
        ticket_helps=any(reason.support_helps for reason in reasons),
    )


def _theirs(visit: Visit, link: Link, market: str) -> str:
    """The deadline on the shop's clock, if that is another than the reader's: the market's, if no more is known."""
    name = time_zone_at("shop", link.shop_id) or zone_of_country(market)
    if not name or name == str(visit.zone) or link.expires_at is None:
        return ""
    return visit.language.instant(link.expires_at, ZoneInfo(name))


def _current(visit: Visit, found: Mine) -> Current:
    link, world = found.current, found.world
    assert link is not None, "asked only where there is one"
    held = review_reasons(world, link, world.now)
    reasons = show_reasons(visit, held)
    return Current(
        link_id=link.link_id,
        shop=shop_of(world, link),
        role=show_role(visit, link.role),
        status=show_link_status(link),
        turn=show_turn(next_actor(link, held)),
        held=reasons,
        ticket_helps=any(reason.support_helps for reason in reasons),
        timeline=happened(visit, link),
    )

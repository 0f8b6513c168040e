"""Profile → showcase button → Enter → Your Shop → View link info → Send unlink request (R45): this path, these words."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.ticket import support_helps, unanswered_since
from shoplink.store.read.commerce import items_leaving
from shoplink.web.access import CREATOR
from shoplink.web.command import Sent, judge, send
from shoplink.web.creator.account import Mine, handle_of, happened, mine, shop_of
from shoplink.web.frame import Menu
from shoplink.web.page import page
from shoplink.web.view_models import (
    Badge,
    Deadline,
    Instant,
    ReasonRow,
    TimelineRow,
    show_deadline,
    show_instant,
    show_link_status,
    show_reasons,
    show_role,
)
from shoplink.web.visit import Answer, Shown, Visit
from shoplink.wording.sentences import N_


class Profile(Struct, frozen=True):
    """The account, with the shop it is linked to, if it is; `info_url` tells of the link, however it stands."""

    account_id: str
    handle: str
    followers: str
    shop: str
    role: str
    status: Badge | None
    info_url: str


class LinkInfo(Struct, frozen=True):
    """The link, and what stands between the creator and the end of it."""

    account_id: str
    shop: str
    role: str
    status: Badge
    since: Instant | None
    requested_at: Instant | None
    allowed: bool
    reasons: list[ReasonRow]
    ticket_helps: bool
    ask_from: Deadline | None
    official: bool
    showcase_leaving: int
    contents_leaving: int
    problem: str
    timeline: list[TimelineRow]


@page("creator/<str:account_id>/profile", CREATOR, menu=Menu(icon="user", title=N_("Profile")))
def profile(visit: Visit, account_id: str) -> Answer:
    """My profile, with the showcase button."""
    return Shown("creator/profile.html", _profile(visit, account_id))


@page("creator/<str:account_id>/profile/showcase", CREATOR)
def entrance(visit: Visit, account_id: str) -> Answer:
    """Behind the showcase button: Enter."""
    return Shown("creator/entrance.html", _profile(visit, account_id))


@page("creator/<str:account_id>/profile/shop", CREATOR)
def your_shop(visit: Visit, account_id: str) -> Answer:
    """Your Shop, with "View link info" at the bottom."""
    return Shown("creator/your_shop.html", _profile(visit, account_id))


@page("creator/<str:account_id>/profile/link", CREATOR, posts=True)
def link_info(visit: Visit, account_id: str) -> Answer:
    """The link, with "Send unlink request" at the bottom; and the state of a request, with "Withdraw"."""
    found = mine(account_id)
    link = found.current
    if link is None or link.status != "linked":
        return visit.go("creator.your_shop", account_id=account_id)
    sent = None
    if visit.posted:
        fields = {"shop_id": link.shop_id, "account_id": account_id}
        if visit.typed.get("do") == "withdraw":
            sent = send(visit, "withdraw_unlink_request", link_id=link.link_id, **fields)
            said = _("The unlink request is withdrawn.")
        else:
            region = visit.network.region
            sent = send(visit, "request_unlink", link_id=link.link_id, network_region=region, **fields)
            said = _("The unlink request is sent. Now it is the shop’s turn.")
        if sent.accepted:
            return visit.go("creator.link_info", said=said, account_id=account_id)
        found = mine(account_id)
    return Shown("creator/link_info.html", _info(visit, found, sent), status=sent.status if sent else 200)


def _profile(visit: Visit, account_id: str) -> Profile:
    found = mine(account_id)
    link, home = found.current, f"/creator/{account_id}/"
    return Profile(
        account_id=account_id,
        handle=handle_of(found.world, account_id),
        followers=f"{found.world.accounts[account_id].facts.followers:,}",
        shop=shop_of(found.world, link) if link else "",
        role=show_role(visit, link.role) if link else "",
        status=show_link_status(link) if link else None,
        # Only an established link has its own page; what holds one in review is told on the creator's first page.
        info_url=f"{home}profile/link" if link and link.status == "linked" else home,
    )


def _info(visit: Visit, found: Mine, sent: Sent | None) -> LinkInfo:
    link = found.current
    assert link is not None, "asked only where there is one"
    region, requested_at = visit.network.region, link.unlink_requested_at
    leaving = items_leaving(link, found.world.now)
    judged = judge(
        visit, "request_unlink", shop_id=link.shop_id, account_id=link.account_id, network_region=region
    )
    reasons = show_reasons(visit, () if requested_at and sent is None else (sent or judged).reasons)
    market = found.world.shops[link.shop_id].facts.market
    rulebook = found.world.rulebook(market)
    ask_from = unanswered_since(requested_at, rulebook) if requested_at else None
    return LinkInfo(
        account_id=link.account_id,
        shop=shop_of(found.world, link),
        role=show_role(visit, link.role),
        status=show_link_status(link),
        since=show_instant(visit, link.linked_at) if link.linked_at else None,
        requested_at=show_instant(visit, requested_at) if requested_at else None,
        allowed=judged.accepted,
        reasons=reasons,
        ticket_helps=any(support_helps(reason, rulebook, visit.now) for reason in (sent or judged).reasons),
        ask_from=show_deadline(visit, ask_from) if ask_from and ask_from > visit.now else None,
        official=link.role == "official",
        showcase_leaving=leaving.showcase,
        contents_leaving=leaving.contents,
        problem=sent.problem if sent else "",
        timeline=happened(visit, link),
    )

"""The seller's home page: what is waiting across all their shops, then the shops."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from shoplink.core import Actor, Link, World
from shoplink.core.next_actor import review_reasons
from shoplink.core.values.search import is_found
from shoplink.flows.look import (
    LinkQuotaUse,
    SlotUse,
    UnlinkQuotaUse,
    link_quota_use,
    look_at,
    reasons_against_a_new_link,
)
from shoplink.flows.ticket.read import current_tickets
from shoplink.store.ticket.tickets import answered_for_shops
from shoplink.web.mirror.compared import Comparison, comparisons
from shoplink.web.mirror.expected import say_expected
from shoplink.web.page.declare import page
from shoplink.web.page.export import Cell, export, requested_format
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import ANY_SELLER, places_of
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.shop import account_name, shop_name, slots_line, unlinks_of
from shoplink.web.ticket.view import show_row
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Deadline, Instant, show_deadline, show_instant
from shoplink.web.view_model.matches import search_text
from shoplink.web.view_model.state import show_decided, show_link_status
from shoplink.wording import say_reason
from shoplink.wording.sentences import N_

_SOON = timedelta(days=1)
_ANSWERED = 20
_THIS_WEEK = timedelta(days=7)


class WaitingItem(Struct, frozen=True):
    """Something that is waiting for the seller, with the page that deals with it."""

    shop: str
    account: str
    status: Badge
    text: str
    deadline: Deadline | None
    url: str
    action: str


class ShopRow(Struct, frozen=True):
    """A shop in the table of shops; `room` means that one more marketing account can be linked this week."""

    url: str
    name: str
    shop_id: str
    market: str
    enrolment: str
    status: str
    decided: Badge | None
    compared: str
    official: SlotUse
    marketing: SlotUse
    quota: LinkQuotaUse
    unlinks: UnlinkQuotaUse
    next_at: Instant | None
    room: bool


class Home(Struct, frozen=True):
    """The page; `all_shops` counts all shops, including those that the view leaves out.

    `export_url` is the address of a file of the shops shown, without the name of its format.
    """

    waiting: list[WaitingItem]
    shops: list[ShopRow]
    all_shops: int
    tabs: list[tuple[str, str, bool]]
    export_url: str
    text: str
    view: str


@page("seller/", ANY_SELLER, menu=Menu(icon="home", title=N_("Home")))
def home(visit: Visit) -> PageResponse:
    """What is waiting, and the shops; `?view=room` shows only those that can link one more marketing account this week.

    `?q=`: those whose name or id it finds. A file has the rows that are shown.
    """
    shops = places_of(visit.request).shops
    world = look_at(shops=shops).world
    compared = comparisons(visit, world)
    rows = [_row(visit, world, shop_id, compared.get(shop_id)) for shop_id in shops if shop_id in world.shops]
    view = visit.query.get("view", "")
    chosen = [row for row in rows if row.room] if view == "room" else rows
    text = search_text(visit.query.get("q", ""))
    if text:
        chosen = [row for row in chosen if is_found(text, row.name, row.shop_id)]
    shown = {key: value for key, value in (("view", view if view == "room" else ""), ("q", text)) if value}
    kind = requested_format(visit)
    if kind is not None:
        return export(visit, kind, "shops", *_table(chosen))
    tabs = [
        ("/seller/", _("All shops"), view != "room"),
        ("/seller/?view=room", _("Can link one more marketing account this week"), view == "room"),
    ]
    return PageContent(
        "seller/home.html",
        Home(
            [*_waiting(visit, world), *_not_compared(world, compared), *_answered(visit, shops)],
            chosen,
            len(rows),
            tabs,
            f"/seller/?{urlencode({**shown, 'format': ''})}",
            text,
            shown.get("view", ""),
        ),
    )


def _waiting(visit: Visit, world: World) -> list[WaitingItem]:
    """Unlink requests first, then expiring invitations, then links in review; each in order of its date."""
    links = [link for shop in world.shops.values() for link in shop.live.values()]
    requested = sorted(
        (link for link in links if link.unlink_requested_at), key=lambda link: str(link.unlink_requested_at)
    )
    expiring = sorted(
        (
            link
            for link in links
            if link.status == "invited" and link.expires_at and link.expires_at - world.now <= _SOON
        ),
        key=lambda link: str(link.expires_at),
    )
    held = [link for link in links if link.status == "in_review"]
    return [_waiting_link(visit, world, link) for link in (*requested, *expiring, *held)]


def _not_compared(world: World, compared: Mapping[str, Comparison]) -> Iterator[WaitingItem]:
    """Shops whose last list left questions, and those that were not compared for a week with the platform that decides."""
    for shop_id, comparison in compared.items():
        if comparison.questions:
            words = ngettext(
                "{count} difference from the list of TikTok waits for an answer.",
                "{count} differences from the list of TikTok wait for an answer.",
                comparison.questions,
            )
            yield WaitingItem(
                shop="",
                account=shop_name(world, shop_id),
                status=Badge(_("Open questions"), "yellow", icon="git-compare"),
                text=words.format(count=comparison.questions),
                deadline=None,
                url=f"/seller/{shop_id}/mirror",
                action=_("Answer"),
            )
        if comparison.stale:
            yield WaitingItem(
                shop="",
                account=shop_name(world, shop_id),
                status=Badge(_("Not compared"), "yellow", icon="refresh-alert"),
                text=comparison.text,
                deadline=None,
                url=f"/seller/{shop_id}/mirror",
                action=_("Compare the list"),
            )


def _answered(visit: Visit, shops: Iterable[str]) -> list[WaitingItem]:
    """Tickets that support has answered, so that the shop is next."""
    rows = [
        (show_row(replace(visit, actor=Actor("shop", seen.ticket.shop_id)), seen, ""), seen.ticket)
        for seen in current_tickets(answered_for_shops(shops, _ANSWERED))
        if seen.ticket.status == "answered"
    ]
    return [
        WaitingItem(
            shop=row.shop,
            account=row.account,
            status=row.status,
            text=row.about,
            deadline=None,
            url=f"/seller/{ticket.shop_id}/tickets/{ticket.ticket_id}",
            action=_("Read the answer"),
        )
        for row, ticket in rows
    ]


def _waiting_link(visit: Visit, world: World, link: Link) -> WaitingItem:
    url = f"/seller/{link.shop_id}/links/{link.link_id}"
    deadline = None
    elsewhere = world.shops[link.shop_id].facts.decided == "elsewhere"
    if elsewhere and link.status != "invited":
        reasons = review_reasons(world, link, world.now)
        problems = [say_reason(reason, visit.language, visit.zone).problem for reason in reasons[:1]]
        text = " ".join([*problems, say_expected(visit, world, link, reasons)])
        action = _("Record what happened")
    elif link.unlink_requested_at:
        text, action, url = _("The creator requests to be unlinked."), _("View details"), f"{url}/unlink"
    elif link.status == "invited":
        text, action = _("The invitation expires soon, and the creator has not confirmed yet."), _("View")
        deadline = show_deadline(visit, link.expires_at) if link.expires_at else None
    else:
        reasons = review_reasons(world, link, world.now)
        text = (
            say_reason(reasons[0], visit.language, visit.zone).problem
            if reasons
            else _("It continues automatically.")
        )
        action = _("View")
    return WaitingItem(
        shop=shop_name(world, link.shop_id),
        account=account_name(world, link.account_id),
        status=show_link_status(link),
        text=text,
        deadline=deadline,
        url=url,
        action=action,
    )


def _row(visit: Visit, world: World, shop_id: str, compared: Comparison | None) -> ShopRow:
    record = world.shops[shop_id]
    quota = link_quota_use(record, world.rulebook(record.facts.market), world.now)
    dates = [unit.returns_at for unit in quota.units if unit.returns_at]
    dates += [
        link.expires_at for link in record.live.values() if link.status == "invited" and link.expires_at
    ]
    return ShopRow(
        url=f"/seller/{shop_id}/",
        name=shop_name(world, shop_id),
        shop_id=shop_id,
        market=visit.language.country(record.facts.market),
        enrolment=_("open (普招)") if record.facts.enrolment == "open" else _("invited (定邀)"),
        status=record.facts.status,
        decided=show_decided(record.facts.decided),
        compared=compared.text if compared else "",
        official=slots_line(world, shop_id, "official"),
        marketing=slots_line(world, shop_id, "marketing"),
        quota=quota,
        unlinks=unlinks_of(world, shop_id),
        next_at=show_instant(visit, min(dates)) if dates else None,
        room=_has_room(world, shop_id, world.now + _THIS_WEEK),
    )


def _has_room(world: World, shop_id: str, until: datetime) -> bool:
    """Whether one more marketing account can be linked by an instant if nothing else changes."""
    reasons = reasons_against_a_new_link(world, shop_id, "marketing")
    return all(reason.possible_at is not None and reason.possible_at <= until for reason in reasons)


def _table(rows: list[ShopRow]) -> tuple[list[str], list[list[Cell]]]:
    header = [_("Shop name"), _("Shop ID"), _("Market"), _("Admitted as")]
    header += [_("Official accounts"), _("Official slots"), _("Marketing accounts"), _("Marketing slots")]
    header += [_("Marketing links in the window"), _("Limit"), _("Official unlinks"), _("Next date")]
    return header, [
        [
            *(row.name, row.shop_id, row.market, row.enrolment),
            *(row.official.used, row.official.total, row.marketing.used, row.marketing.total),
            *(row.quota.used, row.quota.limit, row.unlinks.used, row.next_at.text if row.next_at else None),
        ]
        for row in rows
    ]

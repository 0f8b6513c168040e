"""Look up a shop or an account, with everything about it that a ticket needs."""

from django.http import Http404
from msgspec import Struct

from shoplink.core import Link, Waiver, World
from shoplink.core.next_actor import next_actor, review_reasons
from shoplink.core.wire_format import read_reason
from shoplink.flows.look import look_at
from shoplink.flows.ticket.read import current_tickets
from shoplink.store.read.history import newest_events
from shoplink.store.read.names import names
from shoplink.store.read.refusal import StoredRefusal, page_of_refusals
from shoplink.store.read.search import search_all
from shoplink.store.ticket.tickets import page_of_tickets
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SUPPORT
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.ticket.view import TicketRow, say_command, show_row
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.facts import Facts, account_facts, shop_facts
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.matches import SearchPage, search_text, show_matches
from shoplink.web.view_model.state import show_link_status, show_next_actor, show_role
from shoplink.web.view_model.timeline import TimelineRow, show_timeline
from shoplink.wording import say_reason
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_, SUBJECT_NAMES

_EACH = 20


class SubjectLinkRow(Struct, frozen=True):
    """A live link: the other side, the role, who must act next, and why it is in review."""

    url: str
    other: str
    role: str
    status: Badge
    next_actor: Badge
    held: list[str]


class SubjectWaiverRow(Struct, frozen=True):
    """A waiver in force."""

    reason: str
    until: Instant | None
    note: str


class RefusalRow(Struct, frozen=True):
    """A recent refusal."""

    at: Instant
    command: str
    other: str
    reasons: list[str]


class SubjectPage(Struct, frozen=True):
    """A shop or an account, with everything that a ticket about it needs."""

    name: str
    kind: str
    facts: Facts
    links: list[SubjectLinkRow]
    waivers: list[SubjectWaiverRow]
    tickets: list[TicketRow]
    refusals: list[RefusalRow]
    timeline: list[TimelineRow]


@page("support/find", SUPPORT, menu=Menu(icon="search", title=N_("Look up")))
def look_up(visit: Visit) -> PageResponse:
    """The shops, accounts, links and tickets that match `?q=`; a link leads to its account's page."""
    text = search_text(visit.query.get("q", ""))
    groups = (
        show_matches(
            search_all(text, _EACH, tickets=True),
            "/support",
            lambda one: f"/support/accounts/{one.account_id}",
        )
        if text
        else []
    )
    return PageContent("support/look_up.html", SearchPage(text, groups))


@page("support/shops/<str:shop_id>", SUPPORT)
def shop(visit: Visit, shop_id: str) -> PageResponse:
    """A shop: facts, live links, waivers, tickets, refusals and events."""
    world = look_at(shops=[shop_id]).world
    record = world.shops.get(shop_id)
    if record is None:
        raise Http404
    view = SubjectPage(
        name=record.facts.name or shop_id,
        kind=visit.language.text(SUBJECT_NAMES["shop"]),
        facts=shop_facts(visit, record.facts),
        links=[_link(visit, world, link, "account") for link in record.live.values()],
        waivers=_waivers(visit, record.waivers),
        tickets=_tickets(visit, shop_id=shop_id),
        refusals=_refusals(visit, page_of_refusals(_EACH, None, shop_id=shop_id), "account_id"),
        timeline=show_timeline(visit, [event for _, event in newest_events(_EACH, shop_id=shop_id)]),
    )
    return PageContent("support/record.html", view)


@page("support/accounts/<str:account_id>", SUPPORT)
def account(visit: Visit, account_id: str) -> PageResponse:
    """An account: facts, live links, waivers, tickets, refusals and events."""
    world = look_at(accounts=[account_id]).world
    record = world.accounts.get(account_id)
    if record is None:
        raise Http404
    view = SubjectPage(
        name=f"@{record.facts.handle}" if record.facts.handle else account_id,
        kind=visit.language.text(SUBJECT_NAMES["account"]),
        facts=account_facts(visit, record.facts),
        links=[_link(visit, world, link, "shop") for link in record.live.values()],
        waivers=_waivers(visit, record.waivers),
        tickets=_tickets(visit, account_id=account_id),
        refusals=_refusals(visit, page_of_refusals(_EACH, None, account_id=account_id), "shop_id"),
        timeline=show_timeline(visit, [event for _, event in newest_events(_EACH, account_id=account_id)]),
    )
    return PageContent("support/record.html", view)


def _link(visit: Visit, world: World, link: Link, other: str) -> SubjectLinkRow:
    held = review_reasons(world, link, world.now)
    if other == "shop":
        url, name = f"/support/shops/{link.shop_id}", world.shops[link.shop_id].facts.name or link.shop_id
    else:
        handle = world.accounts[link.account_id].facts.handle
        url, name = f"/support/accounts/{link.account_id}", f"@{handle}" if handle else link.account_id
    return SubjectLinkRow(
        url=url,
        other=name,
        role=show_role(visit, link.role),
        status=show_link_status(link),
        next_actor=show_next_actor(next_actor(link, held, world.shops[link.shop_id].facts.decided)),
        held=[say_reason(reason, visit.language, visit.zone).problem for reason in held],
    )


def _waivers(visit: Visit, waivers: list[Waiver]) -> list[SubjectWaiverRow]:
    return [
        SubjectWaiverRow(
            say_reason_title(waiver.code, visit.language),
            show_instant(visit, waiver.until) if waiver.until else None,
            waiver.note,
        )
        for waiver in waivers
        if waiver.in_force(visit.now)
    ]


def _tickets(visit: Visit, shop_id: str | None = None, account_id: str | None = None) -> list[TicketRow]:
    tickets = page_of_tickets(visit.now, _EACH, 0, shop_id=shop_id, account_id=account_id, newest_first=True)
    return [
        show_row(visit, seen, f"/support/tickets/{seen.ticket.ticket_id}")
        for seen in current_tickets(tickets)
    ]


def _refusals(visit: Visit, refusals: list[StoredRefusal], other: str) -> list[RefusalRow]:
    ids = {str(refusal.command.get(other) or "") for refusal in refusals}
    shops, accounts = names(ids, ids)
    known = shops if other == "shop_id" else {key: f"@{name}" for key, name in accounts.items() if name}
    rows = []
    for refusal in refusals:
        who = str(refusal.command.get(other) or "")
        texts = [say_reason(read_reason(reason), visit.language, visit.zone) for reason in refusal.reasons]
        rows.append(
            RefusalRow(
                show_instant(visit, refusal.at),
                say_command(str(refusal.command["command"])),
                known.get(who) or who,
                [each.problem for each in texts],
            )
        )
    return rows

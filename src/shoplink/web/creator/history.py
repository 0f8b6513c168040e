"""Every link of an account, live or ended: with which shop, from when to when, how it ended, what was written."""

from itertools import islice

from msgspec import Struct

from shoplink.core import Event, Link
from shoplink.core.events import LinkEvent
from shoplink.flows.look import CurrentState, look_at
from shoplink.store.read.link import newest_links_of_account, timelines
from shoplink.store.read.names import names
from shoplink.web.creator.account import handle_of
from shoplink.web.creator.terms import Agreed, agreed_with
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import CREATOR
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.state import show_link_status, show_role
from shoplink.web.view_model.timeline import TimelineRow, show_timeline
from shoplink.wording.sentences import N_

_PAGE = 20


class PastLink(Struct, frozen=True):
    """A link of the account; `since` is when it was established, and None if it never was."""

    shop: str
    role: str
    status: Badge
    invited_at: Instant | None
    since: Instant | None
    ended_at: Instant | None
    agreed: Agreed
    timeline: list[TimelineRow]


class HistoryPage(Struct, frozen=True):
    """A page of the account's links, the newest first."""

    account_id: str
    handle: str
    links: list[PastLink]
    next_url: str
    first_url: str


@page("creator/<str:account_id>/history", CREATOR, menu=Menu(icon="history", title=N_("History")))
def history(visit: Visit, account_id: str) -> PageResponse:
    """The links of the account."""
    before = visit.number("before")
    found = newest_links_of_account(account_id, _PAGE + 1, before)
    rows = found[:_PAGE]
    seen = look_at(accounts=[account_id])
    shops, _accounts = names({link.shop_id for _, link in rows}, ())
    events = timelines(link.link_id for _, link in rows)
    for event in seen.due:
        if isinstance(event, LinkEvent) and event.link_id in events:
            events[event.link_id].append(event)
    here = f"/creator/{account_id}/history"
    view = HistoryPage(
        account_id=account_id,
        handle=handle_of(seen.world, account_id),
        links=_shown(visit, seen, [link for _, link in rows], shops, events),
        next_url=f"{here}?before={rows[-1][0]}" if len(found) > _PAGE else "",
        first_url=here if before is not None else "",
    )
    return PageContent("creator/history.html", view)


def _shown(
    visit: Visit, seen: CurrentState, links: list[Link], shops: dict[str, str], events: dict[str, list[Event]]
) -> list[PastLink]:
    """The links as they stand now. The timelines of all of them are worded together, for the sake of one statement."""
    in_order = [event for link in links for event in reversed(events.get(link.link_id, []))]
    rows = iter(show_timeline(visit, in_order))
    shown = []
    for stored in links:
        link = seen.up_to_date(stored)
        shown.append(
            PastLink(
                shop=shops.get(link.shop_id) or link.shop_id,
                role=show_role(visit, link.role),
                status=show_link_status(link),
                invited_at=show_instant(visit, link.invited_at) if link.invited_at else None,
                since=show_instant(visit, link.linked_at) if link.linked_at else None,
                ended_at=show_instant(visit, link.ended_at) if link.ended_at else None,
                agreed=agreed_with(visit, link),
                timeline=list(islice(rows, len(events.get(link.link_id, [])))),
            )
        )
    return shown

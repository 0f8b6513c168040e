"""The audit log: every event, newest first, with the person who acted."""

from msgspec import Struct

from shoplink.store.read.history import newest_events
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.state import names_behind, show_actor
from shoplink.wording import say_event
from shoplink.wording.sentences import N_

_PAGE = 50


class AuditRow(Struct, frozen=True):
    """An event: when, what, about which shop, account and link, and by whom."""

    at: Instant
    type: str
    text: str
    shop_id: str
    account_id: str
    link_id: str
    side: str
    who: str


class AuditPage(Struct, frozen=True):
    """A page of the audit log."""

    rows: list[AuditRow]
    next_url: str
    first_url: str


@page("platform/audit", PLATFORM, menu=Menu(icon="list-search", title=N_("Audit log")))
def audit(visit: Visit) -> PageResponse:
    """Events, newest first; `?before=` continues after that number."""
    before = visit.number("before")
    events = newest_events(_PAGE + 1, before)
    name_of = names_behind(visit, (event.by for _number, event in events))
    rows = [
        AuditRow(
            at=show_instant(visit, event.at),
            type=str(event.__struct_config__.tag),
            text=say_event(event, visit.language, visit.zone),
            shop_id=getattr(event, "shop_id", None) or "",
            account_id=getattr(event, "account_id", None) or "",
            link_id=getattr(event, "link_id", None) or "",
            side=show_actor(event.by),
            who=name_of(event.by),
        )
        for _number, event in events[:_PAGE]
    ]
    next_url = f"/platform/audit?before={events[_PAGE - 1][0]}" if len(events) > _PAGE else ""
    return PageContent("platform/audit.html", AuditPage(rows, next_url, "/platform/audit" if before else ""))

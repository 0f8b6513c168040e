"""Every link of a shop, live or ended, in pages and as a file."""

from collections.abc import Iterator
from typing import get_args
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, World
from shoplink.core.facts import LinkStatus
from shoplink.flows.look import look_at
from shoplink.store.read.link import page_of_links
from shoplink.web.page.declare import page
from shoplink.web.page.export import Cell, export, requested_format
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SELLER
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.shop import account_name, shop_name
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.matches import search_text
from shoplink.web.view_model.state import show_link_status, show_role, show_status
from shoplink.wording.sentences import N_

_PAGE = 50
_FILE_PAGE = 1_000
_FILE_ROWS_MAX = 50_000


class LinkRow(Struct, frozen=True):
    """A link in the table."""

    url: str
    account: str
    account_id: str
    role: str
    status: Badge
    invited_at: Instant | None
    linked_at: Instant | None
    ended_at: Instant | None


class Links(Struct, frozen=True):
    """A page of a shop's links."""

    shop_id: str
    shop: str
    rows: list[LinkRow]
    text: str
    status: str
    export_query: str
    statuses: list[tuple[str, str, bool]]
    next_url: str
    first_url: str


@page("seller/<str:shop_id>/links", SELLER, menu=Menu(icon="history", title=N_("History")))
def links(visit: Visit, shop_id: str) -> PageResponse:
    """The links in the order recorded; `?status=`: those of one status; `?q=`: those whose account or id it finds."""
    status = visit.query.get("status", "")
    status = status if status in get_args(LinkStatus) else ""
    text = search_text(visit.query.get("q", ""))
    kind = requested_format(visit)
    if kind is not None:
        return export(visit, kind, f"links-{shop_id}", _header(), _every_row(visit, shop_id, status, text))
    cursor = visit.number("cursor") or 0
    rows, last, world = _read(visit, shop_id, status, cursor, _PAGE, text)
    shown = urlencode({"status": status, "q": text})
    address = f"/seller/{shop_id}/links?{shown}"
    view = Links(
        shop_id=shop_id,
        shop=shop_name(world, shop_id),
        rows=[_row(visit, world, link) for link in rows],
        text=text,
        status=status,
        export_query=shown,
        statuses=[
            ("", _("All"), not status),
            *((each, show_status(each).text, each == status) for each in get_args(LinkStatus)),
        ],
        next_url=f"{address}&cursor={last}" if last else "",
        first_url=address if cursor else "",
    )
    return PageContent("seller/links.html", view)


def _read(  # noqa: PLR0913, PLR0917 (what is shown, and from where)
    visit: Visit, shop_id: str, status: str, after: int, limit: int, text: str
) -> tuple[list[Link], int, World]:
    """Links after the number `after` as they stand now, the number to continue from (0 at the end), and their World."""
    links = page_of_links(visit.now, limit + 1, after, shop_id=shop_id, status=status or None, text=text)
    page_rows = links[:limit]
    seen = look_at(shops=[shop_id], accounts={link.account_id for _, link in page_rows})
    settled = [seen.up_to_date(link) for _, link in page_rows]
    last = page_rows[-1][0] if len(links) > limit else 0
    return [link for link in settled if status in {"", link.status}], last, seen.world


def _row(visit: Visit, world: World, link: Link) -> LinkRow:
    return LinkRow(
        url=f"/seller/{link.shop_id}/links/{link.link_id}",
        account=account_name(world, link.account_id),
        account_id=link.account_id,
        role=show_role(visit, link.role),
        status=show_link_status(link),
        invited_at=show_instant(visit, link.invited_at) if link.invited_at else None,
        linked_at=show_instant(visit, link.linked_at) if link.linked_at else None,
        ended_at=show_instant(visit, link.ended_at) if link.ended_at else None,
    )


def _header() -> list[str]:
    return [
        _("Link ID"), _("Account"), _("Account ID"), _("Role"), _("Status"), _("Invited"), _("Confirmed"),
        _("Linked since"), _("Ended"), _("Settlement"), _("Reference"),
    ]  # fmt: skip


def _every_row(visit: Visit, shop_id: str, status: str, text: str) -> Iterator[list[Cell]]:
    after, count = 0, 0
    while count < _FILE_ROWS_MAX:
        rows, after, world = _read(visit, shop_id, status, after, _FILE_PAGE, text)
        for link in rows:
            count += 1
            yield [
                link.link_id, account_name(world, link.account_id), link.account_id, show_role(visit, link.role),
                show_link_status(link).text, link.invited_at, link.accepted_at, link.linked_at, link.ended_at,
                link.settlement, link.reference,
            ]  # fmt: skip
        if not after:
            return

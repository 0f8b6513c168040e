"""Search shops, accounts, links and people by the start of their ids, names or addresses."""

from msgspec import Struct

from shoplink.store.read.search import SearchResult, search_by_beginning
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.wording.sentences import N_

_TEXT_MAX = 200


class SearchPage(Struct, frozen=True):
    """The search text and the matches; `found` is None without a search."""

    text: str
    found: SearchResult | None
    nothing: bool


@page("platform/search", PLATFORM, menu=Menu(icon="search", title=N_("Search")))
def search(visit: Visit) -> PageResponse:
    """The matches for `?q=`."""
    text = visit.query.get("q", "").strip().removeprefix("@").replace("\x00", "")[:_TEXT_MAX]
    found = search_by_beginning(text) if text else None
    nothing = found is not None and not (found.shops or found.accounts or found.links or found.people)
    return PageContent("platform/search.html", SearchPage(text, found, nothing))

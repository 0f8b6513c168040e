"""Search shops, accounts, links and people."""

from shoplink.store.read.search import search_all
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.matches import SearchPage, search_text, show_matches
from shoplink.wording.sentences import N_


@page("platform/search", PLATFORM, menu=Menu(icon="search", title=N_("Search")))
def search(visit: Visit) -> PageResponse:
    """The matches for `?q=`."""
    text = search_text(visit.query.get("q", ""))
    groups = (
        show_matches(search_all(text, people=True), "/platform", lambda one: f"/platform/links/{one.key}")
        if text
        else []
    )
    return PageContent("platform/search.html", SearchPage(text, groups))

"""The home page: it leads to the person's first place, or shows how to get one."""

from django.http import HttpResponseRedirect

from shoplink.demo.personas import is_demo
from shoplink.web.page.declare import page
from shoplink.web.request.access import ANYONE, places_of
from shoplink.web.request.visit import PageContent, PageResponse, Visit


@page("", ANYONE)
def door(visit: Visit) -> PageResponse:
    """Redirect a signed-in person to the first of their places. Show others how to sign in."""
    if visit.signed_in:
        may = places_of(visit.request)
        if may.platform or may.support:
            return HttpResponseRedirect("/platform/" if may.platform else "/support/")
        if may.shops:
            return HttpResponseRedirect("/seller/" if len(may.shops) > 1 else f"/seller/{may.shops[0]}/")
        if may.accounts:
            return HttpResponseRedirect(f"/creator/{may.accounts[0]}/")
    if is_demo():
        return HttpResponseRedirect("/demo")
    return PageContent("front/nowhere.html" if visit.signed_in else "front/door.html")

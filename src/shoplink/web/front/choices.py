"""The reader's own choices: language, colour scheme, and in the demo the country of the network; kept in cookies."""

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from shoplink.demo.personas import is_demo
from shoplink.web.page.declare import page
from shoplink.web.page.frame import THEME_COOKIE, THEMES
from shoplink.web.request.access import ANYONE
from shoplink.web.request.network import DEMO_CHOICES, DEMO_COOKIE
from shoplink.web.request.reader import set_cookie
from shoplink.web.request.visit import PageResponse, Visit


@page("choices", ANYONE, posts=True)
def choices(visit: Visit) -> PageResponse:
    """Keep what was chosen (the language is kept by the reader's middleware), and go back to the page."""
    response = HttpResponseRedirect(way_back(visit.request))
    theme, network = visit.form.get("theme"), visit.form.get("network")
    if theme in THEMES:
        set_cookie(response, visit.request, THEME_COOKIE, theme)
    if network in DEMO_CHOICES and is_demo():
        set_cookie(response, visit.request, DEMO_COOKIE, network)
    return response


def way_back(request: HttpRequest) -> str:
    """Where a form says it came from, if that is an address of ours; else the start."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if safe else "/"

"""The reader's own choices: language, colour scheme, and in the demo the country of the network; kept in cookies."""

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from shoplink.demo.personas import is_demo
from shoplink.web.access import ANYONE
from shoplink.web.frame import THEME_COOKIE, THEMES
from shoplink.web.network import DEMO_CHOICES, DEMO_COOKIE
from shoplink.web.page import page
from shoplink.web.reader import keep
from shoplink.web.visit import Answer, Visit


@page("choices", ANYONE, posts=True)
def choices(visit: Visit) -> Answer:
    """Keep what was chosen (the language is kept by the reader's middleware), and go back to the page."""
    response = HttpResponseRedirect(way_back(visit.request))
    theme, network = visit.typed.get("theme"), visit.typed.get("network")
    if theme in THEMES:
        keep(response, visit.request, THEME_COOKIE, theme)
    if network in DEMO_CHOICES and is_demo():
        keep(response, visit.request, DEMO_COOKIE, network)
    return response


def way_back(request: HttpRequest) -> str:
    """Where a form says it came from, if that is an address of ours; else the start."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if safe else "/"

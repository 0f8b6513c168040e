"""The reader's choices, stored in cookies: language, colour scheme, and in the demo the country of the network."""

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
    """Store the choice and return to the page. The reader's middleware stores the language."""
    response = HttpResponseRedirect(return_address(visit.request))
    theme, network = visit.form.get("theme"), visit.form.get("network")
    if theme in THEMES:
        set_cookie(response, visit.request, THEME_COOKIE, theme)
    if network in DEMO_CHOICES and is_demo():
        set_cookie(response, visit.request, DEMO_COOKIE, network)
    return response


def return_address(request: HttpRequest) -> str:
    """The address in the form's `next` field if it is one of ours; else the home page."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if safe else "/"

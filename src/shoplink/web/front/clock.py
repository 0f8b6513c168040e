"""The clock of the demo: every persona can move it forward, from the banner of any page."""

from datetime import timedelta
from types import MappingProxyType

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext as _

from shoplink.demo.personas import is_demo
from shoplink.flows.sandbox.clock import ClockReading, Whereto, move_clock
from shoplink.web.front.choices import return_address
from shoplink.web.page.declare import page
from shoplink.web.request.access import PERSON
from shoplink.web.request.visit import PageResponse, Visit
from shoplink.wording.sentences import N_

MOVES: MappingProxyType[str, Whereto] = MappingProxyType(
    {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "next": "next", "180d": timedelta(days=180)}
)
"""How far a button of the banner moves the clock."""

_PROBLEMS = {
    "moved": N_("The clock has been moved in the meantime; nothing was done."),
    "nothing_due": N_("There is no deadline ahead; nothing was done."),
    "too_far": N_("The clock cannot be moved any further; nothing was done."),
}

_DIGITS_MAX = 18


@page("demo/clock", PERSON, posts=True)
def clock(visit: Visit) -> PageResponse:
    """Move the clock, once for each banner that was seen, and return to the page."""
    whereto = MOVES.get(visit.form.get("move", ""))
    if not is_demo() or (visit.submitted and whereto is None):
        raise Http404
    if visit.submitted and whereto is not None:
        moved = move_clock(whereto, seen=_seen(visit.form.get("moved", "")))
        if isinstance(moved, ClockReading):
            now = visit.language.instant(moved.now, visit.zone)
            messages.success(visit.request, _("Now it is {instant}.").format(instant=now))
        else:
            messages.error(visit.request, _(_PROBLEMS[moved]))
    return HttpResponseRedirect(return_address(visit.request))


def _seen(text: str) -> timedelta:
    """By how much the clock had been moved, as the banner said in microseconds. Raises Http404."""
    if not (text.isascii() and text.isdecimal()) or len(text) > _DIGITS_MAX:
        raise Http404
    return timedelta(microseconds=int(text))

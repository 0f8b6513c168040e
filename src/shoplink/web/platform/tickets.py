"""The tickets for the platform's staff: those that support handed over to them, and every other."""

from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.visit import PageResponse, Visit
from shoplink.web.support.queue import queue_of_staff
from shoplink.web.support.ticket import ticket_of_staff
from shoplink.wording.sentences import N_


@page("platform/tickets", PLATFORM, posts=True, menu=Menu(icon="headset", title=N_("Tickets")))
def tickets(visit: Visit) -> PageResponse:
    """The queue, first of all what was handed over to the platform's staff."""
    return queue_of_staff(visit)


@page("platform/tickets/<str:ticket_id>", PLATFORM, posts=True)
def ticket(visit: Visit, ticket_id: str) -> PageResponse:
    """One ticket, as support sees it; corrections and waivers are made on the pages of the platform."""
    return ticket_of_staff(visit, ticket_id)

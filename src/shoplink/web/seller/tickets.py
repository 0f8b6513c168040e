"""The shop's tickets with support."""

from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SELLER
from shoplink.web.request.visit import PageResponse, Visit
from shoplink.web.ticket.own import my_ticket, my_tickets, new_ticket
from shoplink.wording.sentences import N_


@page("seller/<str:shop_id>/tickets", SELLER, menu=Menu(icon="headset", title=N_("My tickets")))
def tickets(visit: Visit, shop_id: str) -> PageResponse:
    """The shop's tickets with their status."""
    return my_tickets(visit, f"/seller/{shop_id}/")


@page("seller/<str:shop_id>/tickets/new", SELLER, posts=True)
def open_ticket(visit: Visit, shop_id: str) -> PageResponse:
    """R39: open a ready-made ticket with one click on a refusal."""
    return new_ticket(visit, f"/seller/{shop_id}/")


@page("seller/<str:shop_id>/tickets/<str:ticket_id>", SELLER, posts=True)
def ticket(visit: Visit, shop_id: str, ticket_id: str) -> PageResponse:
    """One ticket: the decision then and now, and the conversation."""
    return my_ticket(visit, f"/seller/{shop_id}/", ticket_id)

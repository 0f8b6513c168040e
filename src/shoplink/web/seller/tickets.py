"""The shop's tickets with support: opened from what was refused, and answered."""

from shoplink.web.access import SELLER
from shoplink.web.frame import Menu
from shoplink.web.page import page
from shoplink.web.ticket.own import my_ticket, my_tickets, new_ticket
from shoplink.web.visit import Answer, Visit
from shoplink.wording.sentences import N_


@page("seller/<str:shop_id>/tickets", SELLER, menu=Menu(icon="headset", title=N_("My tickets")))
def tickets(visit: Visit, shop_id: str) -> Answer:
    """What the shop asked support, and how it stands."""
    return my_tickets(visit, f"/seller/{shop_id}/")


@page("seller/<str:shop_id>/tickets/new", SELLER, posts=True)
def open_ticket(visit: Visit, shop_id: str) -> Answer:
    """R39: one click on what was refused is a ticket, already written."""
    return new_ticket(visit, f"/seller/{shop_id}/")


@page("seller/<str:shop_id>/tickets/<str:ticket_id>", SELLER, posts=True)
def ticket(visit: Visit, shop_id: str, ticket_id: str) -> Answer:
    """One ticket: the decision then and now, and what was said."""
    return my_ticket(visit, f"/seller/{shop_id}/", ticket_id)

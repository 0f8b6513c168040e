"""The creator's tickets with support."""

from shoplink.web.creator.account import account_links
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import CREATOR
from shoplink.web.request.visit import PageResponse, Visit
from shoplink.web.ticket.own import my_ticket, my_tickets, new_ticket
from shoplink.wording.sentences import N_


@page("creator/<str:account_id>/tickets", CREATOR, menu=Menu(icon="headset", title=N_("My tickets")))
def tickets(visit: Visit, account_id: str) -> PageResponse:
    """The account's tickets with their status."""
    return my_tickets(visit, f"/creator/{account_id}/")


@page("creator/<str:account_id>/tickets/new", CREATOR, posts=True)
def open_ticket(visit: Visit, account_id: str) -> PageResponse:
    """R39: open a ready-made ticket with one click; it is about the current link unless the form names a link or a shop."""
    return new_ticket(visit, f"/creator/{account_id}/", link=account_links(account_id).current)


@page("creator/<str:account_id>/tickets/<str:ticket_id>", CREATOR, posts=True)
def ticket(visit: Visit, account_id: str, ticket_id: str) -> PageResponse:
    """One ticket: the decision then and now, and the conversation."""
    return my_ticket(visit, f"/creator/{account_id}/", ticket_id)

"""The creator's tickets with support: opened from what was refused, and answered."""

from shoplink.web.access import CREATOR
from shoplink.web.creator.account import mine
from shoplink.web.frame import Menu
from shoplink.web.page import page
from shoplink.web.ticket.own import my_ticket, my_tickets, new_ticket
from shoplink.web.visit import Answer, Visit
from shoplink.wording.sentences import N_


@page("creator/<str:account_id>/tickets", CREATOR, menu=Menu(icon="headset", title=N_("My tickets")))
def tickets(visit: Visit, account_id: str) -> Answer:
    """What I asked support, and how it stands."""
    return my_tickets(visit, f"/creator/{account_id}/")


@page("creator/<str:account_id>/tickets/new", CREATOR, posts=True)
def open_ticket(visit: Visit, account_id: str) -> Answer:
    """R39: one click on what was refused is a ticket, already written; about my link unless it names another, or a shop."""
    return new_ticket(visit, f"/creator/{account_id}/", link=mine(account_id).current)


@page("creator/<str:account_id>/tickets/<str:ticket_id>", CREATOR, posts=True)
def ticket(visit: Visit, account_id: str, ticket_id: str) -> Answer:
    """One ticket: the decision then and now, and what was said."""
    return my_ticket(visit, f"/creator/{account_id}/", ticket_id)

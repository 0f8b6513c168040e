"""Which of the staff have a ticket: what a page says about it, and the form that gives the ticket to somebody."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.facts import Actor
from shoplink.core.precondition.subjects import TicketHolder
from shoplink.core.ticket.commands import AssignTicket, fields_naming
from shoplink.core.ticket.facts import STAFF, Team, Ticket, staff_id
from shoplink.flows.precondition import token_of
from shoplink.flows.ticket.read import CurrentTicket
from shoplink.store.people.membership import members, names_of
from shoplink.web.request.visit import Visit
from shoplink.web.ticket.view import issued, problem_of, send_ticket_command
from shoplink.wording.names import isolated

TEAMS: tuple[Team, ...] = ("support", "platform")


class HolderView(Struct, frozen=True):
    """Who has a ticket, in words; `mine`: the reader does. Each choice is a value, its text and whether it is so now."""

    text: str
    mine: bool
    choices: list[tuple[str, str, bool]]
    note: str
    seen: str
    problem: str


def show_holder(visit: Visit, seen: CurrentTicket, problem: str) -> HolderView:
    """Who has a ticket, and whom it can be given to. `problem` is one with the form that gives it to somebody."""
    ticket = seen.ticket
    now, me = (ticket.team, ticket.assignee), (visit.by.kind, staff_id(visit.by))
    names: dict[tuple[Team, str | None], str] = {
        (team, member.person_id): isolated(member.name or member.email or member.person_id)
        for team in TEAMS
        for member in members(team, "")
    }
    chosen = visit.form.get("holder") if problem else _value(*now)
    values: list[tuple[Team, str | None]] = [("support", None), ("platform", None)]
    values += [key for key in names if key != me and key[0] == visit.by.kind]
    if now not in values and now != me:
        values.append(now)
    return HolderView(
        text=say_holder(ticket, names.get(now, ticket.assignee or "")),
        mine=now == me,
        choices=[
            (_value(*each), _choice(*each, names.get(each, each[1] or "")), _value(*each) == chosen)
            for each in values
        ],
        note=visit.form.get("note", "") if problem else "",
        seen=token_of(seen.state, _subject(ticket)),
        problem=problem,
    )


def say_holder(ticket: Ticket, name: str) -> str:
    """Who has a ticket; `name` is that of the one to whom it is assigned."""
    if name:
        return name
    return _("The platform’s staff") if ticket.team == "platform" else _("Nobody yet")


def names_of_holders(tickets: list[Ticket]) -> dict[str, str]:
    """The names of those to whom tickets are assigned, by the id of each. One statement."""
    assigned = {ticket.assignee for ticket in tickets if ticket.assignee is not None}
    return {each: each for each in assigned} | {
        key: isolated(name) for key, name in names_of(assigned).items()
    }


def give(visit: Visit, seen: CurrentTicket, note: str | None) -> str:
    """Give the ticket to whom the form names, with a note about it; returns a problem, '' if there is none."""
    if visit.form.get("do") == "take":
        to = Actor(visit.by.kind, "", staff_id(visit.by))
    else:
        team, _colon, person = visit.form.get("holder", "").partition(":")
        if team not in STAFF:
            return _("Choose who is to have the ticket.")
        to = Actor("platform" if team == "platform" else "support", "", person or None)
    command = AssignTicket(
        **issued(visit, "assign"),
        **fields_naming(seen.ticket),
        team="platform" if to.kind == "platform" else "support",
        assignee=to.person,
        text=note,
    )
    subject = _subject(seen.ticket)
    return problem_of(visit, send_ticket_command(visit, command, subject), subject)


def _subject(ticket: Ticket) -> TicketHolder:
    return TicketHolder(ticket.shop_id, ticket.account_id, ticket_id=ticket.ticket_id)


def _value(team: Team, person: str | None) -> str:
    return f"{team}:{person or ''}"


def _choice(team: Team, person: str | None, name: str) -> str:
    if person is not None:
        return name
    return _("The platform’s staff") if team == "platform" else _("Support, for anybody to take")

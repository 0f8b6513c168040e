"""Decisions about commands on tickets. Deciding changes nothing."""

from typing import Any

import msgspec
from msgspec.structs import replace

from shoplink.core.decisions.outcome import Accepted, Decision, Refused
from shoplink.core.decisions.table import decide_listed
from shoplink.core.disclosure import Disclosure, disclose
from shoplink.core.facts import Actor, Side
from shoplink.core.instant import shift
from shoplink.core.reasons import Reason
from shoplink.core.ticket.assessment import assess, facts_of, next_change, question_of
from shoplink.core.ticket.commands import (
    AssignTicket,
    ChangeTicket,
    NoteInTicket,
    OpenTicket,
    ReopenTicket,
    ReplyToTicket,
    ResolveTicket,
    TicketCommand,
    WithdrawTicket,
)
from shoplink.core.ticket.events import (
    TicketAssigned,
    TicketClosed,
    TicketNoted,
    TicketOpened,
    TicketReopened,
    TicketReplied,
    TicketResolved,
)
from shoplink.core.ticket.facts import (
    OPEN,
    REOPENABLE,
    Message,
    NewMessage,
    NewNote,
    NewTicket,
    Review,
    Ticket,
    is_opener,
    may_see,
    name_of,
    staff_id,
)
from shoplink.core.world import World

TICKET_NOT_FOUND = Reason("ticket.not_found", "nobody")
TICKET_ENDED = Reason("ticket.ended", "nobody")
TICKET_ALREADY_OPEN = Reason("ticket.already_open", "nobody")
ASSIGNEE_NOT_IN_TEAM = Reason("ticket.assignee_not_in_team", "nobody")

_NOT_KEPT = {"command", "at", "by", "key", "about", "network_region"}


def open_ticket(world: World, command: OpenTicket) -> Decision:
    """R39: open a ticket if support can help with what the question is refused for, or is held by, now.

    If this side has an open ticket about the same, the command is accepted and nothing happens. A refusal has the
    reasons in the way, as far as the issuer may learn them, followed by the reason why no ticket is opened.
    """
    by, question = _issuer(command), command.question
    side = _side(by)
    if world.desk.open_about(question, side) is not None:
        return Accepted(())
    standing = assess(world, question)
    reasons = standing.reasons if isinstance(question, Review) else _reasons(world, command)
    link = world.link(question.shop_id, question.account_id)
    if not standing.may_be_asked:
        return _not_for_support(disclose(by, link, reasons), needed=bool(reasons) and not standing.reached)
    fields: dict[str, Any] = msgspec.to_builtins(question)
    ticket = Ticket(
        number=0,
        ticket_id=world.mint("ticket"),
        shop_id=question.shop_id,
        account_id=question.account_id,
        link_id=link.link_id if link is not None and link.link_id in world.live else None,
        market=world.shops[question.shop_id].facts.market,
        side=side,
        opened_by=by,
        command=name_of(question),
        fields={name: value for name, value in fields.items() if name not in _NOT_KEPT and value is not None},
        reasons=reasons,
        facts=facts_of(world, question.shop_id, question.account_id),
        status="open",
        cause=None,
        opened_at=command.at,
        updated_at=command.at,
        ended_at=None,
        due_at=next_change(world, standing.reasons),
    )
    opened = TicketOpened(
        **_about(ticket), at=command.at, by=by, codes=[reason.code for reason in ticket.reasons]
    )
    return Accepted((opened,), records=(NewTicket(ticket), *_messages(command, ticket)))


def reply_to_ticket(world: World, command: ReplyToTicket) -> Decision:
    """Add a message to a ticket that has not ended."""
    ticket = _open_ticket(world, command)
    if isinstance(ticket, Refused):
        return ticket
    replied = TicketReplied(**_about(ticket), at=command.at, by=command.by)
    return Accepted((replied,), records=_messages(command, ticket))


def resolve_ticket(world: World, command: ResolveTicket) -> Decision:
    """End a ticket that has not ended, as support."""
    ticket = _open_ticket(world, command)
    if isinstance(ticket, Refused):
        return ticket
    resolved = TicketResolved(**_about(ticket), at=command.at, by=command.by)
    return Accepted((resolved,), records=_messages(command, ticket))


def withdraw_ticket(world: World, command: WithdrawTicket) -> Decision:
    """End a ticket that has not ended, as the side that opened it."""
    ticket = _open_ticket(world, command)
    if isinstance(ticket, Refused):
        return ticket
    if not is_opener(_issuer(command), ticket):
        return Refused((TICKET_NOT_FOUND,))
    closed = TicketClosed(**_about(ticket), at=command.at, by=command.by, cause="withdrawn")
    return Accepted((closed,), records=_messages(command, ticket))


def reopen_ticket(world: World, command: ReopenTicket) -> Decision:
    """Reopen a ticket that has ended, within 14 days, while support can help with what it is about.

    One that has not ended is accepted, and nothing happens. A refusal has the reasons in the way, as far as the issuer
    may learn them, followed by the reason why the ticket stays ended.
    """
    ticket, by = _named(world, command), _issuer(command)
    if ticket is None or not may_see(by, ticket):
        return Refused((TICKET_NOT_FOUND,))
    if ticket.ended_at is None:
        return Accepted(())
    if command.at >= shift(ticket.ended_at, REOPENABLE):
        params = {"ended_at": ticket.ended_at, "days": REOPENABLE.days}
        return Refused((Reason("ticket.reopen_period_over", "nobody", params=params),))
    if world.desk.open_like(ticket) is not None:
        return Refused((TICKET_ALREADY_OPEN,))
    standing = assess(world, question_of(ticket))
    if not standing.may_be_asked:
        link = world.link(ticket.shop_id, ticket.account_id)
        needed = bool(standing.reasons) and not standing.reached
        return _not_for_support(disclose(by, link, standing.reasons), needed=needed)
    reopened = TicketReopened(**_about(ticket), at=command.at, by=by)
    return Accepted((reopened,), records=_messages(command, ticket))


def assign_ticket(world: World, command: AssignTicket) -> Decision:
    """Give a ticket that has not ended to a team, and to a person of it or to nobody yet; `text` is a note about it."""
    ticket = _open_ticket(world, command)
    if isinstance(ticket, Refused):
        return ticket
    if not _is_in_team(world, command):
        return Refused((ASSIGNEE_NOT_IN_TEAM,))
    held = (command.team, command.assignee) == (ticket.team, ticket.assignee)
    fields = {**_about(ticket), "at": command.at, "by": command.by}
    assigned = () if held else (TicketAssigned(**fields, team=command.team, assignee=command.assignee),)
    noted = () if command.text is None else (TicketNoted(**fields),)
    return Accepted((*assigned, *noted), records=_notes(command, ticket))


def note_in_ticket(world: World, command: NoteInTicket) -> Decision:
    """Add an internal note to a ticket, ended or not."""
    ticket = _named(world, command)
    if ticket is None:
        return Refused((TICKET_NOT_FOUND,))
    noted = TicketNoted(**_about(ticket), at=command.at, by=command.by)
    return Accepted((noted,), records=_notes(command, ticket))


def _is_in_team(world: World, command: AssignTicket) -> bool:
    """Whether the assignee is of the team: a member of its staff, or the issuer, who may be a program of it."""
    by = _issuer(command)
    if command.assignee is None or (by.kind, staff_id(by)) == (command.team, command.assignee):
        return True
    return command.assignee in world.people.members((command.team, ""))


def _not_for_support(disclosed: Disclosure, *, needed: bool) -> Refused:
    """The reasons that the issuer may learn, followed by why there is no ticket about them."""
    code = "ticket.beyond_support" if needed else "ticket.not_needed"
    params = {"creator_can_see": True} if disclosed.creator_can_see else {}
    return Refused((*disclosed.reasons, Reason(code, "nobody", params=params)))


def _open_ticket(world: World, command: ChangeTicket) -> Ticket | Refused:
    """The ticket that a command names, or why it cannot be changed."""
    ticket = _named(world, command)
    if ticket is None or not may_see(_issuer(command), ticket):
        return Refused((TICKET_NOT_FOUND,))
    return ticket if ticket.status in OPEN else Refused((TICKET_ENDED,))


def _named(world: World, command: ChangeTicket) -> Ticket | None:
    ticket = world.desk.tickets.get(command.ticket_id)
    pair = (command.shop_id, command.account_id)
    return ticket if ticket is not None and (ticket.shop_id, ticket.account_id) == pair else None


def _reasons(world: World, command: OpenTicket) -> tuple[Reason, ...]:
    """Why the command that a ticket asks about is refused now; the network is that of the issuer."""
    assert not isinstance(command.question, Review), "a review is no command"
    decision = decide_listed(world, replace(command.question, at=command.at, by=command.by))
    return decision.reasons if isinstance(decision, Refused) else ()


def _messages(command: TicketCommand, ticket: Ticket) -> tuple[NewMessage, ...]:
    if command.text is None:
        return ()
    message = Message(command.at, _issuer(command), command.text, command.evidence)
    return (NewMessage(ticket.ticket_id, message),)


def _notes(command: TicketCommand, ticket: Ticket) -> tuple[NewNote, ...]:
    return tuple(NewNote(new.ticket_id, new.message) for new in _messages(command, ticket))


def _about(ticket: Ticket) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in ("ticket_id", "shop_id", "account_id", "link_id")}


def _issuer(command: TicketCommand) -> Actor:
    assert command.by is not None, "a command about a ticket has an issuer"
    return command.by


def _side(by: Actor) -> Side:
    assert by.kind in {"shop", "creator"}, "a shop or a creator opens a ticket"
    return "shop" if by.kind == "shop" else "creator"

"""Tickets by the log, and the rows compared with them."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from msgspec import Struct

from shoplink.core.ticket.events import (
    InternalTicketEvent,
    TicketAssigned,
    TicketClosed,
    TicketEvent,
    TicketNoted,
    TicketOpened,
    TicketReopened,
    TicketReplied,
    TicketResolved,
)
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.difference import EXTRA, LOG, MISSING, Difference, column_differences, show_value
from shoplink.store.database.fields import to_micros
from shoplink.store.write.log import Row, ticket_rows

_OPEN = ("open", "answered")


class _Ticket(Struct):
    """A ticket by the log."""

    opened: TicketOpened
    status: str
    cause: str | None
    last: TicketEvent
    updated_at: datetime
    team: str = "support"
    assignee: str | None = None
    answered_at: datetime | None = None

    def row(self) -> Row:
        """The expected row."""
        by = self.opened.by
        return {
            "shop_id": self.opened.shop_id,
            "account_id": self.opened.account_id,
            "link_id": self.opened.link_id,
            "by_kind": by.kind if by else "",
            "by_id": by.id if by else "",
            "by_person": by.person if by else None,
            "status": self.status,
            "cause": self.cause,
            "opened_at": to_micros(self.opened.at),
            "updated_at": to_micros(self.updated_at),
            "ended_at": None if self.status in _OPEN else to_micros(self.updated_at),
            "team": self.team,
            "assignee": self.assignee,
            "answered_at": to_micros(self.answered_at),
        }

    def happen(self, event: TicketEvent) -> None:
        """Apply an event after the opening."""
        self.last = event
        if not isinstance(event, InternalTicketEvent):
            self.updated_at = event.at
        match event:
            case TicketReplied(by=by):
                by_staff = by is not None and by.kind in {"support", "platform"}
                self.status = "answered" if by_staff else "open"
                self.answered_at = self.answered_at or (event.at if by_staff else None)
            case TicketResolved():
                self.status, self.answered_at = "resolved", self.answered_at or event.at
            case TicketClosed(cause=cause):
                self.status, self.cause = "closed", cause
            case TicketReopened():
                self.status, self.cause = "open", None
            case TicketAssigned(team=team, assignee=assignee):
                self.team, self.assignee = team, assignee


class Tickets:
    """Applies the events of tickets one by one, and holds the state of each ticket."""

    def __init__(self) -> None:
        """No ticket was opened."""
        self._tickets: dict[str, _Ticket] = {}

    def apply(self, event: TicketEvent) -> Iterator[str]:
        """Apply an event; yields in words why it cannot have happened."""
        known = self._tickets.get(event.ticket_id)
        if isinstance(event, TicketOpened):
            if known is not None:
                yield f"{event.ticket_id} was opened before"
            self._tickets[event.ticket_id] = _Ticket(event, "open", None, event, event.at)
            return
        if known is None:
            yield f"{event.ticket_id} was never opened"
            return
        if (known.status in _OPEN) == isinstance(event, TicketReopened) and not isinstance(
            event, TicketNoted
        ):
            yield f"{event.ticket_id} was {known.status!r} then"
        if event.at < known.last.at:
            yield f"it happened before what stands before it, {show_value(known.last.at)}"
        known.happen(event)

    def compare(self, counts: VerifyCounts) -> Iterator[Difference]:
        """Every difference in the rows of tickets."""
        for row in ticket_rows():
            counts.tickets += 1
            ticket_id = row["ticket_id"]
            known = self._tickets.pop(ticket_id, None)
            if known is None:
                yield Difference("ticket", ticket_id, EXTRA)
                continue
            yield from column_differences("ticket", ticket_id, known.row(), row, LOG)
            yield from _codes(known.opened, row)
        for ticket_id in self._tickets:
            yield Difference("ticket", ticket_id, MISSING)


def _codes(opened: TicketOpened, row: Row) -> Iterator[Difference]:
    """The reasons in a ticket's row are those with which it was opened."""
    try:
        codes = [reason["code"] for reason in msgspec.json.decode(row["reasons"])]
    except (msgspec.MsgspecError, TypeError, KeyError):
        codes = []
    if codes != opened.codes:
        problem = f"the log says {show_value(opened.codes)}, the row {show_value(codes)}"
        yield Difference("ticket", opened.ticket_id, problem, "reasons", opened.codes, codes)

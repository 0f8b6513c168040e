"""The queue of staff: tickets by who has them, market, reason and text, with how many there are of each status."""

from datetime import datetime
from typing import get_args

from msgspec import Struct

from shoplink.core.ticket.facts import Status, Team, Ticket
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import query
from shoplink.store.ticket.tickets import Condition, may_be, page_where, where


class TicketFilter(Struct, frozen=True, kw_only=True):
    """What tickets of the queue are wanted; None and '' stand for all.

    `assignee` is the id of the one who has them, `unassigned` asks for those that nobody has yet. `reason` is the code of
    one with which they were opened. `text` is a part of the number or id, of the shop's or account's id or name, or of
    what was written.
    """

    market: str | None = None
    team: Team | None = None
    assignee: str | None = None
    unassigned: bool = False
    reason: str = ""
    text: str = ""


def page_of_queue(  # noqa: PLR0913 (which part of the queue)
    at: datetime, limit: int, after: int, status: Status, wanted: TicketFilter, *, newest_first: bool = False
) -> list[Ticket]:
    """One page of tickets that may have a status at an instant; whether time has ended one the caller works out."""
    return page_where([may_be(status, at), *_conditions(wanted)], limit, after, newest_first=newest_first)


def count_in_queue(at: datetime, wanted: TicketFilter) -> dict[Status, int]:
    """How many tickets there are of each status; one that time may have ended by an instant counts as closed."""
    conditions = _conditions(wanted)
    found = query(
        "SELECT CASE WHEN ended_at IS NULL AND due_at <= %s THEN 'closed' ELSE status END, count(*)"
        f" FROM ticket{where(conditions)} GROUP BY 1",
        to_micros(at),
        *(param for _, params in conditions for param in params),
    )
    counted: dict[str, int] = dict(found)
    return {status: counted.get(status, 0) for status in get_args(Status)}


def _conditions(wanted: TicketFilter) -> list[Condition]:
    found: list[Condition] = []
    if wanted.market:
        found.append(("market = %s", (wanted.market,)))
    if wanted.team is not None:
        found.append(("team = %s", (wanted.team,)))
    if wanted.assignee is not None:
        found.append(("assignee = %s", (wanted.assignee,)))
    if wanted.unassigned:
        found.append(("assignee IS NULL", ()))
    if wanted.reason:
        found.append((_like("reasons"), (_part(f'"code":"{wanted.reason}"'),)))
    if wanted.text:
        found.append(_holds(wanted.text))
    return found


def _holds(text: str) -> Condition:
    number = text.removeprefix("#")
    if number.isdecimal() and len(number) < _DIGITS:
        if text.startswith("#"):
            return "number = %s", (int(number),)
    else:
        number = "0"
    texts = [
        _like("ticket_id"),
        _like("shop_id"),
        _like("account_id"),
        f"EXISTS (SELECT 1 FROM shop WHERE shop.shop_id = ticket.shop_id AND {_like('name')})",
        f"EXISTS (SELECT 1 FROM account WHERE account.account_id = ticket.account_id AND {_like('handle')})",
        *(
            f"EXISTS (SELECT 1 FROM {table} AS said WHERE said.ticket_id = ticket.ticket_id AND {_like('text')})"
            for table in ("ticket_message", "ticket_note")
        ),
    ]
    part = _part(text.removeprefix("@"))
    return f"(number = %s OR {' OR '.join(texts)})", (int(number), *[part] * len(texts))


_DIGITS = 19


def _like(column: str) -> str:
    return f"lower({column}) LIKE %s ESCAPE '!'"


def _part(text: str) -> str:
    """The pattern of texts with this part, in any case."""
    for special in "!%_":
        text = text.replace(special, f"!{special}")
    return f"%{text.lower()}%"

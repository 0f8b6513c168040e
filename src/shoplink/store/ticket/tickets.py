"""Tickets in the database: queries, and which of them the timer has to check."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from shoplink.core.facts import Actor, Side
from shoplink.core.ticket.facts import Facts, Status, Ticket
from shoplink.core.wire_format import read_reason
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.sql import among, execute, ids, query, rows, rows_as

_OPEN = "status IN ('open', 'answered')"
_read_facts = msgspec.json.Decoder(Facts).decode


OPENED_COLUMNS = {
    "ticket_id": "text",
    "shop_id": "text",
    "account_id": "text",
    "link_id": "text",
    "market": "text",
    "side": "text",
    "by_kind": "text",
    "by_id": "text",
    "by_person": "text",
    "command": "text",
    "fields": "text",
    "reasons": "text",
    "facts": "text",
}
STATE_COLUMNS = {
    "status": "text",
    "cause": "text",
    "opened_at": "bigint",
    "updated_at": "bigint",
    "ended_at": "bigint",
    "due_at": "bigint",
    "team": "text",
    "assignee": "text",
    "answered_at": "bigint",
}
_SELECT = f"SELECT number, {', '.join([*OPENED_COLUMNS, *STATE_COLUMNS])}, forgotten_at FROM ticket"


def one_ticket(ticket_id: str) -> Ticket | None:
    """A ticket, as stored."""
    found = tickets_of([ticket_id])
    return found[0] if found else None


def tickets_of(ticket_ids: Iterable[str]) -> list[Ticket]:
    """Tickets by their ids, in the order of opening."""
    found = query(f"{_SELECT} WHERE {among('ticket_id')} ORDER BY number", ids(ticket_ids))
    return [_ticket(row) for row in found]


def tickets_named(ticket_ids: Iterable[str], questions: Iterable[tuple[str, str, str, str]]) -> list[Ticket]:
    """Tickets by id, and open ones by question (shop, account, command and side), in the order of opening.

    With a ticket that has ended comes the open one of the same side about the same, which keeps it from being reopened.
    """
    given = rows_as(shop_id="text", account_id="text", command="text", side="text")
    found = query(
        f"{_SELECT} WHERE number IN (SELECT number FROM ticket WHERE {among('ticket_id')}"
        f" UNION SELECT asked.number FROM {given} JOIN ticket AS asked"
        " ON asked.shop_id = given.shop_id AND asked.account_id = given.account_id"
        f" AND asked.command = given.command AND asked.side = given.side AND asked.{_OPEN}"
        " UNION SELECT alike.number FROM ticket AS ended JOIN ticket AS alike ON alike.shop_id = ended.shop_id"
        " AND alike.account_id = ended.account_id AND alike.command = ended.command AND alike.side = ended.side"
        f" AND alike.{_OPEN} WHERE ended.ended_at IS NOT NULL AND {among('ended.ticket_id')}) ORDER BY number",
        ids(ticket_ids),
        rows(sorted(questions)),
        ids(ticket_ids),
    )
    return [_ticket(row) for row in found]


def page_of_tickets(  # noqa: PLR0913 (what tickets may be asked for by)
    at: datetime,
    limit: int,
    after: int,
    *,
    shop_id: str | None = None,
    account_id: str | None = None,
    side: Side | None = None,
    status: Status | None = None,
    market: str | None = None,
    newest_first: bool = False,
) -> list[Ticket]:
    """One page of tickets in the order of opening (or from the newest on), after the number `after`.

    With a status: those that may have it at the instant; whether time has ended an open one the caller works out.
    """
    given = {"shop_id": shop_id, "account_id": account_id, "side": side, "market": market}
    wanted: list[Condition] = [
        (f"{column} = %s", (value,)) for column, value in given.items() if value is not None
    ]
    if status is not None:
        wanted.append(may_be(status, at))
    return page_where(wanted, limit, after, newest_first=newest_first)


Condition = tuple[str, tuple[Any, ...]]
"""A condition on the table `ticket`, with its parameters."""


def may_be(status: Status, at: datetime) -> Condition:
    """That a ticket may have a status at an instant; whether time has ended an open one the caller works out."""
    if status == "closed":
        return f"(status = 'closed' OR ({_OPEN} AND due_at <= %s))", (to_micros(at),)
    return "status = %s", (status,)


def page_where(
    wanted: Sequence[Condition], limit: int, after: int, *, newest_first: bool = False
) -> list[Ticket]:
    """One page of the tickets that fulfil all conditions, in the order of opening or from the newest on."""
    if after:
        wanted = [(f"number {'<' if newest_first else '>'} %s", (after,)), *wanted]
    found = query(
        f"{_SELECT}{where(wanted)} ORDER BY number{' DESC' if newest_first else ''} LIMIT %s",
        *(param for _, params in wanted for param in params),
        limit,
    )
    return [_ticket(row) for row in found]


def where(wanted: Sequence[Condition]) -> str:
    """The clause that all conditions hold."""
    return f" WHERE {' AND '.join(condition for condition, _ in wanted)}" if wanted else ""


def answered_for_shops(shop_ids: Iterable[str], limit: int) -> list[Ticket]:
    """Tickets of shops that support has answered, the oldest first."""
    found = query(
        f"{_SELECT} WHERE {among('shop_id')} AND side = 'shop' AND status = 'answered' ORDER BY number LIMIT %s",
        ids(shop_ids),
        limit,
    )
    return [_ticket(row) for row in found]


def set_tickets_due(starts: Iterable[tuple[str, datetime]]) -> None:
    """Make the open tickets of markets due at an instant, unless they are due before it."""
    execute(
        f"UPDATE ticket SET due_at = given.start_at FROM {rows_as(market='text', start_at='bigint')}"
        f" WHERE ticket.market = given.market AND {_OPEN}"
        " AND (ticket.due_at IS NULL OR ticket.due_at > given.start_at)",
        rows([(market, to_micros(start)) for market, start in starts]),
    )


def due_tickets(at: datetime, limit: int, after: int) -> list[tuple[int, str, str, str]]:
    """Open tickets that time may have ended by an instant, after the number `after`: number, id, shop and account."""
    return query(
        f"SELECT number, ticket_id, shop_id, account_id FROM ticket WHERE number > %s AND {_OPEN} AND due_at <= %s"
        " ORDER BY number LIMIT %s",
        after,
        to_micros(at),
        limit,
    )


def open_tickets_about(shop_ids: Iterable[str], account_ids: Iterable[str]) -> list[tuple[str, str, str]]:
    """The open tickets about any of these shops or accounts: id, shop and account."""
    columns = "SELECT ticket_id, shop_id, account_id FROM ticket WHERE"
    return query(
        f"{columns} {among('shop_id')} AND {_OPEN} UNION {columns} {among('account_id')} AND {_OPEN}",
        ids(shop_ids),
        ids(account_ids),
    )


def _ticket(row: tuple[Any, ...]) -> Ticket:
    number, ticket_id, shop_id, account_id, link_id, market, side = row[:7]
    status, cause, opened_at, updated_at, ended_at, due_at, team, assignee, answered_at, forgotten_at = row[
        14:
    ]
    return Ticket(
        number=number,
        ticket_id=ticket_id,
        shop_id=shop_id,
        account_id=account_id,
        link_id=link_id,
        market=market,
        side=side,
        opened_by=_actor(*row[7:10]),
        command=row[10],
        fields=msgspec.json.decode(row[11]),
        reasons=tuple(map(read_reason, msgspec.json.decode(row[12]))),
        facts=_read_facts(row[13]),
        status=status,
        cause=cause,
        opened_at=_instant(opened_at),
        updated_at=_instant(updated_at),
        ended_at=from_micros(ended_at),
        due_at=from_micros(due_at),
        team=team,
        assignee=assignee,
        answered_at=from_micros(answered_at),
        forgotten_at=from_micros(forgotten_at),
    )


def _actor(kind: Any, who: str, person: str | None) -> Actor:
    return Actor(kind, who, person)


def _instant(micros: int) -> datetime:
    instant = from_micros(micros)
    assert instant is not None, "this column is never null"
    return instant

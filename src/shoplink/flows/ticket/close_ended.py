"""The timer of tickets: store the ends that time alone has brought. No command and no read depends on when it runs."""

from datetime import datetime
from functools import partial

from shoplink.core.instant import END
from shoplink.core.ticket.events import TicketClosed
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.ticket.tickets import due_tickets
from shoplink.store.write.load import LoadKeys

_AT_ONCE = 200


def close_ended_tickets(at: datetime) -> int:
    """Close the tickets that time has ended by an instant, at the instants at which it did; returns how many."""
    closed, after = 0, 0
    while found := due_tickets(at, _AT_ONCE, after):
        after = found[-1][0]
        keys = LoadKeys(set(), set(), set(), set(), END)
        for _number, *names in found:
            keys.add_ticket(*names)
        closed += transact(partial(_end, keys), lambda: at)
    return closed


def _end(keys: LoadKeys, transaction: Transaction) -> int:
    """Let time pass for what the keys name; returns how many tickets it has ended."""
    _world, due = transaction.load(keys)
    return sum(isinstance(event, TicketClosed) for event in due)

"""The timer: stores due events, numbers the feed, ends tickets, counts for the charts and deletes expired records.

No outcome depends on when it runs. It only stores sooner what every read and every command already sees.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from msgspec import Struct

from shoplink.core.instant import END
from shoplink.flows import clock
from shoplink.flows.clock import remember_clock
from shoplink.flows.order_run.run import forget_runs
from shoplink.flows.people.second_factor_reset import reset_due_second_factors
from shoplink.flows.ticket.close_ended import close_ended_tickets
from shoplink.flows.transaction import pass_time
from shoplink.store.database.sandbox import look_again
from shoplink.store.due import forget, links_due
from shoplink.store.people.attempts import forget_attempts
from shoplink.store.people.keys import store_use
from shoplink.store.people.sessions import forget_sessions
from shoplink.store.people.sign_in_links import forget_sign_in_links
from shoplink.store.read import tally
from shoplink.store.ticket.words import forget_texts
from shoplink.store.write.feed import number_events
from shoplink.store.write.load import LoadKeys

_BATCH = 500
_TALLY_EVERY = timedelta(minutes=1)

_log = logging.getLogger(__name__)
_told: set[str] = set()


class TickResult(Struct, frozen=True):
    """The counts of one tick: accounts with due links, events numbered, tickets ended, records deleted."""

    due: int
    numbered: int
    tickets: int
    forgotten: int


def tick(now: datetime | None = None) -> TickResult:
    """Run the timer once, for everything that is due at or before `now` (default: the clock).

    Raises ClockLeaptError, and does nothing, if the clock says what cannot be believed.
    """
    look_again()
    at, real = now or clock.now(), now or clock.real_now()
    if now is None:
        remember_clock(at)
    try:
        try:
            due = _pass_time_of_all(at)
        finally:
            # The feed is numbered even if the above has failed: its readers do not wait for it.
            numbered = number_events()
        tickets = close_ended_tickets(at)
        store_use(at)
        reset_due_second_factors(at)
        counted_at = tally.as_of()
        if counted_at is None or abs(at - counted_at) >= _TALLY_EVERY:
            tally.bring_up_to_date(at)
    finally:
        # Expired records are deleted even if the above has failed: nothing is kept longer than promised.
        forgotten = _forget(at, real)
    return TickResult(due, numbered, tickets, forgotten)


def _forget(at: datetime, real: datetime) -> int:
    """Delete the records whose retention period has ended; returns how many. `real`: what no sandbox has moved."""
    kept = timedelta(days=settings.ANSWERS_KEPT_DAYS)
    forgotten = forget(
        refusals_before=at - timedelta(days=settings.REFUSALS_KEPT_DAYS),
        answers_before=at - kept,
        look_ups_before=real - timedelta(days=settings.LOOK_UPS_KEPT_DAYS),
    )
    forgotten += forget_sessions(real) + forget_sign_in_links(real - kept) + forget_attempts(real)
    forgotten += forget_runs(at)
    return forgotten + forget_texts(at - timedelta(days=settings.TICKETS_KEPT_DAYS))


def _pass_time_of_all(at: datetime) -> int:
    """Store what is due, each account once; returns the number of accounts.

    A link that is still due afterwards will stay due. Someone must look at it, so it is logged, once per process.
    """
    passed: set[str] = set()
    after = (0, 0)
    while found := links_due(at, _BATCH, after):
        accounts = {account_id for _, _, account_id in found} - passed
        if accounts:
            pass_time(LoadKeys(set(), accounts, set(), set(), END), lambda: at)
        passed |= accounts
        after = found[-1][:2]
    stuck = {account_id for _, _, account_id in links_due(at, _BATCH)} & passed if passed else set()
    for account_id in sorted(stuck - _told):
        _log.error("a link of account %s is due and does not settle; shoplink verify may say why", account_id)
    _told.clear()
    _told.update(stuck)
    return len(passed)

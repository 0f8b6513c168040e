"""Whether the service can work: what is wrong with its database, and how far the timer and the deliveries lag."""

import logging
import threading
from datetime import timedelta
from time import monotonic
from typing import Literal

from msgspec import Struct
from prometheus_client import Counter

from shoplink.flows import clock
from shoplink.store.database import health
from shoplink.store.database.health import backlog, briefly, free_bytes, trouble_of
from shoplink.store.database.trouble import Kind, code_of
from shoplink.store.people.outbox import mail_due_since, unnotified_events
from shoplink.store.webhook.queue import delivery_lag
from shoplink.store.write.feed import newest_position

__all__ = [
    "TROUBLES",
    "Lag",
    "Trouble",
    "free_bytes",
    "lag",
    "leave",
    "note",
    "troubles",
]

Trouble = Literal["stopping"] | health.Trouble

TROUBLES: dict[Trouble, str] = {
    "stopping": "the process is stopping",
    "unreachable": "the database cannot be reached",
    "too_many_connections": "the database takes no further connections",
    "read_only": "the database is read-only",
    "full": "the database or its disk is full",
    "locked": "something else holds what the database is asked for",
    "schema_older": "the tables are older than this version of shoplink; run `shoplink migrate`",
    "schema_newer": "the tables are newer than this version of shoplink; run the version that made them",
}
"""What each trouble means, in words for the operator."""


_FULL_FOR_SECONDS = 30.0
_LOGGED_EVERY_SECONDS = 60.0
_ERRORS = Counter(
    "shoplink_database_errors", "Requests that the database could not serve, by reason.", ["kind"]
)

_log = logging.getLogger(__name__)
_leaving = threading.Event()
_seen: dict[Trouble, float] = {}
_logged: dict[Trouble, float] = {}


def leave() -> None:
    """The process stops soon, so it is not ready any more."""
    _leaving.set()


def troubles() -> list[Trouble]:
    """Why this process cannot execute commands now, or should not be sent any; empty if it can."""
    if _leaving.is_set():
        return ["stopping"]
    found: list[Trouble] = [*health.troubles()]
    # Whether there is room for a commit shows only when one fails.
    if not found and monotonic() - _seen.get("full", -_FULL_FOR_SECONDS) < _FULL_FOR_SECONDS:
        return ["full"]
    return found


def note(kind: Kind, error: BaseException) -> None:
    """Count an error of the database, and log what it means with its code: each kind once a minute."""
    trouble, now = trouble_of(kind), monotonic()
    _ERRORS.labels(trouble).inc()
    _seen[trouble] = now
    if now - _logged.get(trouble, -_LOGGED_EVERY_SECONDS) >= _LOGGED_EVERY_SECONDS:
        _logged[trouble] = now
        _log.error("%s (%s)", TROUBLES[trouble], code_of(error) or type(error).__name__)


class Lag(Struct, frozen=True):
    """How many seconds the oldest due change waits, and how many events have no position.

    For the deliveries: how many events were not notified yet, and how many seconds the oldest due e-mail waits; how
    many events the platform's webhook endpoint that is furthest behind waits for, and how many endpoints fail.
    """

    due_seconds: float
    unnumbered: int
    unnotified_events: int
    mail_seconds: float
    webhook_events: int
    failing_webhooks: int


def lag() -> Lag:
    """How far the timer and the deliveries lag now."""
    with briefly():
        now = clock.now()
        waits = backlog(now)
        behind = timedelta(0) if waits.due_since is None else now - waits.due_since
        mail_since = mail_due_since()
        mail_behind = timedelta(0) if mail_since is None else max(now - mail_since, timedelta(0))
        webhooks = delivery_lag(newest_position())
        return Lag(
            behind.total_seconds(),
            waits.unnumbered,
            unnotified_events(),
            mail_behind.total_seconds(),
            *webhooks,
        )

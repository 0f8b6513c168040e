"""Whether the service can work: what is wrong with its database, and how far the timer and the deliveries lag."""

import threading
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from shoplink.flows import clock
from shoplink.store.database import health
from shoplink.store.database.health import backlog
from shoplink.store.people.outbox import mail_due_since, unnotified_events

Trouble = Literal["stopping"] | health.Trouble

TROUBLES: dict[Trouble, str] = {
    "stopping": "the process is stopping",
    "unreachable": "the database cannot be reached",
    "read_only": "the database is read-only",
    "schema_older": "the tables are older than this version of shoplink; run `shoplink migrate`",
    "schema_newer": "the tables are newer than this version of shoplink; run the version that made them",
}
"""What each trouble means, in words for the operator."""


_leaving = threading.Event()


def leave() -> None:
    """The process stops soon, so it is not ready any more."""
    _leaving.set()


def troubles() -> list[Trouble]:
    """Why this process cannot execute commands now, or should not be sent any; empty if it can."""
    return ["stopping"] if _leaving.is_set() else [*health.troubles()]


class Lag(Struct, frozen=True):
    """How many seconds the oldest due change waits, and how many events have no position.

    For the deliveries: how many events were not notified yet, and how many seconds the oldest due e-mail waits.
    """

    due_seconds: float
    unnumbered: int
    unnotified_events: int
    mail_seconds: float


def lag() -> Lag:
    """How far the timer and the deliveries lag now."""
    now = clock.now()
    waits = backlog(now)
    behind = timedelta(0) if waits.due_since is None else now - waits.due_since
    mail_since = mail_due_since()
    mail_behind = timedelta(0) if mail_since is None else max(now - mail_since, timedelta(0))
    return Lag(behind.total_seconds(), waits.unnumbered, unnotified_events(), mail_behind.total_seconds())

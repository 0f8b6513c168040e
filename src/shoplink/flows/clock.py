"""The only reader of the system clock. On PostgreSQL it is the database's, so that all workers share one."""

from datetime import UTC, datetime

from shoplink.store.database.clock import database_now


def now() -> datetime:
    """The instant at which a command that is executed now is decided."""
    return database_now() or datetime.now(UTC)

"""The only module that reads the system clock. On PostgreSQL it reads the database's, so that all workers share one."""

from datetime import UTC, datetime

from shoplink.store.database.clock import database_now


def now() -> datetime:
    """The current instant, in UTC."""
    return database_now() or datetime.now(UTC)

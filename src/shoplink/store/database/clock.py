"""The database's clock."""

from datetime import datetime

from shoplink.store.database.fields import from_micros
from shoplink.store.database.sql import is_postgresql, query


def database_now() -> datetime | None:
    """The current instant by the database's clock; None if it has no clock of its own (SQLite)."""
    if not is_postgresql():
        return None
    return from_micros(query("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")[0][0])

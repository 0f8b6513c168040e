"""What an error of the database says of the database: away, read-only, full, locked, or out of connections.

The kind follows from a code, SQLSTATE on PostgreSQL and the result code on SQLite: a message can hold personal data,
and is in the server's language.
"""

import re
import sqlite3
from typing import Literal

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError

Kind = Literal["away", "read_only", "full", "locked", "too_many_connections"]

# https://www.postgresql.org/docs/current/errcodes-appendix.html; a class where the code stands for all of it
_BY_SQLSTATE: dict[str, Kind] = {
    "08": "away",
    "25006": "read_only",
    "25P03": "away",  # idle_in_transaction_session_timeout
    "40001": "locked",
    "40P01": "locked",
    "53100": "full",
    "53300": "too_many_connections",
    "53": "away",
    "55P03": "locked",
    "57014": "locked",  # statement_timeout
    "57P": "away",
    "58": "away",
}
# https://www.sqlite.org/rescode.html
_BY_RESULT: dict[str, Kind] = {
    "SQLITE_BUSY": "locked",
    "SQLITE_CANTOPEN": "away",
    "SQLITE_FULL": "full",
    "SQLITE_IOERR": "away",
    "SQLITE_LOCKED": "locked",
    "SQLITE_READONLY": "read_only",
}
# A refused connection has no code, and its message no data of ours.
_NO_CONNECTION_LEFT = re.compile("too many (clients|connections)|connection slots are reserved")


def kind_of(error: BaseException | None) -> Kind | None:
    """The kind of trouble that an error stands for; None if the database is not at fault."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    code, cause = code_of(error), error.__cause__
    if code.startswith("SQLITE"):
        return next((kind for start, kind in _BY_RESULT.items() if code.startswith(start)), None)
    if code:
        return next(
            (_BY_SQLSTATE[code[:length]] for length in (5, 3, 2) if code[:length] in _BY_SQLSTATE), None
        )
    if isinstance(cause, psycopg.OperationalError) and _NO_CONNECTION_LEFT.search(str(cause)):
        return "too_many_connections"
    return "away" if isinstance(error, OperationalError | InterfaceError) else None


def code_of(error: BaseException) -> str:
    """The database's own code for an error, such as 55P03 or SQLITE_FULL; '' if it has none."""
    cause = error.__cause__ or error
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate or ""
    return getattr(cause, "sqlite_errorname", "") if isinstance(cause, sqlite3.Error) else ""

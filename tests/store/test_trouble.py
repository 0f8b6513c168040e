"""What goes wrong with a database is told apart by its codes, on real databases."""

import sqlite3
from collections.abc import Callable

import psycopg
import pytest
from django.db import Error, OperationalError, connection, connections
from django.http import HttpResponse
from django.test import RequestFactory

from shoplink.config.database_errors import DatabaseUnavailable
from shoplink.config.log import Formatter
from shoplink.flows import health
from shoplink.store.database.health import troubles
from shoplink.store.database.sql import execute, query
from shoplink.store.database.trouble import code_of, kind_of
from tests import databases
from tests.store.commands import execute_accepted, put_shop


def trouble(work: Callable[[], object]) -> tuple[str | None, str]:
    """The kind and the code of the error that a piece of work raises."""
    with pytest.raises(Error) as raised:
        work()
    return kind_of(raised.value), code_of(raised.value)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_troubles_of_postgresql(database: str) -> None:
    execute_accepted(put_shop("S"))
    with psycopg.connect(database) as other:
        other.execute("SELECT 1 FROM shop FOR UPDATE")
        query("SELECT set_config('lock_timeout', '50ms', false)")
        assert trouble(lambda: execute("UPDATE shop SET name = 'x'")) == ("locked", "55P03")
        query("SELECT set_config('lock_timeout', '0', false), set_config('statement_timeout', '50ms', false)")
        assert trouble(lambda: execute("UPDATE shop SET name = 'x'")) == ("locked", "57014")
        query(
            "SELECT set_config('statement_timeout', '0', false), set_config('default_transaction_read_only', 'on', false)"
        )
        assert trouble(lambda: execute_accepted(put_shop("T"))) == ("read_only", "25006")
        assert connection.connection is None, "the connection is dropped"
        execute_accepted(put_shop("T"))
        pid = query("SELECT pg_backend_pid()")[0][0]
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert trouble(lambda: query("SELECT 1"))[0] == "away"
        connection.close()
        other.execute("ROLLBACK")
    assert trouble(lambda: query("SELECT 1 / 0")) == (None, "22012")
    execute("DROP ROLE IF EXISTS few")
    execute("CREATE ROLE few LOGIN CONNECTION LIMIT 0")
    databases.use(database.replace("postgres:@", "few:@"))
    assert trouble(lambda: query("SELECT 1"))[0] == "too_many_connections"
    assert troubles() == ["too_many_connections"]
    databases.use(database)
    execute("DROP ROLE few")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_troubles_of_sqlite(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_seen", {})
    query(f"PRAGMA max_page_count = {query('PRAGMA page_count')[0][0]}")
    assert trouble(lambda: execute_accepted(*(put_shop(f"S{n}", name="n" * 200) for n in range(2_000)))) == (
        "full",
        "SQLITE_FULL",
    )
    assert health.troubles() == []
    health.note("full", OperationalError())
    assert health.troubles() == ["full"]
    connection.close()
    connections.settings["default"]["OPTIONS"] = {
        **connections.settings["default"]["OPTIONS"],
        "timeout": 0.1,
    }
    del connections["default"]
    path = database.removeprefix("sqlite:///")
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert trouble(lambda: execute_accepted(put_shop("S"))) == ("locked", "SQLITE_BUSY")
        other.execute("ROLLBACK")
    query("PRAGMA query_only = ON")
    assert trouble(lambda: execute_accepted(put_shop("S"))) == ("read_only", "SQLITE_READONLY")
    execute_accepted(put_shop("S"))
    assert trouble(lambda: query("SELECT 1 FROM nothing"))[0] is None


def test_the_log_names_the_reason_and_its_code_once_a_minute_and_no_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(health, "_seen", {})
    monkeypatch.setattr(health, "_logged", {})
    full = sqlite3.OperationalError("a birth date, for example")
    full.sqlite_errorname = "SQLITE_FULL"
    error = OperationalError("a birth date, for example")
    error.__cause__ = full
    middleware = DatabaseUnavailable(lambda _request: HttpResponse())
    for path, said in (
        ("/v1/shops", "urn:shoplink:problem:database.full"),
        ("/seller/", "The database is full"),
    ):
        answer = middleware.process_exception(RequestFactory().get(path), error)
        assert answer is not None
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert said in answer.content.decode()
    assert [record.getMessage() for record in caplog.records] == [
        "the database or its disk is full (SQLITE_FULL)"
    ]
    text = Formatter().formatException((OperationalError, error, None))
    assert text == "OperationalError from OperationalError SQLITE_FULL"
    assert middleware.process_exception(RequestFactory().get("/v1/x"), ValueError()) is None

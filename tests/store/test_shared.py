"""The connection that threads share in turn."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from shoplink.store.database.shared_connection import shared_connection
from shoplink.store.database.sql import is_postgresql, query
from tests.databases import fresh, use


def _connected() -> object:
    """The connection object of the database's library that is in use now."""
    with shared_connection():
        assert query("SELECT 1") == [(1,)]
        return connection.connection


@pytest.mark.usefixtures("database")
def test_threads_take_turns_on_one_connection_and_have_their_own_back() -> None:
    query("SELECT 1")
    own = connection.connection
    first = _connected()
    assert first is not own
    assert connection.connection is own
    url = connection.settings_dict
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(_connected).result() is first
    assert connection.settings_dict is url


@pytest.mark.usefixtures("database")
def test_an_error_gives_a_thread_its_own_connection_back() -> None:
    query("SELECT 1")
    own = connection.connection
    with pytest.raises(ZeroDivisionError), shared_connection():
        raise ZeroDivisionError
    assert connection.connection is own


def test_it_is_of_the_database_in_use(database: str) -> None:
    first = _connected()
    use(fresh("sqlite"))
    assert _connected() is not first
    use(database)
    assert _connected() is not first


@pytest.mark.usefixtures("database")
def test_it_is_made_anew_when_the_server_has_hung_up() -> None:
    first = _connected()
    if is_postgresql():
        with shared_connection():
            pid = query("SELECT pg_backend_pid()")[0][0]
        assert query("SELECT pg_terminate_backend(%s, 9000)", pid) == [(True,)]
        assert _connected() is not first
    else:
        with shared_connection():
            connection.close()
        assert _connected() is not first
